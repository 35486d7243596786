"""A day of 200 persons on one computer: shared_pc.py [PERSONS] >messages

One after the other sits down, looks at pages, logs in, looks at pages that carry the card and at
pages that do not, and leaves. On `kiosk-1` (declared a kiosk) and on `careful` everybody logs out
before they go, and look at one more page; on `careless` every second one walks away without. Between
them come passers-by, one for each four persons, who look at two pages and never log in.

The truth is in the messages: dimension branch names who did it, and device_class on which computer
and at which point of the visit; an event by card alone, at the desk, tells which customer that is.
The messages are shuffled: the order in which they come must not matter."""
import json
import random
import sys

DEVICES = {"kiosk": "kiosk-1", "careful": "reading-room-2", "careless": "reading-room-7"}
VISIT = (  # seconds, at which point, carries the card, touchpoint
    (0, "before", False, "discover.page_viewed"),
    (20, "before", False, "discover.search"),
    (40, "login", True, "join.logged_in"),
    (60, "named", True, "join.account_viewed"),
    (80, "after", False, "discover.search"),
    (100, "after", False, "discover.record_viewed"),
)


def event(name, who, n, s, keys, touchpoint, point, **more):
    time = f"2026-03-02T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z"
    return {"id": f"{name}.{who}.{n}", "time": time, "touchpoint": touchpoint, "keys": keys,
            "dimensions": {"branch": f"{name} {who}", "device_class": f"{name} {point}"}, **more}


def day(name, persons):
    step = 12 * 3600 // persons
    for p in range(persons):
        s, card = 7 * 3600 + p * step, f"{name}-{p}"
        device = {"web.anon": DEVICES[name]}
        for n, (at, point, named, touchpoint) in enumerate(VISIT):
            keys = dict(device, card=card) if named else device
            yield event(name, f"p{p}", n, s + at, keys, touchpoint, point)
        if name != "careless" or p % 2:
            yield event(name, f"p{p}", 8, s + 120, device, "discover.page_viewed", "logout",
                        fact="logout")
            yield event(name, f"p{p}", 9, s + 130, device, "discover.page_viewed", "after logout")
        if p % 4 == 0:
            for n in range(2):
                yield event(name, f"visitor{p}", n, s + 150 + 20 * n, device,
                            "discover.page_viewed", "passing by")
        yield event(name, f"p{p}", 10, 20 * 3600 + p, {"card": card}, "borrow.checkout", "desk")


def main():
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    messages = [json.dumps(e) for name in DEVICES for e in day(name, persons)]
    random.Random(6).shuffle(messages)
    print("\n".join(messages))


main()
