"""What the attacker of attacker.sh asks, what is so, and what he is sure of; see attacker.py.

A block is (scenario, period, segment): a day or a month, one segment or '(all)'. The truth is counted
here from the journeys, with nothing taken from what the views say.
"""
import collections
import datetime
import itertools
import json

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
        self.is_full = not set(SCENARIOS).difference(read)
        self.true = {b: count(js) for b, js in self.of_block.items() if b[0] in read}
        if shown:
            self.final_is_exact = finals(self)

    def was_asked(self, family, block):
        """Whether no row means that there is none to see: see ask_views and ranges."""
        scenario, period, segment = block
        by_view = segment != "(all)" and (len(period) == 10 or family in MONTHLY)
        return self.is_full or scenario == SCENARIOS[0] or scenario in SCENARIOS[:2] and by_view

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
