#!/bin/bash
# A back-fill beside live data: users and an old history come in while an instance reads what is
# new, by topics of sources that do not drive the watermark, and by replay of an archive that holds
# a part of the topic too. The watermark does not move for them, and the numbers are those of the
# natural order.
. "$(dirname "$0")/lib.sh"

events --events 2000 --poison >"$work/events"
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

# ---- a part of the back-fill comes before what is new, the rest beside it
source_of users 'drives_watermark: false'
source_of history 'drives_watermark: false'
new_database backfill
c=$(config backfill backfill 'watermark: {allowed_disorder: 10m, idle_after: 1h}')
sed -i 's/^sources: .*/sources: [users.source, history.source, new.source]/' "$c"
some=300 oldest=600 # the archive: lines 1 to oldest, of which the topic has half
head -n $oldest "$work/history" >"$work/archive"
tail -n +$((some + 1)) "$work/history" | head -n $some >"$work/history.some"
tail -n +$((2 * some + 1)) "$work/history" >"$work/history.rest"
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
    $(($(wc -l <"$work/history") - some))
"$JOURNEYD" replay -c "$c" --source history --watermark 1990-01-01T00:00:00Z --json \
    "$work/archive" >"$work/archive.json" 2>>"$work/replay.log"
is "the archive is replayed beside the running instance" $? 0
check "what the topic has is known" python3 -c "import json, sys
tally = [s for s in json.load(open(sys.argv[1]))['sources'] if s['source'] == 'history'][0]
sys.exit(tally['duplicate'] < $some)" "$work/archive.json"
sleep 5.5 # a sweep comes every 5 s
is "the watermark stands where it stood" "$(watermark backfill)" "$before"
is "journeys of the history are closed as they come in" \
    "$(sql backfill "select count(*) from journey.journey
        where state = 'open' and due_at < '$before'")" 0
sound "while it runs" backfill "$c"
kill -TERM "$pid"
until_true 10 gone "$pid"
check "drained to the end" drain "$c"
is "the watermark of the end" "$(watermark backfill)" "$last"
is "the digest of the natural order" "$(digest_of "$c")" "$truth"

finish
