#!/usr/bin/env python3
"""Two months of a small library whose every story is written down: the data of queries/.

    queries_world.py >world.ndjson

Prints plain messages (see deploy/sources/plain.yaml) as `kcat -J` prints a topic, so that each has a
topic, a partition and an offset. Times below are clock times of the library, Europe/Berlin, in
September and October 2025 (the clocks go back on 26 October). The world ends on 5 November at 7:00,
06:00 UTC: tests/e2e/queries.sh replays it to that watermark, with max_day_events: 20 and
max_aliases: 3, and compares the answers with numbers worked out from the stories by hand.
"""
import datetime
import json
import zoneinfo

LIBRARY = zoneinfo.ZoneInfo("Europe/Berlin")
TOPICS = {"website": "plain.website", "circulation": "plain.circulation",
          "helpdesk": "plain.helpdesk"}
STAGE_CHANNEL = {"join": "website", "discover": "website", "help": "helpdesk"}

out = []      # (instant, topic, payload)
number = 0


def local(text):
    """'09-03 10:05' of 2025, by the library's clocks."""
    return datetime.datetime.strptime("2025-" + text, "%Y-%m-%d %H:%M").replace(tzinfo=LIBRARY)


def later(at, **delta):
    """Later by the clocks, so a day is a day on 26 October too."""
    return at + datetime.timedelta(**delta)


def send(at, message, channel="website"):
    global number
    number += 1
    instant = at.astimezone(datetime.timezone.utc)
    m = {"id": f"m{number}", "time": instant.strftime("%Y-%m-%dT%H:%M:%SZ")}
    m.update(message)
    out.append((instant, TOPICS[channel], json.dumps(m, separators=(",", ":"))))


def event(at, touchpoint, keys, branch=None, cases=None, channel=None):
    m = {"touchpoint": touchpoint, "keys": keys}
    if branch:
        m["dimensions"] = {"branch": branch}
    if cases:
        m["cases"] = cases
    if channel:
        m["channel"] = channel
    send(at, m, channel or STAGE_CHANNEL.get(touchpoint.split(".")[0], "circulation"))


def known(at, keys):
    """A user record: who is who, no event."""
    send(at, {"fact": "identity", "keys": keys}, "circulation")


def branch_of(i):
    return "main" if i % 2 == 0 else "north"


# ---- anonymous visitors of the catalogue --------------------------------------------------------
# 24 visits in each month, one a day at 10:00, each on a device of its own, at main and north in
# turn. After a search without result September's visitors give up. In October the catalogue asks
# "did you mean ...?": most search again and find. What a visit does, in turn:
#   f   searches, views a title                                     find completed, 1 search
#   n   searches, no result, leaves                                 find lost at search_no_result
#   nf  searches, no result, searches again, views a title          find completed
#   nnn searches three times, three times without result, leaves    find lost at search_no_result
#   g   searches and leaves                                         find lost at search
SEPTEMBER = "f n f n f n g n f n f n f n nf n f n f n f n g f".split()     # 10 f, 11 n, 1 nf, 2 g
OCTOBER = "f nf f nf f nf n nf f nf f nf g nf f nf n f nnn f n f g f".split()  # 10 f 8 nf 3 n 1 nnn 2 g


def visits(month, first_day, plan):
    for i, what in enumerate(plan):
        at = local(f"{month}-{first_day + i:02d} 10:00")
        keys, branch = {"web.anon": f"{month}-visitor-{i}"}, branch_of(i)
        if what in ("f", "g"):
            event(at, "discover.search", keys, branch)
        for n in range(what.count("n")):
            event(later(at, minutes=2 * n), "discover.search", keys, branch)
            event(later(at, minutes=2 * n + 1), "discover.search_no_result", keys, branch)
        if what == "nf":
            event(later(at, minutes=2), "discover.search", keys, branch)
        if what in ("f", "nf"):
            event(later(at, minutes=4), "discover.record_viewed", keys, branch)


# ---- holds ---------------------------------------------------------------------------------------
# Cards 1001 to 1006. Twelve holds are picked up: hold i (1 to 12) is placed at 9:00 on 1 + i
# September, ready i days later and picked up 1 day (i odd) or 2 days (i even) after that. So from
# placing to ready it takes 1, 2 ... 12 days, from ready to pick-up six times 1 and six times 2 days,
# altogether 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14 days.
# Three are ready after 3 days and expire 10 days later, two are cancelled by the customer after a
# day, one cannot be filled. Three are under way at the end: two in the queue, one on the shelf.
# Hold i is placed at main when i is even, else at north.
def hold(i, placed, *then):
    keys, case = {"card": str(1001 + i % 6)}, {"hold": f"H{i}"}
    event(placed, "request.hold_placed", keys, branch_of(i), case)
    for at, what in then:
        event(at, "request." + what, keys if what == "hold_filled" else {}, branch_of(i), case)


def holds():
    for i in range(1, 13):
        placed = later(local("09-01 09:00"), days=i)
        ready = later(placed, days=i)
        hold(i, placed, (ready, "hold_ready"),
             (later(ready, days=1 if i % 2 else 2), "hold_filled"))
    for i in range(13, 16):
        placed = later(local("10-01 09:00"), days=i - 13)
        hold(i, placed, (later(placed, days=3), "hold_ready"),
             (later(placed, days=13), "hold_expired"))
    hold(16, local("09-08 15:00"), (local("09-09 15:00"), "hold_cancelled"))
    hold(17, local("10-08 15:00"), (local("10-09 15:00"), "hold_cancelled"))
    hold(18, local("10-13 15:00"), (local("10-20 15:00"), "unfilled"))
    hold(19, local("10-15 15:00"))
    hold(20, local("10-22 15:00"))
    hold(21, local("10-27 15:00"), (local("11-01 15:00"), "hold_ready"))


# ---- loans ---------------------------------------------------------------------------------------
# Cards 1101 to 1112, one loan each, all at main, checked out on 2 September, 11:00.
#   L1-L4   returned after 20 days, never renewed
#   L5-L7   renewed on day 20, returned on day 40
#   L8      renewed twice by the system, an overdue notice, returned
#   L9      renewed three times, still out
#   L10     an overdue notice, then lost by age
#   L11-L12 still out, never renewed
def loans():
    out_at = local("09-02 11:00")
    for i in range(1, 13):
        keys, case = {"card": str(1100 + i)}, {"loan": f"L{i}"}

        def on(day, what, i=i, keys=keys, case=case):
            event(later(out_at, days=day, minutes=i), what, keys, "main", case)

        on(0, "borrow.checkout")
        if i <= 4:
            on(20, "return.checkin")
        elif i <= 7:
            on(20, "use.renewed")
            on(40, "return.checkin")
        elif i == 8:
            on(14, "use.auto_renewed")
            on(28, "use.auto_renewed")
            on(45, "return.overdue_notice_sent")
            on(50, "return.checkin")
        elif i == 9:
            on(14, "use.auto_renewed")
            on(28, "use.auto_renewed")
            on(42, "use.renewed")
        elif i == 10:
            on(21, "return.overdue_notice_sent")
            on(56, "return.aged_to_lost")


# ---- failed steps on the website, and who asked for help ----------------------------------------
# Cards 2001 to 2006, each with an e-mail, a web account and (but 2004) a help-desk account.
#   2001  log-in fails at 10:00 and 10:02 on 10 September; asks on the website's form at 11:00,
#         is answered by the help desk and helped: ticket T1 changes channel
#   2002  an online resource is refused on 11 September at 10:00; asks 24 h and 1 minute later: too
#         late to count. T2 is answered once, then nobody writes: lost by silence
#   2003  an online resource is refused on 12 September at 10:00; starts a chat exactly 24 h later:
#         just in time
#   2004  log-in fails on 13 September; tries again and is in; asks nobody
#   2005  finds nothing on 16 October at 10:00, and asks 3 hours later: T3 is solved
#   2006  log-in fails on 4 November at 15:00: 24 hours have not passed, it does not count yet. Had
#         asked the day before (T4): what comes before the failure is no answer to it
def member(card, *, helpdesk=True):
    keys = {"card": card, "email": f"c{card}@example.org", "web.user": f"u{card}"}
    if helpdesk:
        keys["zammad.user"] = f"z{card}"
    known(local("08-30 09:00"), keys)


def web(card):
    return {"web.user": f"u{card}", "web.anon": f"laptop-{card}"}


def desk(card):
    return {"zammad.user": f"z{card}"}


def failures():
    for card in ("2001", "2002", "2003", "2005", "2006"):
        member(card)
    member("2004", helpdesk=False)

    event(local("09-10 10:00"), "join.login_failed", web("2001"))
    event(local("09-10 10:02"), "join.login_failed", web("2001"))
    event(local("09-10 11:00"), "help.ticket_opened", desk("2001"), None, {"ticket": "T1"}, "website")
    event(local("09-10 14:00"), "help.staff_replied", {}, None, {"ticket": "T1"})
    event(local("09-11 09:00"), "help.ticket_solved", {}, None, {"ticket": "T1"})

    event(local("09-11 10:00"), "borrow.eresource_denied", web("2002"), None, None, "website")
    event(local("09-12 10:01"), "help.ticket_opened", desk("2002"), None, {"ticket": "T2"})
    event(local("09-12 12:00"), "help.staff_replied", {}, None, {"ticket": "T2"})

    event(local("09-12 10:00"), "borrow.eresource_denied", web("2003"), None, None, "website")
    event(local("09-13 10:00"), "help.chat_started", desk("2003"))
    event(local("09-13 10:10"), "help.chat_ended", desk("2003"))

    event(local("09-13 10:00"), "join.login_failed", web("2004"))
    event(local("09-13 10:01"), "join.logged_in", web("2004"))

    event(local("10-16 10:00"), "discover.search", web("2005"), "main")
    event(local("10-16 10:01"), "discover.search_no_result", web("2005"), "main")
    event(local("10-16 13:01"), "help.ticket_opened", desk("2005"), None, {"ticket": "T3"})
    event(local("10-17 09:00"), "help.staff_replied", {}, None, {"ticket": "T3"})
    event(local("10-17 11:00"), "help.ticket_solved", {}, None, {"ticket": "T3"})

    event(local("11-03 15:00"), "help.ticket_opened", desk("2006"), None, {"ticket": "T4"})
    event(local("11-04 15:00"), "join.login_failed", web("2006"))


# ---- search on the website, get it at the desk --------------------------------------------------
# Cards 3001 to 3005, known on the web. The scenario borrow:
#   3001  searches, views a title, checks out the same day (L31); again on 7 October (L32)
#   3002  searches, views a title, checks out 3 days later
#   3003  searches, places a hold (H31), it is ready, checks out
#   3004  searches and views a title twice, on 4 September and on 8 October, and never comes
#   3005  searches and places a hold on 20 October (H32): waits in the queue
# All at north. The first visit of each is their first day; 3001's and 3004's second ones are those
# of returning customers. 3001 also asks the help desk about a fee on 22 October, and is answered
# (T6): the one customer seen on three channels.
def borrowers():
    member("3001")
    for card in ("3002", "3003", "3004", "3005"):
        member(card, helpdesk=False)

    def search(card, at, *, view=True):
        event(local(at), "discover.search", web(card), "north")
        if view:
            event(later(local(at), minutes=2), "discover.record_viewed", web(card), "north")

    def checkout(card, at, loan):
        event(local(at), "borrow.checkout", {"card": card}, "north", {"loan": loan})

    search("3001", "09-03 14:00")
    checkout("3001", "09-03 16:00", "L31")
    search("3001", "10-07 14:00")
    checkout("3001", "10-07 17:00", "L32")
    search("3002", "09-05 14:00")
    checkout("3002", "09-08 14:00", "L33")
    search("3003", "09-09 14:00", view=False)
    event(local("09-09 14:05"), "request.hold_placed", {"card": "3003"}, "north", {"hold": "H31"})
    event(local("09-12 08:00"), "request.hold_ready", {}, "north", {"hold": "H31"})
    event(local("09-13 12:00"), "request.hold_filled", {"card": "3003"}, "north", {"hold": "H31"})
    event(local("09-13 12:00"), "borrow.checkout", {"card": "3003"}, "north", {"loan": "L34"})
    search("3004", "09-04 14:00")
    search("3004", "10-08 14:00")
    search("3005", "10-20 14:00", view=False)
    event(local("10-20 14:10"), "request.hold_placed", {"card": "3005"}, "north", {"hold": "H32"})
    for day, loan, card in (("09-20", "L31", "3001"), ("10-21", "L32", "3001"),
                            ("09-22", "L33", "3002"), ("09-27", "L34", "3003")):
        event(local(day + " 12:00"), "return.checkin", {"card": card}, "north", {"loan": loan})
    event(local("10-22 10:00"), "help.ticket_opened", desk("3001"), None, {"ticket": "T6"})
    event(local("10-22 15:30"), "help.staff_replied", {}, None, {"ticket": "T6"})
    event(local("10-23 09:00"), "help.ticket_solved", {}, None, {"ticket": "T6"})


# ---- new customers ------------------------------------------------------------------------------
#   5001  registers on 3 September, checks out a week later: join completed
#   5002  registers on 4 September and is never seen again: lost on 3 November, after 60 days
#   5003  registers on 20 October: open
def newcomers():
    event(local("09-03 12:00"), "join.registered", {"card": "5001"}, "main", None, "circulation")
    event(local("09-10 12:00"), "borrow.checkout", {"card": "5001"}, "main", {"loan": "L51"})
    event(local("09-24 12:00"), "return.checkin", {"card": "5001"}, "main", {"loan": "L51"})
    event(local("09-04 12:00"), "join.registered", {"card": "5002"}, "main", None, "circulation")
    event(local("10-20 12:00"), "join.registered", {"card": "5003"}, "main", None, "circulation")


# ---- keys that name several people ---------------------------------------------------------------
# A family's e-mail stands in the records of cards 4001 and 4002: shared, as they are two customers.
# Card 4003 is a school class's: it was seen with four e-mails, more than max_aliases: 3. A ticket
# (T5) comes from the family's address and a book is used on site with the class's card: nobody can
# say whose these two events are.
def shared():
    for card in ("4001", "4002"):
        known(local("08-30 10:00"), {"card": card, "email": "family@example.org"})
    for pupil in range(4):
        known(local("08-30 11:00"), {"card": "4003", "email": f"pupil{pupil}@example.org"})
    event(local("10-14 09:00"), "help.ticket_opened", {"email": "family@example.org"}, None,
          {"ticket": "T5"})
    event(local("10-14 10:00"), "help.ticket_solved", {}, None, {"ticket": "T5"})
    event(local("10-15 11:00"), "borrow.onsite_use", {"card": "4003"}, "main")


# ---- a crawler, a kiosk, the staff ---------------------------------------------------------------
# The crawler views 26 pages on 24 September; 20 count, 6 are a flood. The kiosk and the staff's card
# have timelines and neither sessions nor journeys. The kiosk's last page view is the last event of
# all: ten minutes, which is allowed_disorder, after the end of the world.
def machines():
    for n in range(26):
        event(later(local("09-24 03:00"), minutes=n), "discover.page_viewed",
              {"web.anon": "crawler"})
    event(local("09-15 12:00"), "discover.search", {"web.anon": "kiosk-1"}, "main")
    event(local("09-15 12:30"), "borrow.checkout", {"card": "9000"}, "main")
    event(local("11-05 07:10"), "discover.page_viewed", {"web.anon": "kiosk-1"}, "main")


# ---- what is not accepted ------------------------------------------------------------------------
# Eight messages: 1 malformed, 1 from the future, 1 too old, 3 with touchpoints that the vocabulary
# lacks (2 discover.serach, 1 help.fax), 1 initiator nobody knows, 1 without a key.
def refused():
    at = local("10-06 12:00")
    out.append((at, TOPICS["website"], "not json"))
    for more in ({"time": "2025-12-24T12:00:00Z", "touchpoint": "discover.search"},
                 {"time": "1980-01-01T00:00:00Z", "touchpoint": "discover.search"},
                 {"touchpoint": "discover.serach"}, {"touchpoint": "discover.serach"},
                 {"touchpoint": "discover.search", "initiator": "robot"},
                 {"touchpoint": "discover.search", "keys": {"card": "0"}}):
        send(at, {"keys": {"card": "1001"}, **more})
    send(at, {"keys": {"card": "1001"}, "touchpoint": "help.fax"}, "helpdesk")


# ---- what the mapping does not know --------------------------------------------------------------
# The self-check's messages (source gate, see queries.sh) have an action; its mapping knows OUT and
# IN. Two come with RESET, one with a new one, PAY: skipped and told in journey.unmapped.
def gate():
    for day, action in (("10-07", "RESET"), ("10-08", "RESET"), ("10-09", "PAY")):
        at = local(day + " 08:00")
        out.append((at, "gate", json.dumps(
            {"id": f"gate-{day}", "time": at.isoformat(), "action": action, "card": "1001"})))


def main():
    visits("09", 2, SEPTEMBER)
    visits("10", 8, OCTOBER)
    for story in (holds, loans, failures, borrowers, newcomers, shared, machines, refused,
                  gate):
        story()
    offsets = {}
    for at, topic, payload in sorted(out, key=lambda m: m[0]):
        offset = offsets[topic] = offsets.get(topic, -1) + 1
        print(json.dumps({"topic": topic, "partition": 0, "offset": offset, "tstype": "create",
                          "ts": int(at.timestamp() * 1000), "payload": payload},
                         separators=(",", ":")))


if __name__ == "__main__":
    main()
