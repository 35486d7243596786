#!/usr/bin/env python3
"""Plain messages of a small library world, for end-to-end tests.

    events.py [--seed N] [--events N] [--customers N] [--days N] [--shuffle N] [--poison]

Seeded, so the same arguments give the same lines. In it: customers with cards, e-mails shared by
families, web accounts; devices that are browsed anonymously and logged in on, some by two persons;
holds that several messages name; copies of messages with other attributes; late messages (the lines
are not in the order of time); identity messages; with --poison also what must be quarantined.
--shuffle puts the same lines in another order.
"""
import argparse
import json
import random

START = 1767225600  # 2026-01-01T00:00:00Z


def iso(us):
    s, rest = divmod(us, 1_000_000)
    import datetime
    t = datetime.datetime.fromtimestamp(s, datetime.timezone.utc)
    return t.strftime("%Y-%m-%dT%H:%M:%S") + f".{rest:06d}Z"


WALK = ["discover.page_viewed", "discover.search", "discover.search_no_result",
        "discover.record_viewed", "discover.saved_to_list", "join.account_viewed"]
BRANCHES = ["main", "north", "south"]


class World:
    def __init__(self, seed, customers, days):
        self.r = random.Random(seed)
        self.customers, self.days = customers, days
        self.holds = 0
        self.n = 0

    def event(self, us, touchpoint, keys, **more):
        self.n += 1
        m = {"id": f"e{self.n}", "time": iso(us), "keys": keys}
        if touchpoint:
            m["touchpoint"] = touchpoint
        m.update(more)
        return m

    def person_keys(self, c):
        keys = {"card": str(1000 + c)}
        if self.r.random() < 0.3:
            keys["email"] = f"family{c // 3}@example.org" if c % 5 == 0 else f"c{c}@example.org"
        return keys

    def visit(self, us):
        """A browsing session, mostly anonymous, with a log-in now and then."""
        r, c = self.r, self.r.randrange(self.customers)
        device = f"d{c if r.random() < 0.9 else r.randrange(self.customers)}"
        out = []
        for _ in range(r.randrange(1, 8)):
            us += int(r.expovariate(1 / 120e6))
            keys = {"web.anon": device}
            if r.random() < 0.15:
                keys["web.user"] = f"u{c}"
                if r.random() < 0.5:
                    keys.update(self.person_keys(c))
            out.append(self.event(us, r.choice(WALK), keys,
                                  dimensions={"branch": r.choice(BRANCHES)}))
        if r.random() < 0.1:
            out.append(self.event(us + 1, None, {"web.anon": device}, fact="logout"))
        return out

    def hold(self, us):
        r, c = self.r, self.r.randrange(self.customers)
        self.holds += 1
        case = {"hold": f"h{self.holds}"}
        out = [self.event(us, "request.hold_placed", self.person_keys(c), cases=case,
                          dimensions={"branch": r.choice(BRANCHES)})]
        us += int(r.uniform(1, 20) * 86400e6)
        out.append(self.event(us, "request.hold_ready", {}, cases=case))
        us += int(r.uniform(0, 20) * 86400e6)
        last = r.random()
        if last < 0.6:
            out.append(self.event(us, "request.hold_filled", self.person_keys(c), cases=case))
        elif last < 0.8:
            out.append(self.event(us, "request.hold_cancelled", {}, cases=case))
        return out

    def record(self, us):
        c = self.r.randrange(self.customers)
        keys = {"card": str(1000 + c), "email": f"c{c}@example.org"}
        if self.r.random() < 0.5:
            keys["web.user"] = f"u{c}"
        return [self.event(us, None, keys, fact="identity")]

    def lines(self, n):
        out = []
        while len(out) < n:
            us = int((START + self.r.random() * self.days * 86400) * 1e6)
            kind = self.r.random()
            out += (self.visit if kind < 0.8 else self.hold if kind < 0.92 else self.record)(us)
        out = out[:n]
        # Mostly in the order of time, some late by hours or days; copies of some.
        late = [(m["time"], m) for m in out]
        late = [(iso(_us(t) + int(self.r.uniform(0, 3) * 86400e6)) if self.r.random() < 0.1 else t, m)
                for t, m in late]
        late.sort(key=lambda x: (x[0], x[1]["id"]))
        lines = [json.dumps(m, separators=(",", ":")) for _, m in late]
        copies = []
        for _, m in self.r.sample(late, n // 50):
            copy = dict(m)
            if "touchpoint" in copy:
                copy["dimensions"] = {"branch": self.r.choice(BRANCHES)}
            copies.append(json.dumps(copy, separators=(",", ":")))
        for copy in copies:
            lines.insert(self.r.randrange(len(lines)), copy)
        return lines


def _us(text):
    import datetime
    t = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    delta = t.replace(tzinfo=datetime.timezone.utc) - datetime.datetime.fromtimestamp(
        0, datetime.timezone.utc)
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


POISON = [
    "not json", '{"id":"p1"', '[]', '{"id":"p2","time":"2026-02-30T00:00:00Z"}',
    '{"id":"p3","time":"2026-01-05T10:00:00Z","touchpoint":"no.such","keys":{"card":"1"}}',
    '{"id":"p4","time":"1980-01-01T00:00:00Z","touchpoint":"discover.search","keys":{"card":"1"}}',
    '{"id":"p5","time":"2026-01-05T10:00:00Z","touchpoint":"discover.search","keys":{}}',
    '{"id":"p6","time":"2099-01-05T10:00:00Z","touchpoint":"discover.search","keys":{"card":"1"}}',
    '{"id":"p7","time":"2026-01-05T10:00:00Z","touchpoint":"discover.search",'
    '"initiator":"ghost","keys":{"card":"1"}}',
]


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--events", type=int, default=2000)
    p.add_argument("--customers", type=int, default=100)
    p.add_argument("--days", type=int, default=30)
    p.add_argument("--shuffle", type=int, default=0)
    p.add_argument("--poison", action="store_true")
    a = p.parse_args()
    lines = World(a.seed, a.customers, a.days).lines(a.events)
    if a.poison:
        r = random.Random(a.seed)
        for text in POISON:
            lines.insert(r.randrange(len(lines)), text)
    if a.shuffle:
        random.Random(a.shuffle).shuffle(lines)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
