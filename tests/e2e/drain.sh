#!/bin/bash
# run --drain from the real broker: what is in Kafka is in PostgreSQL, whatever the partitions.
. "$(dirname "$0")/lib.sh"

events --events 4000 --poison >"$work/events"
lines=$(wc -l <"$work/events")
truth=$(reference e2e_drain_truth "$work/events")
one=plain.$run_id.one eight=plain.$run_id.eight
topic "$one" 1
topic "$eight" 8
produce "$one" "$work/events"
produce_spread "$eight" "$work/events" 8

# Sources take topics by a regular expression, so each configuration takes one of the two.
take() { # DATABASE TOPIC
    local c
    c=$(config "$1" "$1")
    sed "s/^topic: .*/topic: ^${2//./\\\\.}$/" "$work/sources.yaml" >"$work/$1.source"
    sed -i "s/^sources: .*/sources: [$1.source]/" "$c"
    echo "$c"
}
for which in one eight; do
    database=e2e_drain_$which
    new_database "$database"
    c=$(take "$database" "${!which}")
    check "$which: drains" drain "$c"
    is "$which: same digest as the file" "$(digest_of "$c")" "$truth"
    sound "$which" "$database" "$c"
    is "$which: every message is read" \
        "$(sql "$database" 'select sum(read) from journey_internal.source_tally')" "$lines"
done

c=$(take e2e_drain_eight "$eight")
check "drains again at once" drain "$c"
is "again: nothing changes" "$(digest_of "$c")" "$truth"
is "again: nothing is read twice" \
    "$(sql e2e_drain_eight 'select sum(read) from journey_internal.source_tally')" "$lines"
"$JOURNEYD" status -c "$c" --json >"$work/status.json" 2>&1
is "status exits with 0" $? 0
is "status adds up, lag is 0" "$(python3 - "$work/status.json" <<'END'
import json, sys
s = json.load(open(sys.argv[1]))
print(s["works"], sum(x["read"] for x in s["sources"]), sum(x["lag"] for x in s["partitions"]),
      len(s["partitions"]), all(x["read"] == x["accepted"] + x["duplicate"] + x["skipped"]
                                + x["quarantined"] + x["tombstone"] for x in s["sources"]))
END
)" "True $lines 0 8 True"

# A dump of the topic is replayed into the same numbers, and its coordinates are those of Kafka.
kcat -C -J -e -q -b "$JOURNEYD_TEST_BROKERS" -t "$eight" -o beginning >"$work/dump" 2>/dev/null
new_database e2e_drain_dump
c=$(take e2e_drain_dump "$eight")
"$JOURNEYD" replay -c "$c" --quiet "$work/dump" >"$work/dump.log" 2>&1
is "a dump is replayed" $? 0
is "dump: same digest" "$(digest_of "$c")" "$truth"
coordinates="select md5(string_agg(format('%s %s %s', topic, partition, kafka_offset), ','
    order by topic, partition, kafka_offset)) from journey.quarantine"
is "dump: quarantine has the coordinates of Kafka" \
    "$(sql e2e_drain_dump "$coordinates")" "$(sql e2e_drain_eight "$coordinates")"

# offsets set: reading again changes nothing but the counts.
"$JOURNEYD" offsets set -c "$(take e2e_drain_one "$one")" "$one" 0 0 >>"$work/offsets.log" 2>&1
is "offsets set" $? 0
check "drains what was set back" drain "$(take e2e_drain_one "$one")"
is "set back: same digest" "$(digest_of "$(take e2e_drain_one "$one")")" "$truth"
is "set back: read twice" \
    "$(sql e2e_drain_one 'select sum(read) from journey_internal.source_tally')" $((2 * lines))

# kafka.start is decided once: end, then what came after it.
new_database e2e_drain_end
c=$(take e2e_drain_end "$one")
sed -i 's/^kafka: {/kafka: {start: end, /' "$c"
check "start: end: drains" drain "$c"
is "start: end: nothing is read" \
    "$(sql e2e_drain_end 'select coalesce(sum(read), 0) from journey_internal.source_tally')" 0
head -n 10 "$work/events" >"$work/ten"
produce "$one" "$work/ten"
check "start: end: drains again" drain "$c"
is "start: end: what came later is read" \
    "$(sql e2e_drain_end 'select sum(read) from journey_internal.source_tally')" 10

# Empty values are tombstones: counted, no error.
kcat -P -b "$JOURNEYD_TEST_BROKERS" -t "$one" -k gone -Z <<<"" 2>>"$work/kcat.log"
printf 'gone:\n' | kcat -P -b "$JOURNEYD_TEST_BROKERS" -t "$one" -K: -Z 2>>"$work/kcat.log"
check "drains a tombstone" drain "$c"
is "a tombstone is counted" \
    "$(sql e2e_drain_end 'select sum(tombstone) from journey_internal.source_tally')" 1
finish
