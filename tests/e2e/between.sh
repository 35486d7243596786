#!/bin/bash
# Ranges of days: what the _between functions and the monthly views tell, counted again from
# journeys and steps (between.sql) in a simulated library, with the watermark amid its days, and
# once more when the cells are folded.
. "$(dirname "$0")/lib.sh"

cp -r "$root"/deploy/*.yaml "$root/deploy/sources" "$work/"
(umask 077 && echo 'the secret of the ranges test' >"$work/secret")
sed -i -e 's|secret_file:.*|secret_file: secret|' \
    -e "s|dsn:.*|dsn: \"$server dbname=$name\"|" "$work/journeyd.yaml"
sql postgres "drop database if exists $name with (force)"
sql postgres "create database $name"
"$JOURNEYD" schema apply -c "$work/journeyd.yaml" >"$work/schema.log" 2>&1 ||
    bad 'schema apply' "$(tail -n 3 "$work/schema.log")"
"$JOURNEYD" simulate --seed 3 --events 16000 --days 40 -q -o "$work/month" >"$work/simulated"
"$JOURNEYD" replay -c "$work/journeyd.yaml" --quiet --watermark 2026-04-03T12:00:00Z \
    "$work"/month/*.ndjson >"$work/replay.log" 2>&1 ||
    bad 'replay' "$(tail -n 3 "$work/replay.log")"

compare() { # WHEN
    local what rows differences
    PGOPTIONS='-c client_min_messages=warning' psql -X -q -A -t -v ON_ERROR_STOP=1 \
        -d "$server dbname=$name" -f "$root/tests/e2e/between.sql" >"$work/compared" 2>&1 ||
        {
            bad "$1: between.sql" "$(tail -n 5 "$work/compared")"
            return
        }
    is "$1: everything was compared" "$(wc -l <"$work/compared")" 12
    while IFS='|' read -r what rows differences; do
        is "$1: $what: $rows rows, no difference" "$differences" 0
        check "$1: $what: has rows" [ "$rows" -gt 0 ]
    done <"$work/compared"
}

sql "$name" 'analyze'
compare unfolded
sql "$name" 'select journey_internal.fold()' >"$work/folded"
is 'the ledger is folded' "$(sql "$name" 'select count(*) from journey_internal.cell_delta')" 0
compare folded
finish
