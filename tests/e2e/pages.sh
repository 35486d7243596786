#!/bin/bash
# schema/VIEWS.md and the drawing are what the catalogue says, and what the page says of keys and sums
# holds on data: with journeys open, and with all of them over.
. "$(dirname "$0")/lib.sh"

# A page is made again and compared.
current() { # FILE COMMAND
    if "$2" >"$work/page" 2>"$work/page.log" && diff "$work/page" "$1" >"$work/page.diff"; then
        ok "$1 is current"
    else
        bad "$1 is not current: $2 > $1" "$(cat "$work/page.log")" "$(head -20 "$work/page.diff")"
    fi
}
cd "$root" || exit 1
current schema/VIEWS.md schema/pages
current schema/entities.dot schema/diagram
is "schema/entities.svg is drawn from entities.dot (make diagram)" \
    "$(tail -n 1 schema/entities.svg)" "<!-- $(sha256sum <schema/entities.dot) -->"

events --events 2000 --customers 50 --days 50 >"$work/events"
schema/pages --checks >"$work/checks.sql"
new_database pages
c=$(config pages pages)
echo 'journeys: {segment_by: branch}' >>"$c"
for watermark in 2026-02-10T00:00:00Z end; do
    "$JOURNEYD" replay -c "$c" --source plain --quiet --watermark $watermark "$work/events" \
        >>"$work/replay.log" 2>&1 || bad "replay" "$(tail -n 3 "$work/replay.log")"
    is "watermark $watermark: keys are keys, what adds up does" \
        "$(psql -X -q -A -t -d "$server dbname=pages" -f "$work/checks.sql" 2>&1)" ""
done
is "in several cells" "$(sql pages "select count(distinct segment) > 1 and count(*) > 100
    from journey.scenario_day")" t
finish
