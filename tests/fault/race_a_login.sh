#!/bin/bash
# Race (a): one process writes anonymous events of devices while another writes the log-ins of those
# devices. Whoever commits first, the events end with the person.
. "$(dirname "$0")/../e2e/lib.sh"

# Per device: two anonymous searches, then a log-in a minute later.
python3 - "$work" <<'END'
import json, sys
work = sys.argv[1]
with open(work + "/anonymous", "w") as anonymous, open(work + "/logins", "w") as logins:
    for d in range(400):
        for i in range(2):
            anonymous.write(json.dumps({
                "id": f"a{d}.{i}", "time": f"2026-03-01T10:{i:02}:{d % 60:02}Z",
                "touchpoint": "discover.search", "keys": {"web.anon": f"d{d}"}}) + "\n")
        logins.write(json.dumps({
            "id": f"l{d}", "time": f"2026-03-01T10:05:{d % 60:02}Z", "touchpoint": "join.logged_in",
            "keys": {"web.anon": f"d{d}", "card": str(1000 + d % 150)}}) + "\n")
END
cat "$work/anonymous" "$work/logins" >"$work/all"
watermark=2026-04-01T00:00:00Z
truth=$(reference fault_a_truth "$work/all" $watermark)
is "in the truth every event is a person's" \
    "$(sql fault_a_truth 'select kind, count(*), sum(event_count) from journey.customer
        where event_count > 0 group by kind')" 'person|150|1200'

for round in 1 2 3; do
    new_database fault_a
    c=$(config fault_a fault_a)
    replay() {
        "$JOURNEYD" replay -c "$c" --source plain --quiet --batch $((round * 7)) \
            --watermark $watermark "$1" >>"$work/replay.log" 2>&1
    }
    replay "$work/anonymous" &
    anonymous=$!
    replay "$work/logins" &
    logins=$!
    wait $anonymous
    is "round $round: the anonymous events are written" $? 0
    wait $logins
    is "round $round: the log-ins are written" $? 0
    is "round $round: same digest" "$(digest_of "$c")" "$truth"
    sound "round $round" fault_a "$c"
done

# Held in the middle: one has the device's key locked and has not committed when the other comes.
held() { # FIRST SECOND: the first is held before its COMMIT
    new_database fault_a
    c=$(config fault_a fault_a)
    head -n 2 "$work/anonymous" >"$work/held.anonymous"
    head -n 1 "$work/logins" >"$work/held.logins"
    sql fault_a "create function public.slow() returns trigger language plpgsql as
            'begin perform pg_sleep(2); return null; end';
        create constraint trigger slow after insert on journey_internal.key
            deferrable initially deferred for each row execute function public.slow()"
    round=1
    replay "$work/held.$1" &
    first=$!
    until_true 10 eval "[ \"\$(sql fault_a \"select count(*) from pg_stat_activity
        where datname = 'fault_a' and wait_event = 'PgSleep'\")\" -gt 0 ]"
    sql fault_a 'alter table journey_internal.key disable trigger slow' >/dev/null 2>&1 &
    replay "$work/held.$2"
    is "$1 held: $2 are written" $? 0
    wait $first
    is "$1 held: they are written" $? 0
    wait
    is "$1 held: all is the person's" \
        "$(sql fault_a "select c.kind, count(*) from journey.event as e
            join journey.customer as c using (customer_id) group by 1")" 'person|3'
    sound "$1 held" fault_a "$c"
}
held anonymous logins
held logins anonymous
finish
