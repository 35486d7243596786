#!/bin/bash
# Race (c): an instance is stopped inside its claim, or inside a batch with its rows locked, for
# longer than the session timeout, then goes on. The rightful owner goes on within 15 s.
. "$(dirname "$0")/../e2e/lib.sh"

events --events 1000 >"$work/events"
truth=$(reference fault_c_truth "$work/events" 2026-06-01T00:00:00Z)
split -n l/3 -d "$work/events" "$work/part."
topic "plain.$run_id" 2
new_database fault_c
c=$(config fault_c fault_c 'watermark: {allowed_disorder: 10m, idle_after: 1h}')
wanted=0
send() {
    produce_spread "plain.$run_id" "$work/part.$1" 2
    wanted=$((wanted + $(wc -l <"$work/part.$1")))
}
goes_on() { # WHAT
    local from=$SECONDS
    check "$1: the rightful owner goes on within 15 s" until_true 15 at_least fault_c $wanted
    say "# after $((SECONDS - from)) s"
}
waits_for_lock() {
    [ "$(sql fault_c "select count(*) from pg_stat_activity where datname = 'fault_c'
        and application_name = 'journeyd' and wait_event_type = 'Lock'")" -gt 0 ]
}
hold_lock() { # STATEMENT: keeps its locks until release_lock
    mkfifo "$work/hold" 2>/dev/null
    psql -X -q -d "$server dbname=fault_c" <"$work/hold" >/dev/null 2>&1 &
    holder=$!
    children+=("$holder")
    exec 9>"$work/hold"
    printf 'begin; %s;\n' "$1" >&9
    sleep 0.5
}
release_lock() { # the processes started meanwhile have the pipe open too, so it is said
    printf 'rollback;\n\\q\n' >&9
    exec 9>&-
    wait "$holder" 2>/dev/null
}

# A row must be there to be locked.
start zero run -c "$c"
zero=$pid
send 00
check "an instance reads" until_true 30 at_least fault_c $wanted
kill -TERM "$zero"
until_true 10 gone "$zero"

# ---- inside the claim
hold_lock 'select from journey_internal.kafka_offset where part = 1 for update'
start one run -c "$c"
one=$pid
check "an instance is inside its claim" until_true 20 waits_for_lock
kill -STOP "$one"
release_lock
start two run -c "$c"
two=$pid
send 01
check "the other one claims" until_true 30 says two claimed
goes_on "stopped in its claim"
kill -CONT "$one"
send 02
goes_on "resumed after its claim"

# ---- inside a batch: the one that has a partition is stopped with its rows locked
events --events 600 --seed 3 >"$work/part.10"
cat "$work/events" "$work/part.10" >"$work/all"
truth=$(reference fault_c_truth "$work/all" 2026-06-01T00:00:00Z)
kill -TERM "$two"
until_true 10 gone "$two"
sleep 1
until_true 20 eval '[ "$(grep -c "partitions claimed" "$work/one.log")" -ge 1 ]'
hold_lock 'lock table journey_internal.timeline in exclusive mode'
send 10
check "an instance is inside a batch" until_true 20 waits_for_lock
kill -STOP "$one"
release_lock
start three run -c "$c"
three=$pid
check "the next one claims" until_true 30 says three claimed
goes_on "stopped in a batch"
kill -CONT "$one"
sleep 1
events --events 300 --seed 4 >"$work/part.11"
cat "$work/part.11" >>"$work/all"
truth=$(reference fault_c_truth "$work/all" 2026-06-01T00:00:00Z)
send 11
goes_on "resumed in a batch"
kill -TERM "$one" "$three"
until_true 15 eval 'gone $one && gone $three'
check "drains" drain "$c" --watermark 2026-06-01T00:00:00Z
is "same digest" "$(digest_of "$c")" "$truth"
sound "stopped" fault_c "$c"
is "every message is counted once" \
    "$(sql fault_c 'select sum(read) from journey_internal.source_tally')" "$wanted"
finish
