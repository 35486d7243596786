"""Messages full of markers out of the cases of the shipped sources, for privacy.py.

A case is a message as a system sends it, with what becomes of it. Here a marker goes into every
place of it: behind each text, in front of each address, as path and query of each URL, as each
number, as a column of a row, a word of a line, a member of each object, the Kafka key, a header;
texts that hold JSON are looked into. A marker is a word for one place of one source ("web
/context/page/title"), so a find tells where it came from.

Where a marker changes what becomes of the message (a time, a type, a code), it goes there in a
message of its own, and all the other places are marked together in one. Which is which is asked of
`journeyd tap`: for each source and rule a first case is tried place by place.

The allow-list is here: the places of each source of which something may be told. DIMENSIONS are
stored as they are; of ENUMERATIONS an unknown word shows in journey.unmapped or in quarantine.detail,
that is how one learns to map it. A place that is found and not listed fails the test, and so does one
that is listed and not found.
"""
import json
import re
import subprocess

# A ! behind a place: the text there holds JSON, in which the rest stands.
DIMENSIONS = {
    "alma": ["/item_loan/library/value", "/user_request/pickup_location_library"],
    "csat": ["/branch"],
    "folio-loan": ["/data/new/checkinServicePointId", "/data/new/checkoutServicePointId",
                   "/data/new/patronGroupIdAtCheckout"],
    "folio-log": ["/eventPayload!/payload/items/*/servicePointId",
                  "/eventPayload!/payload/servicePointId"],
    "folio-request": ["/data/new/pickupServicePointId", "/data/new/requester/patronGroupId"],
    "folio-users": ["/data/new/patronGroup"],
    "ga4": ["/device/category"],
    "koha-borrowers": ["/after/branchcode", "/after/categorycode"],
    "koha-holds": ["/after/branchcode", "/after/itemtype"],
    "koha-issues": ["/after/branchcode"],
    "koha-statistics": ["/after/branch", "/after/categorycode", "/after/itemtype",
                        "/payload/after/branch", "/payload/after/categorycode",
                        "/payload/after/itemtype"],
    "libcal": ["/categoryName", "/locationName"],
    "matomo": ["/deviceType"],
    "plain": ["/dimensions/branch", "/dimensions/customer_group", "/dimensions/device_class",
              "/dimensions/item_type"],
    "snowplow": ["column 102"],
    "snowplow-json": ["/dvce_type"],
    "umami": ["/device"],
    "web": ["/context/device/type"],
}
ENUMERATIONS = {
    "alma": ["/event/value"],
    "folio-loan": ["/data/new/action"],
    "folio-log": ["/eventPayload!/payload/action",
                  "/eventPayload!/payload/items/*/triggeringEvent"],
    "folio-request": ["/data/new/requestType", "/data/new/status"],
    "freshdesk": ["/freshdesk_webhook/performed_by"],
    "ga4": ["/event_name"],
    "koha-statistics": ["/after/type", "/payload/after/type"],
    "plain": ["/initiator", "/touchpoint"],
    "snowplow": ["column 55"],
    "snowplow-json": ["/se_action"],
    "umami": ["/event_name"],
    "web": ["/event"],
    "zammad": ["/article/sender"],
    "zendesk": ["/event/actor/type", "/event/current", "/satisfaction_rating/score"],
    "zendesk-eventbridge": ["/detail/ticket_event/current"],
}

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER = re.compile(r"\d+")


def is_line(text):
    """A line of a log: words and quotes."""
    return text.count(" ") >= 5 and '"' in text


def holds_json(text):
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


class Marking:
    """How the places of one source are marked: by place, one of the ways of ways()."""

    def __init__(self, m, source):
        self.m, self.source = m, source

    def word(self, place):
        return self.m.word(f"{self.source} {place}")

    def number(self, place):
        return self.m.number(f"{self.source} {place}")

    def ways(self, place, value):
        """The marked values of a place, the fullest first."""
        if isinstance(value, bool) or value is None:
            return []
        if isinstance(value, (int, float)):
            return [int(self.number(place))]
        word = self.word(place)
        if UUID.fullmatch(value):
            return [value[:8] + self.m.uuid_tail(f"{self.source} {place}"), f"{value} {word}"]
        if NUMBER.fullmatch(value):
            return [value + self.number(place), f"{value} {word}"]
        if "@" in value and " " not in value:
            return [f"{word}.{value}"]
        if "/" in value:
            front, mark, query = value.partition("?")
            query = f"{word}={word}" + (f"&{query}" if mark else "")
            slash = "" if front.endswith("/") else "/"
            return [f"{front}{slash}{word}?{query}", f"{front}{word}?{query}", f"{front}?{query}",
                    f"{value} {word}", f"{value}{word}"]
        return [f"{value} {word}", f"{value}{word}", word]

    # ---- walking: change(place, value) gives the value that stands there afterwards ----
    def text(self, place, value, change):
        inner = holds_json(value)
        if inner is not None:
            return json.dumps(self.value(place + "!", inner, change), ensure_ascii=False)
        if is_line(value):
            words = value.split(" ")
            return " ".join(change(f"{place}#{i}", word) for i, word in enumerate(words))
        return change(place, value)

    def value(self, place, value, change):
        if isinstance(value, dict):
            out = {k: self.value(f"{place}/{k}", v, change) for k, v in value.items()}
            return change(place + "/", out)
        if isinstance(value, list):
            return [self.value(place + "/*", v, change) for v in value]
        if isinstance(value, str):
            return self.text(place, value, change)
        return change(place, value)

    def message(self, message, change):
        out = dict(message)
        payload = message["payload"]
        inner = holds_json(payload or "")
        if inner is not None:
            out["payload"] = json.dumps(self.value("", inner, change), ensure_ascii=False)
        elif payload is not None and "\t" in payload:
            out["payload"] = "\t".join(change(f"column {i}", v)
                                       for i, v in enumerate(payload.split("\t"), 1))
        elif payload is not None and "\0" not in payload:
            out["payload"] = self.text("", payload, change)
        out["key"] = change("key", message["key"] or "")
        headers = message["headers"]
        out["headers"] = [v if i % 2 == 0 else change("header:" + headers[i - 1], v)
                          for i, v in enumerate(headers)] + change("headers", [])
        return out

    def extra(self, place):
        """What no mapping knows: a member of an object, a header, a key."""
        word = self.word
        if place == "headers":
            return [word("name of a header"), word("header")]
        if place == "key":
            return word("key")
        return {word(place + " member"): {word(place + " inner"): [word(place + " list")]}}

    def choices(self, place, value):
        if isinstance(value, dict):
            return [{**value, **self.extra(place)}]
        if isinstance(value, list):
            return [self.extra(place)]
        if value == "":
            return [self.extra("key")] if place == "key" else []
        return self.ways(place, value)


def tap(command, lines):
    """What becomes of each: its source, and what must not change by a marker."""
    done = subprocess.run(command + ["--json", "-"], input=b"".join(dumped(x) for x in lines),
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    out = [[] for _ in lines]
    for line in done.stdout.splitlines():
        got = json.loads(line)
        out[got["offset"]].append(tuple(got.get(k) for k in (
            "source", "outcome", "rule", "touchpoint", "fact", "skip", "reason")))
    return [tuple(x) for x in out]


def dumped(message):
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n"


def numbered(messages):
    return [{**x, "offset": i} for i, x in enumerate(messages)]


def only(place, n, marking):
    """Marks one place, in the way of that number."""
    def change(at, value):
        ways = marking.choices(at, value) if at == place else []
        return ways[n] if n < len(ways) else value
    return change


def places_of(message, marking):
    found = {}

    def change(at, value):
        found.setdefault(at, len(marking.choices(at, value)))
        found[at] = max(found[at], len(marking.choices(at, value)))
        return value
    marking.message(message, change)
    return {at: n for at, n in found.items() if n}


def neutral(command, markings, cases):
    """For each (source, outcome, case): the places that may be marked, with the way; and the
    messages with a marker at a place that may not."""
    tried, ways, others = [], [{} for _ in cases], []
    for i, (source, _, case) in enumerate(cases):
        for place, n in places_of(case, markings[source]).items():
            tried += [(i, place, way, markings[source].message(
                case, only(place, way, markings[source]))) for way in range(n)]
    became = tap(command, numbered([x[3] for x in tried]))
    for (i, place, way, message), now in zip(tried, became):
        if now == cases[i][1]:
            ways[i].setdefault(place, way)
        elif way == 0:
            others.append((cases[i][0], message))
    return ways, others


def may_be_a_time(value):
    return isinstance(value, int) and value >= 10**9


def marked(marking, case, ways, keeps=lambda value: False):
    """All places marked that may be."""
    def change(at, value):
        choices = marking.choices(at, value) if at in ways and not keeps(value) else []
        return choices[min(ways[at], len(choices) - 1)] if choices else value
    return marking.message(case, change)


def from_cases(m, command, lines):
    """(source, message) of all that are fed; lines are the seeds, as kcat prints them. Also how many
    messages with markers at all places that may have them are still what their case was, and of
    how many."""
    lines = numbered([x for x in lines if not x["topic"].startswith("fuzz.")])
    cases = [(outcome[0][0], outcome, line) for line, outcome in zip(lines, tap(command, lines))
             if outcome[0][0] is not None]
    markings = {source: Marking(m, source) for source in {x[0] for x in cases}}
    first = {}  # of each source and outcome
    for case in cases:
        first.setdefault(case[1], case)
    ways, fed = neutral(command, markings, list(first.values()))
    ways = dict(zip(first, ways))
    out = [marked(markings[source], case, ways[outcome]) for source, outcome, case in cases]
    now = tap(command, numbered(out))
    # Where a case is not like the first of its kind it is asked for itself; of several places for
    # the time the last one stays, which is a number.
    odd = [i for i, case in enumerate(cases) if now[i] != case[1]]
    own, _ = neutral(command, markings, [cases[i] for i in odd])
    for i, its in zip(odd, own):
        out[i] = marked(markings[cases[i][0]], cases[i][2], its, may_be_a_time)
    now = tap(command, numbered(out))
    same = sum(a == case[1] for a, case in zip(now, cases))
    return fed + [(case[0], x) for case, x in zip(cases, out)], same, len(cases)


def with_values(fed, source, place, values):
    """The first message of the source that has the place, once with each of the values there."""
    marking = Marking(None, source)
    for from_source, message in reversed(fed):  # those with one marker come first
        seen = []

        def look(at, value):
            if at == place:
                seen.append(value)
            return value
        if from_source == source:
            marking.message(message, look)
        if seen:
            return [(source, marking.message(
                message, lambda at, value, v=v: v if at == place else value)) for v in values]
    return []
