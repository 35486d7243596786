#!/bin/bash
# A back-fill beside live data: users and an old history come in while an instance reads what is
# new, by topics of sources that do not drive the watermark, or by replay. The watermark does not
# move for them, and the numbers are those of the natural order.
. "$(dirname "$0")/lib.sh"

events --events 3000 --poison >"$work/events"
# users: who is who; history: what is older than a certain day; new: the rest.
python3 - "$work" <<'END'
import json
import sys

work = sys.argv[1]
out = {name: open(f"{work}/{name}", "w") for name in ("users", "history", "new", "mixed")}
for offset, line in enumerate(open(f"{work}/events")):
    line = line.rstrip("\n")
    try:
        m = json.loads(line)
        assert isinstance(m, dict) and "time" in m
        name = ("users" if m.get("fact") == "identity" else
                "history" if m["time"] < "2026-01-20" else "new")
    except (ValueError, AssertionError):
        name = "new"
    print(line, file=out[name])
    # the natural order, each message with the topic it comes by
    print(json.dumps({"topic": f"plain.{name}", "partition": 0, "offset": offset,
                      "ts": 1790000000000, "payload": line}), file=out["mixed"])
END
source_of() { # NAME [LINES]: a source of its own topics, as a file
    {
        sed -e "s/^source: .*/source: $1/" -e "s/^topic: .*/topic: ^plain\\\\.(${run_id/./\\\\.}\\\\.)?$1$/" \
            "$root/deploy/sources/plain.yaml"
        printf '%s\n' "${2:-}"
    } >"$work/$1.source"
}
watermark() { sql "$1" 'select watermark_at from journey.published'; }
has_watermark() { [ -n "$(watermark "$1")" ]; }
topics_read() { # DATABASE TOPIC NUMBER
    [ "$(sql "$1" "select sum(next_offset) from journey_internal.kafka_offset
        where topic = '$2'")" = "$3" ]
}
for which in users history new; do
    topic "plain.$run_id.$which" 2
    source_of "$which"
done

# ---- the natural order: one file, every source alike
new_database backfill_truth
c=$(config backfill_truth backfill_truth)
sed -i 's/^sources: .*/sources: [users.source, history.source, new.source]/' "$c"
"$JOURNEYD" replay -c "$c" --quiet "$work/mixed" >"$work/truth.log" 2>&1
is "the natural order is replayed" $? 0
truth=$(digest_of "$c")
last=$(watermark backfill_truth)

# ---- by topics: a part of the back-fill before what is new, the rest beside it
source_of users 'drives_watermark: false'
source_of history 'drives_watermark: false'
new_database backfill
c=$(config backfill backfill 'watermark: {allowed_disorder: 10m, idle_after: 1h}')
sed -i 's/^sources: .*/sources: [users.source, history.source, new.source]/' "$c"
some=500
head -n $some "$work/history" >"$work/history.some"
tail -n +$((some + 1)) "$work/history" >"$work/history.rest"
produce_spread "plain.$run_id.users" "$work/users" 2
produce_spread "plain.$run_id.history" "$work/history.some" 2
produce_spread "plain.$run_id.new" "$work/new" 2
start run run -c "$c"
for which in users new; do
    check "$which: read" until_true 20 topics_read backfill "plain.$run_id.$which" \
        "$(wc -l <"$work/$which")"
done
check "history: a part is read" until_true 20 topics_read backfill "plain.$run_id.history" $some
check "a watermark comes" until_true 20 has_watermark backfill
before=$(watermark backfill)
is "history does not hold it back: it is where what is new has come" "$before" \
    "$(sql backfill "select min(partition_time) from journey.freshness
        where topic = 'plain.$run_id.new'")"
produce_spread "plain.$run_id.history" "$work/history.rest" 2
check "history: the rest is read" until_true 20 topics_read backfill "plain.$run_id.history" \
    "$(wc -l <"$work/history")"
sleep 5.5 # a sweep comes every 5 s
is "the watermark stands where it stood" "$(watermark backfill)" "$before"
is "journeys of the history are closed as they come in" \
    "$(sql backfill "select count(*) from journey.journey
        where state = 'open' and due_at < '$before'")" 0
sound "while it runs" backfill "$c"
kill -TERM "$pid"
until_true 10 gone "$pid"
check "drained to the end" drain "$c"
is "by topics: the watermark of the end" "$(watermark backfill)" "$last"
is "by topics: the digest of the natural order" "$(digest_of "$c")" "$truth"

# ---- by replay, into the source that the live messages have: copies count once
new_database backfill_replay_truth
truth=$(config backfill_replay_truth backfill_replay_truth)
source_of new
sed -i 's/^sources: .*/sources: [new.source]/' "$truth"
"$JOURNEYD" replay -c "$truth" --source new --quiet "$work/events" >"$work/truth.log" 2>&1
truth=$(digest_of "$truth")

new_database backfill_replay
c=$(config backfill_replay backfill_replay 'watermark: {allowed_disorder: 10m, idle_after: 1h}')
sed -i 's/^sources: .*/sources: [new.source]/' "$c"
start replay_run run -c "$c"
check "replay: what is new is read" \
    until_true 20 topics_read backfill_replay "plain.$run_id.new" "$(wc -l <"$work/new")"
check "replay: a watermark comes" until_true 20 has_watermark backfill_replay
before=$(watermark backfill_replay)
head -n 300 "$work/new" >"$work/overlap"
"$JOURNEYD" replay -c "$c" --source new --quiet --watermark 1990-01-01T00:00:00Z \
    "$work/users" "$work/history" "$work/overlap" >"$work/replay.log" 2>&1
is "replay beside a running instance" $? 0
is "replay: the watermark stands where it stood" "$(watermark backfill_replay)" "$before"
kill -TERM "$pid"
until_true 10 gone "$pid"
check "replay: drained to the end" drain "$c"
is "replay: the digest of the natural order" "$(digest_of "$c")" "$truth"
sound "replay" backfill_replay "$c"
finish
