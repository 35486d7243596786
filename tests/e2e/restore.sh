#!/bin/bash
# A backup (pg_dump, custom format) restored into another database goes on where it was taken, as
# the offsets are in it: drained, it is what the original is, and no message counts twice. Taken
# between two drains, and from a running instance anywhere in the stream.
. "$(dirname "$0")/lib.sh"

dump() { # DATABASE
    pg_dump -Fc -d "$server dbname=$1" -f "$work/$1.dump" 2>>"$work/pg_dump.log"
}
restore() { # FROM TO: a new database
    sql postgres "drop database if exists $2 with (force)"
    sql postgres "create database $2"
    pg_restore --exit-on-error -d "$server dbname=$2" "$work/$1.dump" 2>>"$work/pg_restore.log"
}
# The configuration of a database for its copy: the same group, another dsn.
of_copy() { # CONFIG FROM TO
    sed "s/dbname=$2\"/dbname=$3\"/" "$1" >"$work/$3.yaml"
    echo "$work/$3.yaml"
}
take() { # CONFIG TOPIC: its source takes this topic alone
    sed "s/^topic: .*/topic: ^${2//./\\\\.}$/" "$work/sources.yaml" >"$work/$2.source"
    sed -i "s/^sources: .*/sources: [$2.source]/" "$1"
}
offsets() { # DATABASE
    sql "$1" "select string_agg(topic || ' ' || part || ' ' || next_offset, ','
        order by topic, part) from journey_internal.kafka_offset"
}
messages() { # DATABASE
    sql "$1" 'select coalesce(sum(read), 0) from journey_internal.source_tally'
}

events --events 3000 --poison >"$work/events"
lines=$(wc -l <"$work/events")
half=$((lines / 2))
head -n $half "$work/events" >"$work/first"
tail -n +$((half + 1)) "$work/events" >"$work/second"
truth=$(reference restore_truth "$work/events")

# ---- between two drains
rest=plain.$run_id.rest
topic "$rest" 4
produce_spread "$rest" "$work/first" 4
new_database restore
c=$(config restore restore)
take "$c" "$rest"
check "half is drained" drain "$c"
at_dump=$(offsets restore)
check "pg_dump" dump restore
produce_spread "$rest" "$work/second" 4
check "the rest is drained" drain "$c"
is "the original is what the file is" "$(digest_of "$c")" "$truth"

check "pg_restore into another database" restore restore restore_copy
copy=$(of_copy "$c" restore restore_copy)
is "restored: the offsets of the dump" "$(offsets restore_copy)" "$at_dump"
is "restored: half is read" "$(messages restore_copy)" "$half"
"$JOURNEYD" schema apply -c "$copy" >"$work/apply.log" 2>&1
is "schema apply on it, as for an upgrade" $? 0
check "restored: the rest is drained" drain "$copy"
is "restored: the digest of the original" "$(digest_of "$copy")" "$truth"
is "restored: no message twice" "$(messages restore_copy)" "$lines"
is "restored: the offsets of the original" "$(offsets restore_copy)" "$(offsets restore)"
sound "restored and drained" restore_copy "$copy"

# ---- from a running instance: messages come in while the dump is taken
stream=plain.$run_id.stream
topic "$stream" 4
produce_spread "$stream" "$work/first" 4
new_database restore_live
live=$(config restore_live restore_live 'watermark: {allowed_disorder: 10m, idle_after: 1h}')
take "$live" "$stream"
start live run -c "$live"
runner=$pid
split -n l/20 "$work/second" "$work/piece."
check "an instance commits" until_true 20 at_least restore_live 1
(
    for piece in "$work"/piece.*; do
        produce "$stream" "$piece"
        sleep 0.1
    done
) &
producer=$!
children+=("$producer")
check "it commits what comes in" until_true 20 at_least restore_live $((half + 50))
check "pg_dump meanwhile" dump restore_live
wait "$producer"
check "it reads on to the end" until_true 30 at_least restore_live "$lines"
kill -TERM "$runner"
until_true 10 gone "$runner"

check "pg_restore of that" restore restore_live restore_live_copy
copy=$(of_copy "$live" restore_live restore_live_copy)
got=$(messages restore_live_copy)
say "# the dump was taken after $got of $lines messages"
check "live: it was taken in the midst" test "$got" -gt "$half" -a "$got" -lt "$lines"
is "live: offsets and counters are of one moment" \
    "$(sql restore_live_copy 'select sum(next_offset) from journey_internal.kafka_offset')" "$got"
sound "live, restored" restore_live_copy "$copy"
# Beside the original it needs a group of its own, or each of the two reads a part of the topics.
sed -i "s/group: \"[^\"]*\"/group: \"copy.$$\"/" "$copy"
sql restore_live_copy "update journey_internal.kafka_offset set grp = 'copy.$$'"
check "live: the rest is drained, by a group of its own" drain "$copy"
is "live: the digest of the file" "$(digest_of "$copy")" "$truth"
is "live: no message twice" "$(messages restore_live_copy)" "$lines"
finish
