#!/bin/bash
# kill -9 in the middle of a forget, twelve times, beside two running instances that are killed too: either
# all of it is done or nothing; made again it is done, and the whole is what it would be had nobody been
# killed.
. "$(dirname "$0")/../e2e/lib.sh"

events --events 2000 --customers 40 >"$work/events"
topic "plain.$run_id" 4
produce_spread "plain.$run_id" "$work/events" 4
new_database fault_forget
c=$(config fault_forget fault_forget "kafka: {brokers: \"$JOURNEYD_TEST_BROKERS\", group: \"$run_id\", \
properties: {session.timeout.ms: \"1500\", heartbeat.interval.ms: \"400\"}}
watermark: {allowed_disorder: 10m, idle_after: 1h}
limits: {batch_bytes: 48KiB, cache_bytes: 16MiB}")

# What is stored of whoever the card names, and of its erasure: all or nothing of either.
state() { # CARD
    "$JOURNEYD" identity show -c "$c" --key "card=$1" --json 2>/dev/null | python3 -c '
import json, sys
text = sys.stdin.read()
d = json.loads(text) if text else {"customer": {"events": 0}, "forgotten_until": None}
print("events" if d["customer"]["events"] else "none", d["forgotten_until"] is not None)'
}
start one run -c "$c"
one=$pid
start two run -c "$c"
two=$pid
check "two instances read" until_true 30 at_least fault_forget 1000
killed=0 undone=0 done=0 torn=()
for card in {1000..1011}; do
    start forget forget -c "$c" --key card=$card
    sleep "$(printf '0.%03d' $((25 * (card - 1000))))" # sooner or later
    kill -9 "$pid" 2>/dev/null && killed=$((killed + 1))
    wait "$pid" 2>/dev/null
    if [ $card = 1005 ]; then # an instance too; another one takes its place
        kill -9 "$one"
        wait "$one" 2>/dev/null
        start one run -c "$c"
        one=$pid
    fi
    case $(state $card) in
        "none True") done=$((done + 1)) ;;
        "events False" | "none False") undone=$((undone + 1)) ;;
        *) torn+=("$card: $(state $card)") ;;
    esac
done
say "# of 12 forgets $killed were killed; $done were done by then, $undone were not"
is "all of it or nothing" "${torn[*]:-}" ''
check "some were killed before they were done" test "$undone" -ge 1
for card in {1000..1011}; do
    "$JOURNEYD" forget -c "$c" --key card=$card >>"$work/again.log" 2>&1 || bad "made again" "$card"
done
check "all is read" until_true 30 at_least fault_forget "$(wc -l <"$work/events")"
kill -TERM "$one" "$two"
wait "$one" "$two"
drain "$c"
is "nothing of them is left" "$(sql fault_forget "select count(*) from journey_internal.timeline as t
    where exists (select from journey_internal.key as k join journey_internal.tombstone as x using (key_no)
        join journey_internal.namespace as n on n.ns_no = k.ns_no and n.kind = 'person'
        where k.hash = any (t.key_hash))")" 0
sound "after the kills" fault_forget "$c"
before=$(digest_of "$c")
for part in 0 1 2 3; do
    "$JOURNEYD" offsets set -c "$c" "plain.$run_id" $part 0 >/dev/null
done
drain "$c"
is "read again from offset 0: nothing comes back" "$(digest_of "$c")" "$before"
finish
