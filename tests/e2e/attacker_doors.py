#!/usr/bin/env python3
"""Ways around the views: what a reader who may type SQL tries to see an exact count.

    attacker_doors.py HOST DATABASE READER K BLOCKS     BLOCKS: scenario day n, one a line: hidden ones

Each door is tried as a login in journey_reader, some also as a superuser who took the reader's role.
An attempt that is refused is as good as one that tells published numbers: whatever comes out is held
against the steps, so an exact count shows as a number that is none. Prints a line a door.
"""
import json
import re
import subprocess
import sys

HOST, DATABASE, READER, K, BLOCKS = sys.argv[1:]
K = int(K)
VIEWS = ("scenario_day path raw_path path_link transition drop_off funnel_step scenario_monthly"
         " path_monthly drop_off_monthly funnel_step_monthly").split()
# A few blocks of every view and function: what holds for one holds for all, and doors are many.
DAY = "where scenario = 'find' and started_on between '2026-02-03' and '2026-02-05'"
MONTH = "where scenario = 'find' and month_on >= '2026-02-01'"
RANGES = [f"journey.{f}_between('find', '2026-01-30', '2026-02-28')"
          for f in "scenario path path_link transition drop_off funnel".split()]
PARALLEL = ("set force_parallel_mode = on; set debug_parallel_query = on; set parallel_setup_cost = 0;"
            " set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0;"
            " set min_parallel_index_scan_size = 0; set max_parallel_workers_per_gather = 4;")
REFUSED = re.compile(r"permission denied|must be (superuser|owner)|syntax error|does not exist")


def psql(user, script, stop=False):
    """All that psql says, errors and notices too."""
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", f"ON_ERROR_STOP={int(stop)}",
         "-d", f"host={HOST} user={user} dbname={DATABASE}"],
        input=script, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def tell(door, tried, bad, example=""):
    print(f"{'ok' if not bad and tried else 'not ok'} - e. {door}: {tried} tried, {bad} open")
    if bad and example:
        print("  #", str(example)[:300])


def number_of(source):
    return "entered" if "funnel" in source else "reached" if "drop_off" in source else "journeys"


def steps(door, told, least=1):
    """Numbers that came out, of which none may be exact: sums of blocks are sums of steps."""
    bad = [n for n in told if n % K]
    if len(told) < least:
        tell(door + " (nothing came out)", 0, 0)
    else:
        tell(door, len(told), len(bad), bad[:5])


def integers(text, mark):
    return [int(n) for n in re.findall(mark + r"(\d+)", text)]


def columns(source, what):
    return f"select {what.format(n=number_of(source))} from {source}"


def all_of(what, sources=None):
    return "".join(columns(s, what) + ";" for s in sources or SOURCES)


SOURCES = [f"journey.{v} {DAY if 'monthly' not in v else MONTH}" for v in VIEWS] \
    + [f"{r} where true" for r in RANGES]
SHORT = [SOURCES[i] for i in (0, 1, 5, 8, 12, 13)]
WORDS = "'c' || {n}"
SUMS = "sum({n}), count(*)"

# ---- statistics and plans
tell("pg_stats, pg_statistic, extended statistics", 3, sum(
    not re.search("permission denied|^0$", psql(READER, q), re.M) for q in (
        "select count(*) from pg_stats where schemaname like 'journey%' and tablename <> 'bucket'",
        "select count(*) from pg_statistic", "select count(*) from pg_statistic_ext_data")))


def nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def plans(statements, options):
    text = psql(READER, "".join(f"explain (format json, {options}) {s};" for s in statements))
    decoder, at, out = json.JSONDecoder(), text.find("["), []
    while at >= 0:
        plan, at = decoder.raw_decode(text, at)
        out.append(list(nodes(plan[0]["Plan"])))
        at = text.find("[", at)
    return out


INNER = {"journey", "cell", "cell_delta", "timeline", "case_timeline", "session", "customer", "key"}
seen = plans([columns(s, "*") for s in SOURCES], "analyze, verbose")
rows = [n for plan in seen for n in plan
        if n.get("Relation Name") in INNER and n.get("Actual Loops") and n["Actual Rows"] > 1]
tell("EXPLAIN (ANALYZE, VERBOSE): scans that tell rows", sum(map(len, seen)), len(rows), rows[:1])

hidden = [line.split() for line in open(BLOCKS, encoding="utf-8")]
DAYS = sorted({d for _, d, _ in hidden})[:6] + ["2026-02-03", "2026-02-04", "2026-02-08"]
told, n = [], 0
for view in VIEWS[:7]:
    shapes = {}
    for day, plan in zip(DAYS, plans([f"select * from journey.{view} where started_on = '{day}'"
                                      for day in DAYS], "verbose")):
        n += 1
        shapes.setdefault(json.dumps([(x.get("Relation Name"), x["Plan Rows"]) for x in plan
                                      if x.get("Relation Name") in INNER]), day)
    if len(shapes) > 1:
        told.append((view, list(shapes.items())[:2]))
tell("EXPLAIN: estimates that differ from day to day", n, len(told), told[:1])

READ = """coalesce(sum(pg_stat_get_xact_tuples_returned(c.oid)
        + pg_stat_get_xact_tuples_fetched(c.oid)), 0)"""
TABLES = """from pg_class as c
    where c.relname in ('journey', 'journey_day', 'cell', 'cell_delta')"""
WORK = f"""begin;
select {READ} as t {TABLES} \\gset
select count(*) as rows from journey.path
    where scenario = '{{0}}' and started_on = '{{1}}' \\gset
select 'work {{0}} ', {READ} - :t, ' {{2}}' {TABLES};
commit;
"""
# The first blocks of a scenario have none before them to be read in their stead; and a row or two that
# was changed lately is read twice.
text = psql(READER, "".join(WORK.format(*b) for b in hidden if b[1] > "2026-02-01"))
work = {}
for scenario, t, n in re.findall(r"work (\w+) \|(\d+)\| (\d+)", text):
    work.setdefault(scenario, []).append((int(t), int(n)))
tell("tuples read for hidden blocks that tell what they hide", sum(map(len, work.values())),
     sum(max(w)[0] - min(w)[0] > 2 for w in work.values()), work)

# ---- values that slip out of a query
LEAK = """create function pg_temp.leak(bigint) returns boolean language plpgsql cost 0.0000001
as $f$ begin raise notice 'leak %', $1; return true; end $f$;
"""
text = psql(READER, LEAK + ";".join(
    columns(s, "count(*)") + f" and pg_temp.leak({number_of(s)})"
    f" and pg_temp.leak({'null' if 'link' in s or 'transition' in s else 'distinct_customers'})"
    for s in SOURCES))
steps("a leaky function in WHERE", integers(text, "leak "), 100)
text = psql(READER, all_of("('n' || max({n}))::integer") + all_of("('n' || min({n}))::integer")
            + all_of("1 / (sum({n}) - sum({n}))"))
steps("error messages of casts and divisions", integers(text, '"n'), 10)
text = psql(READER, "begin;" + "".join(
    f"declare c{i} cursor for {columns(s, WORDS)}; fetch 50 from c{i}; move 3 in c{i};"
    f" fetch 5 from c{i};" for i, s in enumerate(SOURCES)))
steps("cursors", integers(text, r"\bc"), 100)
text = psql(READER, "".join(f"copy ({columns(s, WORDS)}) to stdout;" for s in SOURCES))
steps("COPY (SELECT) TO STDOUT", integers(text, r"\bc"), 100)

# ---- names behind the views
text = psql(READER, """do $d$
declare r record; n integer := 0; open integer := 0;
begin
    for r in
        select format('select 1 from %I.%I limit 1', s.nspname, c.relname) as q, c.relname as name
        from pg_class as c join pg_namespace as s on s.oid = c.relnamespace
        where s.nspname = 'journey_internal' and c.relkind in ('r', 'p', 'v', 'S')
        union all
        select format('select %s journey_internal.%I(%s)',
                      case p.prokind when 'p' then 'call' else '' end, p.proname,
                      (select string_agg('null::' || format_type(a.t, null), ', ' order by a.i)
                       from unnest(p.proargtypes) with ordinality as a (t, i))), p.proname
        from pg_proc as p where p.pronamespace = 'journey_internal'::regnamespace
            and p.prorettype <> 'trigger'::regtype
        union all
        select format('select 1 from journey.%I limit 1', c.relname), c.relname
        from pg_class as c
        where c.relnamespace = 'journey'::regnamespace and c.relname in ('customer', 'event',
            'event_case', 'session', 'journey', 'journey_step', 'quarantine', 'shared_key',
            'conservation', 'operator_act')
    loop
        n := n + 1;
        begin
            execute r.q;
            open := open + 1;
            raise notice 'open %', r.name;
        exception when insufficient_privilege then null;
        end;
    end loop;
    raise notice 'names % open %', n, open;
end $d$""".replace("open integer", "opened integer").replace("open := open + 1", "opened := opened + 1")
            .replace("n, open;", "n, opened;"))
found = re.search(r"names (\d+) open (\d+)", text)
tell("tables, views and functions of journey_internal, rows of customers",
     int(found[1]) if found else 0, int(found[2]) if found else 1, text)

# ---- other roles
PROBE = all_of(WORDS, [SOURCES[1], SOURCES[12]])
TRICKS = [f"{how} {who}" for who in ("journey_detail", "journey_writer", "journey_owner", "postgres")
          for how in ("set role", "set local role", "set session authorization")] + [
    "set role none", "reset role", "set session authorization default", "discard all",
    "select set_config('role', 'journey_detail', false)",
    "select set_config('role', 'journey_detail', true)",
    "select set_config('role', 'none', false)",
    f"alter role {READER} set role = 'journey_detail'",
    "grant journey_detail to " + READER, "set session_replication_role = replica",
    "set row_security = off", "set is_superuser = on",
    "update pg_settings set setting = 'journey_detail' where name = 'role'"]
SHADOWS = """
create function pg_temp.pg_has_role(name, text, text) returns boolean language sql as 'select true';
create function pg_temp.current_setting(text) returns text language sql as $$select 'journey_owner'$$;
create function pg_temp.step(bigint, integer) returns bigint language sql as 'select $1';
create function pg_temp.sees_all() returns boolean language sql as 'select true';
create temporary table setting (name text, value text);
insert into setting values ('privacy.small_groups', '1');
set search_path = pg_temp, journey_internal, pg_catalog, journey;
"""
text = psql(READER, "".join(f"begin; {t}; {PROBE} rollback; {t}; {PROBE} reset all;\n"
                            for t in TRICKS) + f"alter role {READER} reset all;")
steps(f"other roles, {2 * len(TRICKS)} ways", integers(text, r"\bc"), 100)
steps("functions and tables of one's own in front of the search path",
      integers(psql(READER, SHADOWS + PROBE), r"\bc"), 5)
# 5 executions make a generic plan; what the superuser sees goes nowhere
prepared = "".join(f"prepare p{i} as {columns(s, WORDS)};" for i, s in enumerate(SHORT))
run = "".join(f"execute p{i};" for i in range(len(SHORT)))
for mode in ("auto", "force_generic_plan", "force_custom_plan"):
    text = psql("postgres", f"set plan_cache_mode = {mode}; {prepared}\n\\o /dev/null\n" + run * 6
                + "\n\\o\nset role journey_reader;" + run)
    steps(f"prepared as a superuser, run as a reader ({mode})", integers(text, r"\bc"), 30)
text = psql("postgres", "set role journey_reader; begin; set local role journey_reader;" + PROBE
            + "set role none; set role journey_reader;" + PROBE + "rollback;" + PROBE)
steps("a superuser in the reader's role", integers(text, r"\bc"), 30)
one, two = psql("postgres", "set role journey_reader;" + all_of(SUMS)), psql(READER, all_of(SUMS))
tell("the login and the role see the same", len(SOURCES), int(one != two), (one, two))
for who, before in ((READER, ""), ("postgres", "set role journey_reader;")):
    text = psql(who, before + PARALLEL + all_of(WORDS, SHORT[:4]))
    steps(f"parallel workers, as {'a login' if who == READER else 'a superuser in the role'}",
          integers(text, r"\bc"), 20)
