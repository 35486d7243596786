#!/usr/bin/env python3
"""Judges what a reader was shown against the truth: the attacks of attacker.sh.

    attacker.py truth             prints what the owner is asked, as SQL
    attacker.py views full|few    the views, for the reader
    attacker.py ranges full|few   the functions of ranges, for the reader
    attacker.py late STATE        one message that makes a stepped number move, after STATE.truth
    attacker.py judge FOLDER K    reads FOLDER/STATE.{truth,views,ranges}, prints a line an attack

The attacker knows how numbers are stepped: a shown v means step_low(v) .. step_high(v), no row means
what 0 means, and is_final is what it is. A group is isolated where he is then sure that it has
1 .. k - 1 customers.
"""
import collections
import datetime
import glob
import itertools
import json
import multiprocessing
import os
import sys

from attacker_state import (FAMILIES, FIRST, HAS_GOALS, LAST, OTHER, SEGMENTS, Row, State, ask_ranges,
                            ask_truth, ask_views, count, days, interval, is_told, last_of, numbers,
                            truth, value)

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
        apart = [bs for bs in apart if all(s.was_asked(family, b) for b in bs)]
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
        if family == "path_link" or OTHER in key or block[2] == OTHER \
                or not (before.was_asked(family, block) and after.was_asked(family, block)):
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
