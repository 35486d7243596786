#!/bin/bash
# A running instance: what is produced is in the views soon, the watermark follows the partitions
# (greatest event less allowed_disorder; idle partitions do not hold it), journeys close by themselves.
. "$(dirname "$0")/lib.sh"

watermark() { sql live "select to_char(watermark_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
    from journey.published"; }
watermark_is() { [ "$(watermark)" = "$1" ]; }
m() { # ID TIME TOUCHPOINT CARD
    printf '{"id":"%s","time":"2026-03-01T%sZ","touchpoint":"%s","keys":{"card":"%s"}}\n' "$@"
}
send() { # PARTITION
    cat >"$work/message"
    produce "plain.$run_id" "$work/message" "$1"
}
ms() { date +%s%3N; }

topic "plain.$run_id" 3
new_database live
c=$(config live live 'watermark: {allowed_disorder: 10m, idle_after: 1h}')
start run run -c "$c"
check "an instance reads" until_true 20 says run claimed

# ---- latency
m e0 09:00:00 discover.search 1 | send 0
until_true 10 at_least live 1
sleep 1
from=$(ms)
m e1 09:05:00 discover.search 1 | send 0
check "a message is committed" until_true 10 at_least live 2
took=$(($(ms) - from))
say "# after $took ms, kcat and psql included"
check "within 2 s" test $took -lt 2000

# ---- the watermark: partition 2 has no events and is at its end, so it does not hold it
m e2 12:00:00 discover.search 2 | send 1
check "it is the least of the partitions, less the disorder" \
    until_true 20 watermark_is '2026-03-01 08:55:00'
m e3 11:00:00 discover.record_viewed 3 | send 0
check "it follows the slower partition" until_true 20 watermark_is '2026-03-01 10:50:00'
is "journeys due before it are closed" \
    "$(sql live "select string_agg(state || ' ' || coalesce(reason, '-'), ',' order by started_at)
        from journey.journey where scenario = 'find'")" 'lost silence,open -'
sound "while it runs" live "$c"
m e4 08:00:00 discover.search 4 | send 0
until_true 10 at_least live 5
sleep 6
is "a late event does not bring it back" "$(watermark)" '2026-03-01 10:50:00'
is "a late event's journey is closed at once" \
    "$(sql live "select state from journey.journey where scenario = 'find'
        order by started_at limit 1")" lost
kill -TERM "$pid"
check "it ends when asked" until_true 10 gone "$pid"
wait "$pid"
is "exit code" $? 0

# ---- idle: all partitions are at their ends, so the clock takes over
sed -i 's/idle_after: 1h/idle_after: 2s/' "$c"
start idle run -c "$c"
now_less_disorder() {
    sql live "select extract(epoch from now() - watermark_at) between 599 and 640
        from journey.published" | grep -q t
}
check "all idle: the watermark is now less the disorder" until_true 30 now_less_disorder
is "no journey of that day is open" \
    "$(sql live "select count(*) from journey.journey where state = 'open'")" 0
is "freshness tells" "$(sql live "select count(*), bool_and(is_idle), sum(next_offset)
    from journey.freshness where topic = 'plain.$run_id'")" '3|t|5'
sound "idle" live "$c"
kill -TERM "$pid"
until_true 10 gone "$pid"

# ---- a source that does not drive the watermark
new_database live_backfill
c=$(config live_backfill live_backfill)
sed -i 's/^source: plain/&\ndrives_watermark: false/' "$work/sources.yaml"
start backfill run -c "$c"
check "it is read" until_true 20 at_least live_backfill 5
sleep 6
is "it does not move the watermark" \
    "$(sql live_backfill 'select count(*) from journey_internal.watermark')" 0
kill -TERM "$pid"
until_true 10 gone "$pid"

# ---- status without a schema
sql postgres 'drop database if exists live_empty'
sql postgres 'create database live_empty'
"$JOURNEYD" status -c "$(config live_empty live_empty)" >"$work/status" 2>&1
is "status of an empty database: exit code" $? 78
check "status of an empty database says what to do" grep -q 'schema apply' "$work/status"
finish
