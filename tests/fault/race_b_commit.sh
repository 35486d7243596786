#!/bin/bash
# Race (b): the connection is cut while COMMIT is under way, and the old back end commits a second
# later. No batch is counted twice or lost, and the partition goes on. Also: the COMMIT never
# arrives; it never arrives and the server does not notice.
. "$(dirname "$0")/../e2e/lib.sh"

events --events 1200 >"$work/events"
truth=$(reference fault_b_truth "$work/events")
split -n l/4 -d "$work/events" "$work/part."
lines=$(wc -l <"$work/events")
server_dir=$(sed 's/.*host=\([^ ]*\).*/\1/' <<<"$JOURNEYD_TEST_PG")
proxy_dir=$(mktemp -d /tmp/journeyd-proxy.XXXXXX)
trap 'rm -rf "$proxy_dir"; cleanup' EXIT
python3 "$root/tests/fault/pg_proxy.py" "$proxy_dir" "$server_dir" "$work/mode" &
children+=($!)
until_true 5 test -S "$proxy_dir/.s.PGSQL.5432"

# COMMIT takes a second and a half where the batch moved offsets: the old back end is still at it
# when the client has a new connection.
slow_commit="create function public.slow() returns trigger language plpgsql as
    'begin perform pg_sleep(1.5); return null; end';
    create constraint trigger slow after update of next_offset on journey_internal.kafka_offset
        deferrable initially deferred for each row execute function public.slow()"

topic "plain.$run_id" 2
new_database fault_b
sql fault_b "$slow_commit"
c=$(config fault_b fault_b "postgres: {dsn: \"host=$proxy_dir user=postgres dbname=fault_b\"}
watermark: {allowed_disorder: 400d, idle_after: 1h}") # nothing is due: only batches are large
start run run -c "$c"
until_true 20 says run claimed

read_after() { # WHAT PART MODE SECONDS
    : >"$work/mode"
    [ -z "$3" ] || echo "$3 30000" >"$work/mode" # a batch of this test; sweeps send less
    produce_spread "plain.$run_id" "$work/part.$2" 2
    wanted=$((${wanted:-0} + $(wc -l <"$work/part.$2")))
    local from=$SECONDS
    check "$1: the partition goes on" until_true "$4" at_least fault_b $wanted
    say "# after $((SECONDS - from)) s"
    [ -z "$3" ] || check "$1: it was cut" test ! -s "$work/mode"
}
read_after "not cut" 00 "" 20
read_after "cut, the old back end commits" 01 after 20
check "the outcome was found out: committed" until_true 10 says run 'committed=yes'
read_after "cut before COMMIT arrives" 02 before 20
check "the outcome was found out: not committed" until_true 10 says run 'committed=no'
read_after "cut, the server does not notice" 03 hang 30
kill -TERM "$pid"
until_true 20 gone "$pid"
sql fault_b 'drop trigger slow on journey_internal.kafka_offset'
check "drains" drain "$c"
is "same digest" "$(digest_of "$c")" "$truth"
sound "cut" fault_b "$c"
is "every message is counted once" \
    "$(sql fault_b 'select sum(read) from journey_internal.source_tally')" "$lines"

# Files have no offsets: the transaction's id tells.
new_database fault_b_files
sql fault_b_files "$(sed 's/of next_offset on journey_internal.kafka_offset/on journey_internal.customer/
    s/slow after update/slow after insert/' <<<"$slow_commit")"
c=$(config fault_b_files fault_b_files \
    "postgres: {dsn: \"host=$proxy_dir user=postgres dbname=fault_b_files\"}")
head -n 3 "$work/events" >"$work/few"
for mode in after before; do
    echo $mode >"$work/mode"
    "$JOURNEYD" replay -c "$c" --source plain "$work/few" >"$work/files.$mode" 2>&1
    is "replay of a file, cut $mode: ends well" $? 0
    check "replay of a file, cut $mode: it was cut" test ! -s "$work/mode"
    sql fault_b_files 'drop trigger if exists slow on journey_internal.customer'
done
is "replay of a file: every message is counted once" \
    "$(sql fault_b_files 'select sum(read) from journey_internal.source_tally')" 6

# A forget tells what it took away, whether the answer to its COMMIT came or not.
c=$(config fault_b_forget fault_b_forget \
    "postgres: {dsn: \"host=$proxy_dir user=postgres dbname=fault_b_forget\"}")
new_database fault_b_forget
"$JOURNEYD" replay -c "$c" --source plain --quiet "$work/events" >"$work/forget.log" 2>&1
sql fault_b_forget "$(sed 's/update of next_offset on journey_internal.kafka_offset/insert on \
    journey_internal.operator_act/; s/sleep(1.5)/sleep(0.3)/' <<<"$slow_commit")"
removed() { python3 -c 'import json, sys; print(json.load(sys.stdin)["removed"])'; }
for mode in after before; do
    card=$([ $mode = after ] && echo 1003 || echo 1004)
    truly=$("$JOURNEYD" forget -c "$c" --key card=$card --json --dry-run | removed)
    echo "$mode operator_act" >"$work/mode"
    "$JOURNEYD" forget -c "$c" --key card=$card --json >"$work/forget.$mode" 2>&1
    is "a forget, cut $mode: ends well" $? 0
    check "a forget, cut $mode: it was cut" test ! -s "$work/mode"
    is "a forget, cut $mode: tells what it removed" \
        "$(tail -n 1 "$work/forget.$mode" | removed)" "$truly"
    check "a forget, cut $mode: the outcome was found out" grep -q \
        "committed=$([ $mode = after ] && echo yes || echo no)" "$work/forget.$mode"
done
is "two acts, one each" "$(sql fault_b_forget 'select count(*) from journey.operator_act')" 2
finish
