#!/bin/bash
# The store by itself: who may write to a database, several writers at once, a writer that was
# stopped while the database sent it rows, a connection that is cut again and again.
. "$(dirname "$0")/lib.sh"

events --events 2400 --customers 60 >"$work/events"
truth=$(reference store_truth "$work/events")

# ---- schema ----
sql postgres 'drop database if exists store_schema with (force)'
sql postgres 'create database store_schema'
c=$(config store_schema store_schema)
"$JOURNEYD" schema status -c "$c" >"$work/status" 2>/dev/null
is "status of an empty database" "$? $(head -n 1 "$work/status")" \
    '5 database: version 0 (no schema)'
"$JOURNEYD" replay -c "$c" --source plain --quiet "$work/events" >"$work/refused" 2>&1
is "nobody writes to a database without schema" "$?" 78
check "who is told what to do" grep -q 'journeyd schema apply' "$work/refused"
schema() { "$JOURNEYD" schema "$1" -c "$c" >"$work/$1.log" 2>&1; }
check "apply" schema apply
check "apply again" schema apply
check "status" schema status
sql store_schema "update journey_internal.schema_digest set digest = 'of another build'"
schema status
is "functions and views of another build are told" "$? $(tail -n 1 "$work/status.log")" \
    '5 journeyd schema: the functions and views are those of another build: run `journeyd schema apply -c FILE`'
"$JOURNEYD" replay -c "$c" --source plain --quiet - </dev/null >/dev/null 2>"$work/warned"
is "and are no reason to stand still, but to warn" \
    "$? $(grep -c 'level=warn msg="the functions and views' "$work/warned")" '0 1'
check "apply brings them" schema apply
check "and status is content" schema status
dump() { # DATABASE
    PGOPTIONS='' pg_dump --schema-only --no-owner -d "$server dbname=$1" | grep -v '^\\'
}
dump store_schema >"$work/applied"
sql postgres 'drop database if exists store_printed with (force)'
sql postgres 'create database store_printed'
"$JOURNEYD" schema print | psql -X -q -v ON_ERROR_STOP=1 -d "$server dbname=store_printed" \
    >/dev/null 2>"$work/print.log" || bad "print can be applied" "$(tail -n 3 "$work/print.log")"
dump store_printed >"$work/printed"
check "print and apply make the same" cmp -s "$work/applied" "$work/printed"

# ---- settings ----
refused() { # WHAT LINES PATTERN
    local file out
    file=$(config store_truth "changed_$passed" "$2")
    out=$("$JOURNEYD" replay -c "$file" --source plain --quiet "$work/events" 2>&1)
    is "$1: refused" "$?" 78
    check "$1: says which, and what to do" grep -q -- "$3" <<<"$out"
}
refused "another session gap" 'sessions: {gap: 20m}' 'sessions.gap.*journeyd rebuild'
refused "another time zone" 'library: {name: Test Library, time_zone: UTC}' \
    'library.time_zone.*journeyd rebuild'
printf 'another secret, as long as the first one\n' >"$work/secret2"
chmod 600 "$work/secret2"
sed 's/secret_file: secret/secret_file: secret2/' "$(config store_truth store_truth)" \
    >"$work/other_secret.yaml"
out=$("$JOURNEYD" replay -c "$work/other_secret.yaml" --source plain "$work/events" 2>&1)
is "another secret: refused" "$?" 78
check "another secret: needs a fresh database" grep -q 'identity.secret.*fresh database' <<<"$out"
is "a setting that holds from now on is taken" \
    "$("$JOURNEYD" replay -c "$(config store_truth later 'watermark: {allowed_disorder: 5m}')" \
        --source plain --quiet "$work/events" >/dev/null 2>&1; echo $?)" 0

# ---- several writers ----
split -n r/3 "$work/events" "$work/third."
for batch in 5 100; do
    new_database store_three
    c=$(config store_three store_three)
    pids=()
    for part in aa ab ac; do
        start three.$part replay -c "$c" --source plain --quiet --batch $batch "$work/third.$part"
        pids+=("$pid")
    done
    wait "${pids[@]}"
    "$JOURNEYD" replay -c "$c" --source plain --quiet "$work/third.aa" >"$work/close.log" 2>&1
    is "three writers, batches of $batch: same digest" "$(digest_of "$c")" "$truth"
    sound "three writers, batches of $batch" store_three "$c"
done

# ---- a writer that holds locks and does not take its rows ----
c=$(config store_three store_three)
cat >"$work/hold.sql" <<'END'
begin;
select count(*) from (select from journey_internal.key for update) as k;
select repeat('x', 1000) from generate_series(1, 2000000);
END
PGAPPNAME=journeyd psql -X -q -d "$server dbname=store_three" -f "$work/hold.sql" \
    >/dev/null 2>&1 &
holder=$!
children+=("$holder")
sends_rows() {
    [ -n "$(sql store_three "select pid from pg_stat_activity where datname = 'store_three'
        and query like 'select repeat%' and query not like '%pg_stat%'")" ]
}
until_true 10 sends_rows
kill -STOP "$holder"
begun=$SECONDS
"$JOURNEYD" replay -c "$c" --source plain --quiet "$work/third.ab" >"$work/waits.log" 2>&1
is "the waiting writer goes on" "$?" 0
check "within 20 s" test $((SECONDS - begun)) -le 20
kill -CONT "$holder" 2>/dev/null
is "and changes nothing twice" "$(digest_of "$c")" "$truth"

# ---- a connection that is cut ----
new_database store_cut
c=$(config store_cut store_cut)
start cut replay -c "$c" --source plain --quiet --batch 20 "$work/events"
for ((i = 0; i < 40; i++)); do
    gone "$pid" && break
    sleep 0.1
    sql postgres "select pg_terminate_backend(pid) from pg_stat_activity
        where datname = 'store_cut' and application_name = 'journeyd'" >/dev/null
done
wait "$pid"
is "the writer comes to its end" "$?" 0
is "cut again and again: same digest" "$(digest_of "$c")" "$truth"
sound "cut again and again" store_cut "$c"
finish
