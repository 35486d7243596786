#!/bin/bash
# offsets by hand: a topic that was deleted holds the watermark back until it is forgotten, which an
# instance that reads it forbids; wrong numbers are told from right ones.
. "$(dirname "$0")/lib.sh"

m() { # ID TIME
    printf '{"id":"%s","time":"2026-03-01T%sZ","touchpoint":"discover.search","keys":{"card":"1"}}\n' \
        "$@" >"$work/message"
}
watermark_is() {
    [ "$(sql offsets "select to_char(watermark_at at time zone 'UTC', 'HH24:MI')
        from journey.published")" = "$1" ]
}
rows() { sql offsets "select count(*) from journey_internal.kafka_offset where topic = '$1'"; }
stop() {
    kill -TERM "$pid"
    until_true 10 gone "$pid"
}
offsets() { "$JOURNEYD" offsets "$@" >"$work/out" 2>&1; }

old=plain.$run_id.old kept=plain.$run_id.kept
topic "$old" 2
topic "$kept" 1
new_database offsets
c=$(config offsets offsets 'watermark: {allowed_disorder: 10m, idle_after: 1h}')
m e1 08:00:00 && produce "$old" "$work/message" 0
m e2 12:00:00 && produce "$kept" "$work/message" 0
start run run -c "$c"
check "two topics are read" until_true 20 at_least offsets 2
check "the older one holds the watermark" until_true 20 watermark_is 07:50

offsets forget -c "$c" "$old"
is "forget while an instance reads it: exit code" $? 1
check "it says who reads it, and what to do" grep -qE "$old \[0\] is read by .+ Stop that instance" \
    "$work/out"
is "nothing was forgotten" "$(rows "$old")" 2
stop

"$JOURNEYD_TEST_TOPIC" "$JOURNEYD_TEST_BROKERS" delete "$old"
m e3 12:30:00 && produce "$kept" "$work/message" 0
start run run -c "$c"
check "without the topic: the other one is read" until_true 20 at_least offsets 3
sleep 2
check "the deleted topic still holds the watermark" watermark_is 07:50
# Half a minute passes: nobody renews the rows of a topic that is gone.
sql offsets "update journey_internal.kafka_offset set seen_at = now() - interval '31 s'
    where topic = '$old' and part = 1"
offsets forget -c "$c" "$old" 0
is "a partition that was read a moment ago is not forgotten" $? 1
sql offsets "update journey_internal.kafka_offset set seen_at = now() - interval '31 s'
    where topic = '$old'"
offsets forget -c "$c" "$old" 1
is "forget one partition: exit code" $? 0
is "it says what it did" "$(cat "$work/out")" "$old [1] is forgotten; it stood at offset 0"
is "one is left" "$(rows "$old")" 1
check "it still holds the watermark" watermark_is 07:50
offsets forget -c "$c" "$old"
is "forget the topic: exit code" $? 0
is "it says where it stood" "$(cat "$work/out")" "$old [0] is forgotten; it stood at offset 1"
is "none is left" "$(rows "$old")" 0
is "the other topic is as it was" "$(rows "$kept")" 1
check "the watermark moves on, while the instance runs" until_true 20 watermark_is 12:20
is "what was read from the topic stays" "$(sql offsets 'select count(*) from journey.event')" 3
offsets forget -c "$c" "$old"
is "forget again: exit code" $? 2
check "it says where to look" grep -q "has no row for $old; .*offsets show" "$work/out"
stop
sound "forgotten" offsets "$c"

# ---- wrong words and numbers
offsets set -c "$c" "$kept" 0 -1
is "a negative offset: exit code" $? 2
check "a negative offset: a hint" grep -q 'whole number from 0, not "-1"; 0 is the first' "$work/out"
offsets forget -c "$c" "$kept" -1
is "a negative partition" "$? $(cat "$work/out")" \
    '2 journeyd offsets: the partition must be a whole number from 0, not "-1"'
offsets forget -c "$c"
is "forget without a topic: exit code" $? 2
check "forget without a topic: what to say" grep -q 'offsets forget -c FILE TOPIC' "$work/out"
finish
