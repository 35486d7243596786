#!/bin/bash
# verify --sql and journey.conservation: each check is proved able to fail, by a wrong number planted
# in the stored cells by hand and taken away again, and both find the same rows. A slice is a
# transaction of its own, and the slices are the months that have cells.
. "$(dirname "$0")/lib.sh"

events --events 1500 --days 70 >"$work/events"
new_database verify_sql
c=$(config verify_sql verify_sql)
"$JOURNEYD" replay -c "$c" --source plain --quiet --watermark 2026-02-20T00:00:00Z "$work/events" \
    >"$work/replay.log" 2>&1 || cat "$work/replay.log"
check "journeys are open" test \
    "$(sql verify_sql "select count(*) from journey.journey where state = 'open'")" -gt 0

# ---- a world that is right: slices, transactions
transactions() {
    sql postgres "select xact_commit from pg_stat_database where datname = 'verify_sql'"
}
alone() {
    [ "$(sql postgres "select count(*) from pg_stat_activity where datname = 'verify_sql'")" = 0 ]
}
months=$(sql verify_sql "select count(distinct (scenario_no, date_trunc('month', day)))
    from journey_internal.ledger")
checks=$(sql verify_sql "select count(*) from pg_views
    where schemaname = 'journey_internal' and viewname like 'check\_%' and viewname <> 'check_month'")
is "checks" "$checks" 17
check "months of scenarios, more than one of each" test "$months" -gt 3
until_true 10 alone
before=$(transactions)
"$JOURNEYD" verify --sql -c "$c" --json >"$work/right.json" 2>"$work/right.log"
is "a world that is right: exit code" $? 0
slices=$(python3 -c 'import json, sys
found = json.load(open(sys.argv[1]))
assert found["slices"] == sum(c["slices"] for c in found["checks"])
assert found["rows"] == sum(c["rows"] for c in found["checks"]) == 0
print(found["slices"], len({c["check"] for c in found["checks"]}))' "$work/right.json")
is "slices: the months of each check of cells, one range of customers; checks" "$slices" \
    "$((months * (checks - 1) + 1)) $checks"
own_transactions() { alone && [ $(($(transactions) - before)) -ge "${slices% *}" ]; }
check "each slice is a transaction" until_true 10 own_transactions
is "as a table" "$("$JOURNEYD" verify --sql -c "$c" 2>/dev/null | tail -n 1)" '0 rows differ'
is "all checks are in the table" \
    "$("$JOURNEYD" verify --sql -c "$c" 2>/dev/null | grep -cE ' +[0-9]+ +0 +[0-9.]+$')" 17

# ---- a wrong number for each check
# planted CHECK STATEMENT UNDO: the check finds it, with verify --sql as with the view
planted() {
    local found
    found=$(sql verify_sql "$2; select check_name || '|' || count(*) from journey.conservation
        group by check_name" | LC_ALL=C sort)
    check "$1: journey.conservation finds it" grep -qF -- "$1|" <<<"$found"
    "$JOURNEYD" verify --sql -c "$c" >"$work/found" 2>>"$work/found.log"
    is "$1: exit code of verify --sql" $? 5
    is "$1: verify --sql finds the same" "$(sed -nE \
        's/^([a-z].*[a-z)]) +[0-9]+ +([1-9][0-9]*) +[0-9.]+$/\1|\2/p' "$work/found" | LC_ALL=C sort)" \
        "$found"
    [ -z "$found" ] || proved+=("$1")
    sql verify_sql "$3"
}
# cell CHECK KIND COLUMN [AND]: a count of one stored row is one too high
cell() {
    planted "$1" "update journey_internal.cell_delta
        set $3 = coalesce($3, 0) + 1, published_on = '2001-01-01'
        where ctid = (select ctid from journey_internal.cell_delta where kind = $2 ${4:-}
                      order by scenario_no desc, day, segment_no, a, b, c limit 1)" \
        "update journey_internal.cell_delta set $3 = $3 - 1, published_on = default
        where published_on = '2001-01-01'"
}
proved=()
cell 'journeys = completed + lost + ended + open' 0 c1
cell 'paths = completed + lost + ended' 0 c3
cell 'path: journeys = completed + lost + ended' 1 c2
cell 'journeys = first links' 2 c1 'and a = 1'
cell 'path links in = links out' 2 c1 'and a = 2'
cell 'transitions = steps - journeys' 3 c1
cell 'drop-off: reached = went_on + completed_here + ended_here + still_open' 4 c2
cell 'drop-off: completed_here = completed' 4 c3
cell 'drop-off: ended_here = lost + ended' 4 c6
cell 'drop-off: still_open = open' 4 c7
cell 'funnel: entered (started) = journeys' 5 c1 'and b = 0'
cell 'funnel: entered = went_on + completed_here + ended_here + still_open' 5 c5
cell 'funnel: went_on = entered of the next' 5 c2
cell 'funnel: completed_here = completed' 5 c3
cell 'funnel: ended_here = lost + ended' 5 c4
cell 'funnel: still_open = open' 5 c5
planted 'visits = visit journeys' 'update journey_internal.session set is_visit = not is_visit
    where from_us = (select min(from_us) from journey_internal.session)' \
    'update journey_internal.session set is_visit = not is_visit
    where from_us = (select min(from_us) from journey_internal.session)'
is "every check is proved able to fail" "${#proved[@]}" "$checks"

# ---- cells where no journey ever was: a day and a month of their own, in the folded table
planted 'path: journeys = completed + lost + ended' \
    "insert into journey_internal.cell (published_on, scenario_no, day, segment_no, kind, a, b, c, c1)
     select '2026-01-01', max(scenario_no), '1999-12-31', 1, 1, 1, 0, 0, 1
     from journey_internal.scenario" \
    "delete from journey_internal.cell where day = '1999-12-31'"
sound "in the end" verify_sql "$c"

"$JOURNEYD" verify --sql -c "$(config nowhere nowhere)" >"$work/nowhere" 2>&1
is "a database that is not there: exit code" $? 69
finish
