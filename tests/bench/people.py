"""Messages of source plain for the costs of identity: whose events there are, and in which order the
facts come. Everything is counted, nothing drawn, so each run is the same. `to` of each function is
the file it writes; each returns the number of events, or patrons, or users."""
import json

DAY_S = 86400
BEGIN_S = 8 * 3600  # of the first day: 08:00 UTC
KIOSK = "desk-terminal"


def stamp(s):
    """Seconds since 2026-03-02T00:00:00Z, less than 29 days, as a time."""
    day, rest = divmod(s, DAY_S)
    return (f"2026-03-{2 + day:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}Z")


def event(i, s, keys, touchpoint="discover.record_viewed", **more):
    return json.dumps({"id": f"e{i}", "time": stamp(s), "touchpoint": touchpoint, "keys": keys,
                       **more}) + "\n"


def record(i, keys):
    """What a user import tells: who is who."""
    return json.dumps({"id": f"r{i}", "time": stamp(0), "fact": "identity", "keys": keys}) + "\n"


def write(to, lines):
    with open(to, "w", encoding="ascii") as out:
        out.writelines(lines)


def spread(i, n, days):
    """The time of the i-th of n events on so many days, a minute apart at most."""
    per_day = -(-n // days)
    return i // per_day * DAY_S + BEGIN_S + i % per_day * (12 * 3600 // max(per_day, 720))


def ordinary(to, n, name="ordinary"):
    """Events of persons who are named in each, ten a person."""
    write(to, (event(f"{name}{i}", spread(i // 10, max(n // 10, 1), 6) + i % 10 * 60,
                     {"folio.user": f"{name}{i // 10}"}) for i in range(n)))
    return n


def anonymous(to, n, devices):
    """Page views on each device before anybody logs in, over six days."""
    write(to, (event(f"{device}.{i}", spread(i, n, 6), {"web.anon": device})
               for device in devices for i in range(n)))
    return n * len(devices)


def login(to, devices):
    """The log-ins that name them, within stitch_back of all."""
    write(to, (event(f"{device}.login", 6 * DAY_S, {"web.anon": device,
                                                    "folio.user": f"late.{device}"},
                     "join.logged_in") for device in devices))
    return len(devices)


def patrons(to, first, n, email=None, key="folio.user"):
    """Records of patrons and an event of each that carries both keys; email: one for all."""
    def lines():
        for i in range(first, first + n):
            keys = {key: f"hub{i}", "email": email or f"hub{i}@example.org"}
            yield record(f"hub{i}", keys)
            yield event(f"hub{i}", spread(i % 5000, 5000, 6), keys)
    write(to, lines())
    return n


def ids_of_cards(to, first, n):
    """What tells, later, whose cards those of patrons(key="card") are."""
    write(to, (record(f"id{i}", {"folio.user": f"late{i}", "card": f"hub{i}"})
               for i in range(first, first + n)))
    return n


def email_event(to, i, email):
    write(to, [event(f"email{i}", 6 * DAY_S, {"email": email})])
    return 1


def users(to, n):
    """A user import: ILS id, card, e-mail."""
    write(to, (record(f"user{i}", {"folio.user": f"user{i}", "card": f"21{i:08d}",
                                   "email": f"user{i}@example.org"}) for i in range(n)))
    return n


def card_events(to, n, n_users):
    """Two events a patron, one by card, one by e-mail; their patrons are spread over the import."""
    def lines():
        for i in range(n):
            user = i // 2 * max(n_users // max(n // 2, 1), 1)
            keys = {"email": f"user{user}@example.org"} if i % 2 else {"card": f"21{user:08d}"}
            yield event(f"card{i}", spread(i // 2, max(n // 2, 1), 6) + i % 2 * 60, keys)
    write(to, lines())
    return n


def shared_day(to, n, device, day=0):
    """n persons one after the other on one device: page views, log-in, page views with the name and
    without; half of them log out. Ten events a person."""
    def lines():
        step = 12 * 3600 // n
        for p in range(n):
            at = day * DAY_S + BEGIN_S + p * step
            for k in range(10):
                keys = {"web.anon": device}
                if k in (2, 4, 6):
                    keys["folio.user"] = f"visitor{day}.{p}"
                more = {"fact": "logout"} if k == 8 and p % 2 else {}
                yield event(f"{device}.{day}.{p}.{k}", at + k * step // 12, keys,
                            "join.logged_in" if k == 2 else "discover.record_viewed", **more)
    write(to, lines())
    return 10 * n


def own_devices_day(to, n):
    """The same day, when everybody has a device of their own."""
    def lines():
        step = 12 * 3600 // n
        for p in range(n):
            for k in range(10):
                keys = {"web.anon": f"own{p}"}
                if k in (2, 4, 6):
                    keys["folio.user"] = f"owner{p}"
                yield event(f"own.{p}.{k}", BEGIN_S + p * step + k * step // 12, keys,
                            "join.logged_in" if k == 2 else "discover.record_viewed")
    write(to, lines())
    return 10 * n
