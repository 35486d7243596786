#!/usr/bin/env python3
"""Judges what a reader was shown against the truth: the attacks of attacker.sh.

    attacker.py truth             prints what the owner is asked, as SQL
    attacker.py views full|few    the views, for the reader
    attacker.py ranges full|few   the functions of ranges, for the reader
    attacker.py late STATE        one message that makes a stepped number move, after STATE.truth
    attacker.py judge FOLDER K    reads FOLDER/STATE.{truth,views,ranges}, prints a line an attack

A block is (scenario, period, segment): a day or a month, one segment or '(all)'. The attacker knows
how numbers are stepped: a shown v means step_low(v) .. step_high(v), no row means what 0 means, and
is_final is what it is. A group is isolated where he is then sure that it has 1 .. k - 1 customers.
The truth is counted here from the journeys, with nothing taken from what the views say.
"""
import collections
import datetime
import glob
import itertools
import json
import multiprocessing
import os
import sys

FAMILIES = {    # view, columns that name a row, counts
    "scenario": ("scenario_day", (), ("journeys", "completed", "lost", "ended", "open", "steps")),
    "path": ("path", ("path",), ("journeys", "completed", "lost", "ended")),
    "raw_path": ("raw_path", ("path",), ("journeys", "completed", "lost", "ended")),
    "path_link": ("path_link", ("step_no", "from_touchpoint", "to_touchpoint"), ("journeys",)),
    "transition": ("transition", ("from_touchpoint", "to_touchpoint"),
                   ("transitions", "journeys", "waits")),
    "drop_off": ("drop_off", ("touchpoint",),
                 ("reached", "went_on", "completed_here", "ended_here", "ended_silence",
                  "ended_deadline", "ended_failed", "still_open", "open_reached")),
    "funnel": ("funnel_step", ("checkpoint_no",),
               ("entered", "went_on", "completed_here", "ended_here", "still_open")),
}
MONTHLY = {"scenario": "scenario_monthly", "path": "path_monthly", "drop_off": "drop_off_monthly",
           "funnel": "funnel_step_monthly"}
RANGED = ("scenario", "path", "path_link", "transition", "drop_off", "funnel")
SCENARIOS = ("find", "hold", "visit", "ask")
SEGMENTS = ("main", "east", "north", "(none)")
FIRST, LAST = datetime.date(2026, 1, 27), datetime.date(2026, 3, 3)
HAS_GOALS = ("find", "hold")
PARTS = {       # sums within a row
    ("scenario", "journeys"): ("completed", "lost", "ended", "open"),
    ("path", "journeys"): ("completed", "lost", "ended"),
    ("raw_path", "journeys"): ("completed", "lost", "ended"),
    ("drop_off", "reached"): ("went_on", "completed_here", "ended_here", "still_open"),
    ("drop_off", "ended_here"): ("ended_silence", "ended_deadline", "ended_failed"),
    ("funnel", "entered"): ("went_on", "completed_here", "ended_here", "still_open"),
}
CHILDREN = {    # column: those that count some of the same
    "scenario": {"journeys": ("completed", "lost", "ended", "open")},
    "path": {"journeys": ("completed", "lost", "ended")},
    "raw_path": {"journeys": ("completed", "lost", "ended")},
    "transition": {"transitions": ("waits",)},
    "drop_off": {"reached": ("went_on", "completed_here", "ended_here", "still_open",
                             "open_reached"),
                 "ended_here": ("ended_silence", "ended_deadline", "ended_failed")},
    "funnel": {"entered": ("went_on", "completed_here", "ended_here", "still_open")},
}
OTHER = "(other)"


# ---- what is asked
def last_of(day):
    return (day.replace(day=28) + datetime.timedelta(days=4)).replace(day=1) \
        - datetime.timedelta(days=1)


def days(first, last):
    return [first + datetime.timedelta(days=i) for i in range((last - first).days + 1)]


def ranges(how):
    """(scenario, from, to, segment, final_only, families): blocks of all segments, months of each,
    and all pairs of days around the borders of months and weeks."""
    months = [m.replace(day=1) for m in days(FIRST, LAST) if m.day == 1 or m == FIRST]
    for scenario in SCENARIOS if how == "full" else SCENARIOS[:1]:
        for d in days(FIRST, LAST):
            yield scenario, d, d, None, False
        for m, s in itertools.product(months, (None,) + SEGMENTS):
            yield scenario, m, last_of(m), s, False
    d = datetime.date
    at = [d(2026, 1, 31), d(2026, 2, 1), d(2026, 2, 2), d(2026, 2, 8), d(2026, 2, 28),
          d(2026, 3, 1), LAST]
    if how == "full":
        for a, b in itertools.combinations(at, 2):
            yield "find", a, b, None, False
        for (a, b), segment in itertools.product(
                ((at[0], at[4]), (at[1], at[5]), (at[2], at[3]), (d(2026, 1, 1), LAST)),
                (None, "main", "east")):
            yield "find", a, b, segment, True
            yield "find", a, b, segment, False


def ask_truth():
    print("select json_build_array(scenario, started_on, segment, customer_id, state, reason, path,"
          " collapsed_path, checkpoint_reached) from journey.journey order by 1::text;")
    print("select json_build_object('steps', array_agg(array[n, journey_internal.step(n, k),"
          " journey_internal.step_low(n, k), journey_internal.step_high(n, k)] order by n))"
          " from generate_series(0, 20000) as n,"
          " (select journey_internal.small_groups() as k) as s;")
    print("select json_build_object('first_open', journey_internal.first_open_day());")


def ask_views(how):
    where = "" if how == "full" else " where scenario in ('find', 'hold')"
    for view in [f[0] for f in FAMILIES.values()] + list(MONTHLY.values()) + ["suppression"]:
        print(f"select json_build_object('view', '{view}', 'row', row_to_json(v))"
              f" from journey.{view} as v{where};")


def ask_ranges(how):
    rows = ", ".join("('%s', date '%s', date '%s', %s, %s)" % (
        s, a, b, "null" if g is None else f"'{g}'", f) for s, a, b, g, f in
        dict.fromkeys(ranges(how)))
    print("create temporary table asked (s, a, b, g, f) as"
          f" select s, a, b, g::text, f from (values {rows}) as v (s, a, b, g, f);")
    for family in RANGED:
        print(f"select json_build_object('family', '{family}', 'asked', row_to_json(p),"
              f" 'row', row_to_json(r)) from asked as p cross join lateral"
              f" journey.{family}_between(p.s, p.a, p.b, p.g, p.f) as r;")


# ---- the truth
Journey = collections.namedtuple(
    "Journey", "scenario day segment customer state reason raw path depth")


class Row:
    def __init__(self):
        self.n, self.who = collections.Counter(), set()


def count(journeys):
    """{family: {key: Row}}: what a block has."""
    out = {f: collections.defaultdict(Row) for f in FAMILIES if f != "path_link"}

    def add(family, key, j, *columns):
        row = out[family][key]
        row.who.add(j.customer)
        for c in columns:
            row.n[c] += 1
        return row

    for j in journeys:
        add("scenario", (), j, "journeys", j.state).n["steps"] += len(j.raw)
        over = j.state != "open"
        if over:
            add("path", (" > ".join(j.path),), j, "journeys", j.state)
            add("raw_path", (" > ".join(j.raw),), j, "journeys", j.state)
        for pair, n in collections.Counter(zip(j.raw, j.raw[1:])).items():
            row = add("transition", pair, j, "journeys")
            row.n["transitions"] += n
            row.n["waits"] += n if over else 0
        ends = {"completed": ["completed_here"], "open": ["still_open"]}.get(
            j.state, ["ended_here", f"ended_{j.reason}"])
        for t in set(j.raw):
            add("drop_off", (t,), j, "reached", *([] if over else ["open_reached"]),
                *(ends if t == j.raw[-1] else ["went_on"]))
        for i in range(j.depth + 1):
            add("funnel", (i,), j, "entered", *(["went_on"] if i < j.depth else ends[:1]))
    return out


class State:
    """What was shown in one state, and what is so."""

    def __init__(self, stem, shown=True):
        journeys, self.steps = [], {}
        with open(stem + ".truth", encoding="utf-8") as f:
            for line in f:
                x = json.loads(line)
                if isinstance(x, list):
                    x[6], x[7] = x[6].split(" > "), x[7].split(" > ")
                    journeys.append(Journey(*x))
                elif "steps" in x:
                    self.steps = {n: (s, lo, hi) for n, s, lo, hi in x["steps"]}
                else:
                    self.first_open = x["first_open"]
        self.of_block = collections.defaultdict(list)
        for j in journeys:
            for period in (j.day, j.day[:7]):
                for segment in (j.segment, "(all)"):
                    self.of_block[j.scenario, period, segment].append(j)
        self.shown = collections.defaultdict(dict)      # (family, block): {key: row}
        self.ranges = collections.defaultdict(dict)
        self.suppression, self.n_rows, self.unequal, self.known = [], 0, 0, {}
        if shown:
            self.read(stem + ".views")
            self.read(stem + ".ranges")
        read = {block[0] for _, block in self.shown} or SCENARIOS
        self.true = {b: count(js) for b, js in self.of_block.items() if b[0] in read}
        if shown:
            self.final_is_exact = finals(self)

    def step(self, n):
        return self.steps[n][0]

    def low(self, v):
        return self.steps[v][1]

    def high(self, v):
        return self.steps[v][2]

    def read(self, path):
        by_view = {v: f for f, (v, _, _) in FAMILIES.items()}
        by_view.update({v: f for f, v in MONTHLY.items()})
        with open(path, encoding="utf-8") as f:
            for line in f:
                x = json.loads(line)
                row = x["row"]
                self.n_rows += 1
                if x.get("view") == "suppression":
                    self.suppression.append(row)
                    continue
                asked = x.get("asked")
                family = x.get("family") or by_view[x["view"]]
                key = tuple(row[c] for c in FAMILIES[family][1])
                if not asked:
                    period = row["started_on"] if "started_on" in row else row["month_on"][:7]
                    where = family, (row["scenario"], period, row["segment"])
                elif asked["f"] or not is_block(asked["a"], asked["b"]):
                    self.ranges[family, tuple(asked.values())][key] = row
                    continue
                else:
                    period = asked["a"] if asked["a"] == asked["b"] else asked["a"][:7]
                    where = family, (asked["s"], period, asked["g"] or "(all)")
                before = self.shown[where].get(key)
                if before is not None and any(before[c] != row[c] for c in numbers(family, row)
                                              if c in before):
                    self.unequal += 1
                self.shown[where].setdefault(key, row)


def is_block(a, b):
    first = datetime.date.fromisoformat(a)
    return a == b or (first.day == 1 and b == str(last_of(first)))


def numbers(family, row):
    """The counts of a row: those that there are."""
    return [c for c in FAMILIES[family][2] + ("distinct_customers",) if row.get(c) is not None]


# ---- a: every row has its customers, every number is the step of the exact one
def attack_rows(s, k, tell):
    rows = few = wrong = 0
    first = ""
    for (family, block), shown in s.shown.items():
        if family == "path_link":
            continue
        true = s.true.get(block, {}).get(family, {})
        hidden = [r for key, r in true.items() if key not in shown]
        for key, row in shown.items():
            values = numbers(family, row)
            if family == "funnel" and not any(row[c] for c in values):
                continue
            rows += 1
            exact = true.get(key)
            if OTHER in key:
                exact = joined(s, family, block, shown, hidden)
            elif family == "scenario" and block[2] == OTHER:
                exact = other_segments(s, block)
            if exact is None or len(exact.who) <= k:
                few += 1
                first = first or f"{family} {block} {key}: {row}"
                continue
            for c in values:
                n = len(exact.who) if c == "distinct_customers" else exact.n[c]
                wrong += row[c] != s.step(n)
    tell("a", "published rows recounted", rows, few, first, f"of {k} customers or fewer")
    tell("a", "their numbers: steps of the exact ones", rows, wrong, "", "not")
    if s.suppression:
        tell("a", "hidden journeys told by suppression", *suppressed(s, k))


def joined(s, family, block, shown, hidden):
    """What (other) of a block counts: all rows that are not shown."""
    row = Row()
    if family == "drop_off":
        places = {key[0] for key in s.true[block][family] if key not in shown}
        js = [j for j in s.of_block[block] if j.raw[-1] in places]
        row.who = {j.customer for j in js}
        for j in js:
            row.n[{"completed": "completed_here", "open": "still_open"}.get(
                j.state, "ended_here")] += 1
            if j.reason:
                row.n["ended_" + j.reason] += 1
        return row
    for r in hidden:
        row.who |= r.who
        row.n += r.n
    return row


def other_segments(s, block):
    js = [j for g in SEGMENTS for j in s.of_block.get((*block[:2], g), ())
          if ("scenario", (*block[:2], g)) not in s.shown]
    return count(js)["scenario"].get(())


def suppressed(s, k):
    """The rows of suppression, and those whose hidden journeys are of k customers or fewer."""
    n = few = 0
    first = ""
    for row in s.suppression:
        family = {"scenario_day": "scenario"}.get(row["view_name"], row["view_name"])
        if row["journeys_hidden"] in (None, 0) or family not in FAMILIES:
            continue
        n += 1
        month, who = row["month_on"][:7], set()
        for block in s.true:
            if block[0] != row["scenario"] or block[1][:7] != month \
                    or (len(block[1]) == 10) != row["grain"].startswith("day") \
                    or (block[2] != "(all)") != row["grain"].endswith("segment"):
                continue
            for key, r in s.true[block][family].items():
                if not s.step(len(r.who)):
                    who |= r.who
        if len(who) <= k:
            few += 1
            first = first or f"{row}: {len(who)} customers"
    return n, few, first, f"of {k} customers or fewer"


# ---- b: no difference of two published numbers is smaller than k
def pairs_within(values, k):
    """Pairs of a list of numbers, and those that differ by 1 .. k - 1."""
    n = collections.Counter(values)
    total = len(values) * (len(values) - 1) // 2
    at = sorted(n)
    bad = sum(n[x] * n[y] for i, x in enumerate(at) for y in itertools.takewhile(
        lambda y: y - x < k, at[i + 1:]))
    return total, bad


def totals(found):
    return sum(n for n, _ in found), sum(bad for _, bad in found)


def attack_differences(s, k, tell):
    by_key = collections.defaultdict(list)
    for (family, block), shown in s.shown.items():
        for key, row in shown.items():
            for c in numbers(family, row):
                by_key[family, block[0], key, c].append(row[c])
    for (family, asked), shown in s.ranges.items():
        for key, row in shown.items():
            for c in numbers(family, row):
                by_key[family, asked[0], key, c].append(row[c])
    found = [pairs_within(v, k) for v in by_key.values()]
    tell("b", "days, months, ranges, segments: a row and column", *totals(found))
    by_block = collections.defaultdict(list)
    for (family, block), shown in s.shown.items():
        for row in shown.values():
            by_block[block].extend(row[c] for c in numbers(family, row))
    found = [pairs_within(v, k) for v in by_block.values()]
    tell("b", "views and columns of a block (journeys, reached, entered, links ...)",
         *totals(found))
    n = bad = 0
    for total, parts in sums(s):
        n += 1
        bad += 0 < abs(value(s, total) - sum(value(s, p) for p in parts)) < k
    tell("b", "a total and the sum of its parts", n, bad)


# ---- c: what an attacker who knows the steps can be sure of
# A quantity is (family, block, key, column); column 'customers' counts those of the row.
def value(s, q):
    family, block, key, c = q
    row = s.shown.get((family, block), {}).get(key)
    return (row or {}).get("distinct_customers" if c == "customers" else c) or 0


def once(f):
    """Each quantity is asked for many times in one state."""
    def known(s, q):
        found = s.known.get((f, q))
        if found is None:
            found = s.known[f, q] = f(s, q)
        return found
    return known


@once
def truth(s, q):
    family, block, key, c = q
    row = s.true.get(block, {}).get(family, {}).get(key)
    return 0 if row is None else len(row.who) if c == "customers" else row.n[c]


def is_told(s, q):
    """Whether the attacker can look it up. Customers of a pair are told by whether there is a row."""
    family, block, key, c = q
    return c != "customers" or family not in ("transition", "path_link")


@once
def interval(s, q):
    family, block, key, c = q
    if family == "scenario" and c in ("completed", "lost", "ended") \
            and (c == "ended") == (block[0] in HAS_GOALS):
        return 0, 0
    v = value(s, q)
    lo, hi = s.low(v), s.high(v)
    row = s.shown.get(("scenario", block), {}).get(())
    if family == "scenario" and c == "open" and row and s.final_is_exact and block[2] != OTHER:
        if row["is_final"]:
            return 0, 0
        if block[1] < s.first_open[:len(block[1])]:
            lo = max(lo, 1)
    return lo, hi


def finals(s):
    """Whether is_final tells of one open journey, and not of steps of them."""
    told = [(row["is_final"], s.true[b]["scenario"][()].n["open"] == 0)
            for (f, b), shown in s.shown.items() for row in shown.values()
            if f == "scenario" and len(b[1]) == 10 and b in s.true and b[1] < s.first_open]
    return bool(told) and all(x == y for x, y in told)


def sums(s):
    """(total, parts): what adds up, within a row and over segments, days and paths."""
    for (family, block), shown in s.shown.items():
        if family == "path_link" or block[2] == OTHER:
            continue
        scenario, period, segment = block
        apart = []
        if segment == "(all)":
            apart.append([(scenario, period, g) for g in SEGMENTS])
        if len(period) == 7:
            apart.append(sorted(b for b in s.true if b[0] == scenario and b[2] == segment
                                and len(b[1]) == 10 and b[1][:7] == period))
        for key, row in shown.items():
            if OTHER in key:
                continue
            for c in numbers(family, row):
                if (family, c) in PARTS:
                    yield (family, block, key, c), [(family, block, key, p)
                                                    for p in PARTS[family, c]]
                if c == "distinct_customers":
                    c = "customers"
                for blocks in apart:
                    parts = [(family, b, key, c) for b in blocks]
                    # what nobody there did is known from days and segments that had nobody at all
                    yield (family, block, key, c), [p for p in parts if p[1] in s.true]


def is_isolating(lo, hi, k, exact):
    return 1 <= lo and hi < k and lo <= exact <= hi


def attack_nested(s, k, tell):
    """A part taken from its whole: journeys or customers that are in one and not in the other."""
    found = collections.defaultdict(lambda: [0, 0, ""])

    def look(kind, whole, part):
        lo, hi = interval(s, whole), interval(s, part)
        lo, hi = max(0, lo[0] - hi[1]), lo[1] - hi[0]
        exact = truth(s, whole) - truth(s, part)
        t = found[kind]
        t[0] += 1
        if is_isolating(lo, hi, k, exact):
            t[1] += 1
            t[2] = t[2] or f"{whole} less {part}: {lo}..{hi}, {exact} in truth"

    for (family, block), shown in s.shown.items():
        if family == "path_link" or block[2] == OTHER:
            continue
        total = ("scenario", block, (), "customers")
        for key, row in shown.items():
            if OTHER in key:
                continue
            for c, parts in CHILDREN[family].items() if family != "funnel" or any(row.values()) \
                    else ():
                for p in parts:
                    look("columns of a row", (family, block, key, c), (family, block, key, p))
            if "distinct_customers" in row and family != "scenario" and total[1] == block:
                look("customers of a block and of a row", total, (family, block, key, "customers"))
            if family == "drop_off":
                for path in s.shown.get(("path", block), {}):
                    if key[0] in path[0].split(" > "):
                        look("reached T and a path with T", (family, block, key, "customers"),
                             ("path", block, path, "customers"))
                        look("reached T and a path with T", (family, block, key, "reached"),
                             ("path", block, path, "journeys"))
            if family == "funnel" and (key[0] + 1,) in shown:
                for c in ("entered", "customers"):
                    look("a checkpoint and the next", (family, block, key, c),
                         (family, block, (key[0] + 1,), c))
    for total, parts in sums(s):
        for p in parts:
            kind = "columns of a row" if p[1] == total[1] else \
                "month and day" if p[1][1] != total[1][1] else "all segments and one"
            if is_told(s, total) and kind != "columns of a row":
                look(kind, total, p)
    for kind, (n, bad, first) in sorted(found.items()):
        tell("c", "pairs: " + kind, n, bad, first)


def attack_siblings(s, k, tell):
    """A part told by its total and all other parts. Customers add up to the total or to more."""
    found = collections.defaultdict(lambda: [0, 0, "", k])
    for total, parts in sums(s):
        if not parts or not is_told(s, total):
            continue
        lo, hi = interval(s, total)
        known = [interval(s, p) for p in parts]
        least, most = sum(x for x, _ in known), sum(x for _, x in known)
        kind = "columns of a row" if parts[0][1] == total[1] else \
            "month and its days" if parts[0][1][1] != total[1][1] else "all segments and each"
        t = found[kind]
        for p, (a, b) in zip(parts, known):
            x = max(a, lo - (most - b))
            y = b if total[3] == "customers" else min(b, hi - (least - a))
            t[0] += 1
            if is_isolating(x, y, k, truth(s, p)) and not is_isolating(a, b, k, truth(s, p)):
                t[1] += 1
                if y - x < t[3]:
                    t[2:] = [f"{p}: {x}..{y}, {truth(s, p)} in truth, from {value(s, total)} and "
                             f"{[value(s, o) for o in parts]}", y - x]
    for kind, (n, bad, first, _) in sorted(found.items()):
        tell("c", "one left of all parts: " + kind, n, bad, first)
    n = bad = 0
    first = ""
    for (family, block), shown in s.shown.items():
        if family == "scenario" and () in shown and block in s.true:
            q = ("scenario", block, (), "open")
            n += 1
            if is_isolating(*interval(s, q), k, truth(s, q)):
                bad += 1
                first = first or f"{block}: is_final {shown[()]['is_final']}, open {value(s, q)}"
    tell("c", "open journeys, from is_final", n, bad, first)


def attack_states(before, after, k, tell):
    """The same quantity in two states."""
    n = small = sure = moved = 0
    first = ""
    keys = {(where, key) for s in (before, after) for where, rows in s.shown.items()
            for key in rows}
    for (family, block), key in keys:
        if family == "path_link" or OTHER in key or block[2] == OTHER:
            continue
        for c in FAMILIES[family][2] + (("customers",) if family != "transition" else ()):
            q = family, block, key, c
            v, w = value(before, q), value(after, q)
            n += 1
            small += 0 < abs(w - v) < k
            moved += v != w
            (a, b), (x, y) = interval(before, q), interval(after, q)
            exact = truth(after, q) - truth(before, q)
            for lo, hi, e in ((x - b, y - a, exact), (a - y, b - x, -exact)):
                if v != w and is_isolating(lo, hi, k, e):
                    sure += 1
                    first = first or f"{q}: {v}, then {w}: {lo}..{hi}, {exact} in truth"
    tell("b", "state and state", n, small, "", f"differ by 1..{k - 1} ({moved} numbers moved)")
    tell("c", "pairs: state and state", n, sure, first)


def attack_rates(s, k, tell):
    """Rates and their intervals are made of what stands beside them: equal counts, equal rates."""
    rates, n = collections.defaultdict(set), 0
    for (family, block), shown in s.shown.items():
        total = s.shown.get(("scenario", block), {}).get(())
        if family != "drop_off" or total is None:
            continue
        for key, row in shown.items():
            n += 1
            counts = tuple(row[c] for c in FAMILIES["drop_off"][2])
            about = (block[0] in HAS_GOALS, block[1] < s.first_open[:len(block[1])],
                     row["is_final"], total["open"], counts)
            rates[about].add((row["drop_off_rate"], row["rate_low"], row["rate_high"]))
    bad = [r for r in rates.items() if len(r[1]) > 1]
    tell("c", "drop-off rates that tell more than the counts", n, len(bad), bad[:1], "do")


# ---- d: ranges are sums of blocks, so nothing is to be had by averaging over many
def blocks_of(s, scenario, a, b):
    own = [x for x in s.of_block if x[0] == scenario and len(x[1]) == 10]
    if not own:
        return []
    reach = [datetime.date.fromisoformat(f(x[1] for x in own)) for f in (min, max)]
    a, b = max(datetime.date.fromisoformat(a), reach[0].replace(day=1)), \
        min(datetime.date.fromisoformat(b), last_of(reach[1]))
    out = []
    while a <= b:
        whole = a.day == 1 and last_of(a) <= b
        out.append(str(a)[:7] if whole else str(a))
        a = (last_of(a) if whole else a) + datetime.timedelta(days=1)
    return out


def attack_averages(s, k, tell):
    n = bad = 0
    first = ""
    equations = collections.defaultdict(set)
    tried = collections.Counter()
    for (family, (scenario, a, b, segment, final_only)), shown in s.ranges.items():
        blocks = [(scenario, p, segment or "(all)") for p in blocks_of(s, scenario, a, b)]
        total = collections.defaultdict(collections.Counter)
        for block in blocks:
            for key, row in s.shown.get((family, block), {}).items():
                if not final_only or row["is_final"]:
                    for c in FAMILIES[family][2]:
                        total[key][c] += row.get(c) or 0
        for key in set(total) | set(shown):
            n += 1
            if {c: (shown.get(key) or {}).get(c) or 0 for c in FAMILIES[family][2]} != \
                    {c: total[key][c] for c in FAMILIES[family][2]}:
                bad += 1
                first = first or f"{family} {scenario} {a} {b} {segment} {final_only} {key}: " \
                    f"{shown.get(key)}, sum of blocks {dict(total[key])}"
        # a hidden day of a range: what does the range say of it?
        if family != "scenario" or final_only:
            continue
        for day in days(max(datetime.date.fromisoformat(a), FIRST),
                        min(datetime.date.fromisoformat(b), LAST)):
            hidden = (scenario, str(day), segment or "(all)")
            if hidden in s.true and (family, hidden) not in s.shown:
                tried[hidden] += 1
                cut = hidden[1] if hidden in blocks else hidden[1][:7]
                equations[hidden].add(cut)
    tell("d", "ranges that are not the sum of their blocks", n, bad, first, "not")
    most = max((len(e) for e in equations.values()), default=0)
    tell("d", f"ranges with a hidden day ({len(tried)} of them): equations on one, less than 3",
         sum(tried.values()), int(most > 2), "", f"more (at most {most})")


# ---- all of it
def late(stem):
    """A visit of a customer nobody knows, in a block whose next customer is a step: the attacker could
    not wish for more."""
    s = State(stem, shown=False)
    edge = [(b, len(s.true[b]["scenario"][()].who)) for b in s.true
            if b[0] == "find" and len(b[1]) == 10 and b[2] in SEGMENTS[:2] and b[1][5:7] == "02"]
    day, segment = min((b[1], b[2]) for b, n in edge if s.step(n + 1) != s.step(n))
    print(json.dumps({"id": "late", "time": day + "T11:11:11Z", "touchpoint": "discover.search",
                      "keys": {"card": "5000"}, "dimensions": {"branch": segment}}))


class Lines:
    """What is printed of one state, or of two."""

    def __init__(self, about):
        self.about, self.text = about, []

    def tell(self, attack, what, n, bad, first="", how="isolated"):
        self.text.append(f"{'not ok' if bad else 'ok'} - state {self.about}: {attack}. {what}:"
                         f" {n} tried, {bad} {how}")
        if bad and first:
            self.text.append("  # " + str(first)[:400])


STATES = {}     # inherited by the processes that judge


def judge_one(job):
    k = STATES["k"]
    lines = Lines(job)
    if " to " in job:
        attack_states(*(STATES[x] for x in job.split(" to ")), k, lines.tell)
        return lines
    s = STATES[job]
    lines.tell("a", "rows that a view and a function tell otherwise", s.n_rows, s.unequal, "", "so")
    for attack in (attack_rows, attack_differences, attack_nested, attack_siblings,
                   attack_rates, attack_averages):
        attack(s, k, lines.tell)
    return lines


def judge(folder, k):
    names = [os.path.basename(p)[:-6] for p in sorted(glob.glob(os.path.join(folder, "*.truth")))]
    STATES["k"] = k
    with multiprocessing.get_context("fork").Pool(2) as pool:
        STATES.update(zip(names, pool.map(State, [os.path.join(folder, n) for n in names], 1)))
    with multiprocessing.get_context("fork").Pool(2) as pool:
        told = pool.map(judge_one, names + [f"{a} to {b}" for a, b in zip(names, names[1:])], 1)
    for lines in told:
        print("\n".join(lines.text))


if __name__ == "__main__":
    what = sys.argv[1]
    if what == "truth":
        ask_truth()
    elif what == "views":
        ask_views(sys.argv[2])
    elif what == "ranges":
        ask_ranges(sys.argv[2])
    elif what == "late":
        late(sys.argv[2])
    else:
        judge(sys.argv[2], int(sys.argv[3]))
