#!/bin/bash
# kill -9 twenty times at random during run --drain from the real broker: same digest, verify finds
# nothing, every message counted once.
. "$(dirname "$0")/../e2e/lib.sh"

events --events 12000 --poison >"$work/events"
lines=$(wc -l <"$work/events")
truth=$(reference fault_kill_truth "$work/events")
topic "plain.$run_id" 8
produce_spread "plain.$run_id" "$work/events" 8
new_database fault_kill
# Small batches, so that there is something to kill at; a dead member is forgotten soon.
c=$(config fault_kill fault_kill "kafka: {brokers: \"$JOURNEYD_TEST_BROKERS\", group: \"$run_id\", \
properties: {session.timeout.ms: \"1500\", heartbeat.interval.ms: \"400\"}}
limits: {batch_bytes: 48KiB, cache_bytes: 16MiB}")

# Meanwhile a drain finds no broker: it gives up after a minute.
start away run -c "$(config fault_kill away 'kafka: {brokers: "127.0.0.1:9", group: away}')" --drain
away=$pid

RANDOM=17
kills=0 in_work=0 rounds=1
read_so_far() {
    sql fault_kill 'select coalesce(sum(next_offset), 0) from journey_internal.kafka_offset'
}
while [ $kills -lt 20 ]; do
    before=$(read_so_far)
    if [ "$before" -ge "$lines" ]; then # all is read: read it once more, and kill that
        for part in 0 1 2 3 4 5 6 7; do
            "$JOURNEYD" offsets set -c "$c" "plain.$run_id" $part 0 >/dev/null
        done
        rounds=$((rounds + 1)) before=0
    fi
    start run run -c "$c" --drain
    until_true 20 eval 'at_least fault_kill $((before + 1)) || gone $pid'
    sleep "0.$((RANDOM % 400 + 100))"
    gone "$pid" && continue
    kill -9 "$pid"
    wait "$pid" 2>/dev/null
    kills=$((kills + 1))
    [ "$(read_so_far)" -ge "$lines" ] || in_work=$((in_work + 1))
done
say "# killed $kills times, $in_work of them before the end; read in $rounds rounds"
check "most kills met a batch" test $in_work -ge 12
check "drains in the end" drain "$c"
is "same digest" "$(digest_of "$c")" "$truth"
sound "after 20 kills" fault_kill "$c"
is "every message is counted once for each time it was to be read" \
    "$(sql fault_kill 'select sum(read) from journey_internal.source_tally')" \
    $((lines * rounds))
check "without Kafka a drain gives up" until_true 30 gone "$away"
wait "$away"
is "without Kafka: exit code" $? 69
finish
