"""Unreachable rules, against the definition: sources with random guards, and every message that can be
told apart by them. A rule that validate calls unreachable must be the first that holds for none of
them. (The other way round is not promised; how many are found is told.)

    reach.py FOLDER [SEED]     JOURNEYD names the program
"""
import itertools
import json
import os
import random
import re
import subprocess
import sys

WORDS = ["x", "X", "y", "1"]
PLACES = ["/a", "/b", ["/a", "/b"], ["/a"]]
PATTERNS = ["^x", "y$", "^(?!x)"]
ABSENT = None
SOURCES, RULES = 200, 6


def guard(r, depth):
    kind = r.choice("equals in in present absent matches matches changed same".split()
                    + ["all", "any", "not", "list"] * (depth > 0))
    if kind in ("all", "any"):
        return {kind: [guard(r, depth - 1) for _ in range(r.randint(1, 3))]}
    if kind == "list":
        return [guard(r, depth - 1) for _ in range(r.randint(1, 3))]
    if kind == "not":
        return {"not": guard(r, depth - 1)}
    if kind == "changed":
        return {"changed": "/s", "old": "/o", "new": "/n", "if_no_old": r.choice([True, False])}
    if kind == "same":
        return {"same": r.sample(["/a", "/b", ["/b", "/a"]], 2)}
    value = {"equals": r.choice(WORDS), "in": r.sample(WORDS, r.randint(1, 3)),
             "matches": r.choice(PATTERNS)}.get(kind, r.choice([True, True, False]))
    g = {"at": r.choice(PLACES), kind: value}
    if kind in ("equals", "in", "matches") and r.random() < 0.5:
        g["ignore_case"] = True
    return g


def nested(depth, word):
    """Asked for each other from both sides, such guards once took minutes."""
    leaf = {"any": [{"at": "/a", "equals": word}, {"at": "/b", "equals": word}]}
    return leaf if depth == 0 else {"not": {"all": [nested(depth - 1, word), leaf]}}


def stands(message, place):
    for p in place if isinstance(place, list) else [place]:
        if message[p] is not ABSENT:
            return message[p]
    return ABSENT


def holds(g, m):
    if isinstance(g, list):
        return all(holds(p, m) for p in g)
    if "all" in g:
        return all(holds(p, m) for p in g["all"])
    if "any" in g:
        return any(holds(p, m) for p in g["any"])
    if "not" in g:
        return not holds(g["not"], m)
    if "changed" in g:
        return g["if_no_old"] if m["old"] == "no document" else m["old"] != m["new"]
    if "same" in g:
        x, y = (stands(m, p) for p in g["same"])
        return x is not ABSENT and x == y
    value = stands(m, g["at"])
    if "present" in g or "absent" in g:
        return (value is not ABSENT) == g.get("present", not g.get("absent"))
    if value is ABSENT:
        return False
    if "matches" in g:
        return re.search(g["matches"], value, re.I if g.get("ignore_case") else 0) is not None
    words = g["in"] if "in" in g else [g["equals"]]
    if g.get("ignore_case"):
        return value.lower() in [w.lower() for w in words]
    return value in words


def messages():
    values = [ABSENT, *WORDS, "other"]
    olds = ["no document", ABSENT, "s"]
    for a, b, old, new in itertools.product(values, values, olds, [ABSENT, "s"]):
        yield {"/a": a, "/b": b, "old": old, "new": new}


def write(folder, name, rules):
    source = {"source": name, "topic": f"^{name}$", "id": "/id", "time": "record",
              "keys": {"card": "/card"}, "touchpoint": "visit.seen",
              "rules": [{"name": f"r{i}", "when": g} if g else {"name": f"r{i}"}
                        for i, g in enumerate(rules)]}
    with open(os.path.join(folder, "sources", name + ".yaml"), "w", encoding="utf-8") as f:
        json.dump(source, f)


def main():
    folder, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    r = random.Random(seed)
    os.makedirs(os.path.join(folder, "sources"))
    config = {"library": {"time_zone": "UTC"}, "postgres": {"dsn": "dbname=none"},
              "identity": {"secret_file": "secret",
                           "namespaces": [{"name": "card", "kind": "person"}]},
              "vocabulary": "vocabulary.yaml", "sources": ["sources/*.yaml"]}
    for name, value in (("journeyd.yaml", config), ("vocabulary.yaml", [{"code": "visit.seen"}])):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            json.dump(value, f)
    with open(os.path.join(folder, "secret"), "w", encoding="utf-8",
              opener=lambda p, flags: os.open(p, flags, 0o600)) as f:
        f.write("a secret of the tests")

    sources = {}
    for i in range(SOURCES):
        rules = [guard(r, r.randint(0, 2)) if r.random() < 0.97 else None for _ in range(RULES)]
        sources[f"s{i:03}"] = rules
        write(folder, f"s{i:03}", rules)
    sources["nested"] = [nested(14, word) for word in ("x", "y", "1")]
    write(folder, "nested", sources["nested"])
    done = subprocess.run([os.environ["JOURNEYD"], "validate", "-c", os.path.join(folder, "journeyd.yaml"),
                           "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30)
    told = {}
    for line in done.stdout.decode().splitlines():
        p = json.loads(line)
        if p["kind"] != "problem":
            continue
        if "gets as far" not in p["text"] and "exclude each other" not in p["text"]:
            sys.exit(f"not what was asked for: {p}")
        rule = int(p["key"].split("rules[")[1].split("]")[0])
        told[os.path.basename(p["file"])[:-5], rule] = p["text"]

    every = list(messages())
    passed = failed = dead = 0
    for name, rules in sources.items():
        reached = set()
        for m in every:
            for i, g in enumerate(rules):
                if g is None or holds(g, m):
                    reached.add(i)
                    break
        for i in range(RULES):
            dead += i not in reached
            if (name, i) in told and i in reached:
                failed += 1
                print(f"not ok - {name} rule {i} is reached, and yet: {told[name, i]}\n    {rules}")
            elif (name, i) in told:
                passed += 1
    print(f"{len(told)} of {dead} rules that no message reaches are told")
    if len(told) * 2 < dead:
        failed += 1
        print("not ok - fewer than half")
    print(f"{passed} passed, {failed} failed")
    return failed == 0 and passed > 0


sys.exit(0 if main() else 1)
