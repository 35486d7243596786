# Shared by the end-to-end and fault tests; read it with `. "$(dirname "$0")/../e2e/lib.sh"`.
#
# Each script works in work/<script> below build/test (or JOURNEYD_TEST_STATE), in databases and
# topics named after it. A check prints one line; the last line of a script (finish) is "N passed,
# N failed". Before it, finish looks whether journey.conservation is empty in every database the
# script filled.
# shellcheck shell=bash
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
state=${JOURNEYD_TEST_STATE:-$root/build/test}
if [ -z "${JOURNEYD_TEST_PG:-}" ] && [ -s "$state/env" ]; then
    . "$state/env"
fi
# Tools must be as new as the server.
[ -z "${JOURNEYD_TEST_PG_BIN:-}" ] || PATH=$JOURNEYD_TEST_PG_BIN:$PATH
: "${JOURNEYD_TEST_PG:?run tests/services/up first}"
: "${JOURNEYD_TEST_BROKERS:?run tests/services/up first}"
: "${JOURNEYD:=$root/build/journeyd}"
: "${JOURNEYD_TEST_TOPIC:=$root/build/tests/services/topic}"

name=$(basename "$0" .sh)
name=${name//[^a-z0-9]/_}
run_id=$name.$$
work=$state/work/$name
rm -rf "$work"
mkdir -p "$work"
server=$(sed 's/dbname=[^ ]*//' <<<"$JOURNEYD_TEST_PG")
passed=0 failed=0
children=()
topics=()

say() { printf '%s\n' "$*"; }
ok() {
    passed=$((passed + 1))
    say "ok - $1"
}
bad() {
    failed=$((failed + 1))
    say "not ok - $1"
    shift
    [ $# -eq 0 ] || printf '  # %s\n' "$@"
}
check() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then ok "$what"; else bad "$what" "$*"; fi
}
is() { # WHAT GOT WANTED
    if [ "$2" = "$3" ]; then ok "$1"; else bad "$1" "got: $2" "wanted: $3"; fi
}

# Everything a script started ends with it; no process is ended that it did not start.
cleanup() {
    local pid topic
    for pid in "${children[@]:-}"; do
        [ -n "$pid" ] || continue
        kill -CONT "$pid" 2>/dev/null
        kill -KILL "$pid" 2>/dev/null
    done
    wait 2>/dev/null
    for topic in "${topics[@]:-}"; do
        [ -z "$topic" ] || "$JOURNEYD_TEST_TOPIC" "$JOURNEYD_TEST_BROKERS" delete "$topic" \
            >/dev/null 2>&1
    done
    [ ! -d "$work/server" ] || JOURNEYD_TEST_STATE=$work/server \
        "$root/tests/services/down" --quiet
}
trap cleanup EXIT
finish() {
    [ ! -s "$work/databases" ] || conserved
    say "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}

# ---- PostgreSQL ----
# own_server start|stop|kill: a server of the script's own, for who takes it away or changes what all
# databases of a server share; other scripts run beside this one. After start $server is its DSN.
own_server() {
    JOURNEYD_TEST_STATE=$work/server "$root/tests/services/pg" "$1" || {
        bad "own server: $1"
        finish
    }
    server="host=$(cat "$work/server/pg.dir") user=postgres"
}
sql() { # DATABASE STATEMENT...
    local database=$1
    shift
    PGOPTIONS='-c client_min_messages=warning -c jit=off' psql -X -q -A -t -v ON_ERROR_STOP=1 \
        -d "$server dbname=$database" -c "$*"
}
new_database() { # DATABASE: empty, with the schema
    sql postgres "drop database if exists $1 with (force)"
    sql postgres "create database $1"
    echo "$1" >>"$work/databases"
    "$JOURNEYD" schema apply -c "$(config "$1" "$1")" >"$work/$1.schema.log" 2>&1 || {
        cat "$work/$1.schema.log"
        bad "schema of $1"
        finish
    }
}

# ---- configuration ----
# config DATABASE GROUP [LINES]: writes a configuration once and prints its name. LINES replace the
# default lines of the section they name, for example 'watermark: {...}'.
config() {
    local file=$work/$1.$2.yaml extra=${3:-} dsn="$server dbname=$1"
    if [ -z "$extra" ] && [ -s "$file" ]; then
        echo "$file"
        return
    fi
    [ -s "$work/secret" ] || {
        printf 'the secret of all tests, long enough\n' >"$work/secret"
        chmod 600 "$work/secret"
    }
    sed "s/^topic: .*/topic: ^plain\\\\.${run_id/./\\\\.}/" "$root/deploy/sources/plain.yaml" \
        >"$work/sources.yaml"
    scenarios >"$work/scenarios.yaml"
    {
        section "$extra" library 'library: {name: Test Library, time_zone: Europe/Berlin}'
        section "$extra" kafka "kafka: {brokers: \"$JOURNEYD_TEST_BROKERS\", group: \"$2.$$\", \
properties: {session.timeout.ms: \"6000\", heartbeat.interval.ms: \"1000\"}}"
        section "$extra" postgres "postgres: {dsn: \"$dsn\"}"
        cat <<END
identity:
  secret_file: secret
  namespaces:
    - {name: card, kind: person}
    - {name: email, kind: person, normalise: [lower]}
    - {name: web.user, kind: person}
    - {name: web.anon, kind: device}
    - {name: hold, kind: case}
    - {name: loan, kind: case}
END
        section "$extra" sessions 'sessions: {gap: 30m}'
        section "$extra" watermark 'watermark: {allowed_disorder: 10m, idle_after: 1m}'
        section "$extra" limits 'limits: {batch_bytes: 64MiB, cache_bytes: 64MiB}'
        cat <<END
vocabulary: $root/deploy/vocabulary.yaml
scenarios: scenarios.yaml
sources: [sources.yaml]
END
    } >"$file"
    echo "$file"
}
section() { # LINES NAME DEFAULT
    grep "^$2:" <<<"$1" || printf '%s\n' "$3"
}
scenarios() {
    cat <<'END'
- name: find
  label: Find and open a title
  start: [discover.search]
  goal: [discover.record_viewed]
  fail: [discover.search_no_result]
  patience: 30m
  deadline: 4h
- name: hold
  label: Ask for an item and pick it up
  scope: hold
  start: [request.hold_placed]
  goal: [request.hold_filled]
  fail: [request.hold_cancelled]
  steps: [request.hold_ready]
  patience: 30d
  waits: {request.hold_ready: 14d}
  deadline: 90d
  checkpoints:
    - {name: placed, at: [request.hold_placed]}
    - {name: ready, at: [request.hold_ready]}
END
}

# ---- messages ----
# Plain messages of a small world; see events.py for what is in it.
events() { python3 "$root/tests/e2e/events.py" "$@"; }

topic() { # NAME PARTITIONS: a fresh topic, deleted at the end
    "$JOURNEYD_TEST_TOPIC" "$JOURNEYD_TEST_BROKERS" delete "$1" >/dev/null 2>&1
    "$JOURNEYD_TEST_TOPIC" "$JOURNEYD_TEST_BROKERS" create "$1" "$2" || {
        bad "topic $1"
        finish
    }
    topics+=("$1")
}
produce() { # TOPIC FILE [PARTITION]: one message a line
    kcat -P -b "$JOURNEYD_TEST_BROKERS" -t "$1" ${3:+-p "$3"} -l "$2" \
        -X queue.buffering.max.messages=1000000 2>>"$work/kcat.log"
}
produce_spread() { # TOPIC FILE PARTITIONS: lines in turn over the partitions
    local i
    for ((i = 0; i < $3; i++)); do
        awk -v n="$3" -v i="$i" 'NR % n == i' "$2" >"$work/part.$i"
        produce "$1" "$work/part.$i" "$i"
    done
}

# ---- running ----
# start NAME ARGUMENTS...: journeyd in the background, log in $work/NAME.log, its id in $pid
start() {
    local log=$work/$1.log
    shift
    "$JOURNEYD" "$@" >>"$log" 2>&1 &
    pid=$!
    children+=("$pid")
}
until_true() { # SECONDS COMMAND...: waits until it succeeds
    local end=$((SECONDS + $1))
    shift
    while [ "$SECONDS" -lt "$end" ]; do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    "$@" >/dev/null 2>&1
}
gone() { ! kill -0 "$1" 2>/dev/null; }
says() { grep -q -- "$2" "$work/$1.log"; } # NAME PATTERN
at_least() { # DATABASE NUMBER: messages committed
    local n
    n=$(sql "$1" 'select coalesce(sum(next_offset), 0) from journey_internal.kafka_offset')
    [ "${n:-0}" -ge "$2" ]
}
digest_of() { # CONFIG
    "$JOURNEYD" digest -c "$1" 2>>"$work/digest.log" | tail -n 1
}
# The truth: the same messages, replayed from a file into a database of its own.
reference() { # DATABASE FILE [WATERMARK]
    local c
    new_database "$1"
    c=$(config "$1" "$1")
    "$JOURNEYD" replay -c "$c" --source plain --quiet --watermark "${3:-end}" "$2" \
        >"$work/$1.replay.log" 2>&1 || bad "replay into $1" "$(tail -n 3 "$work/$1.replay.log")"
    digest_of "$c"
}
drain() { # CONFIG [ARGUMENTS...]
    local c=$1
    shift
    "$JOURNEYD" run -c "$c" --drain "$@" >>"$work/drain.log" 2>&1
}
# Every database of new_database that is still there, in one check.
conserved() {
    local database rows wrong=()
    while read -r database; do
        [ -n "$(sql postgres "select 1 from pg_database where datname = '$database'")" ] || continue
        rows=$(sql "$database" "select check_name, scenario, started_on, segment
            from journey.conservation limit 3" 2>&1) && [ -z "$rows" ] ||
            wrong+=("$database: $rows")
    done < <(sort -u "$work/databases")
    if [ ${#wrong[@]} -eq 0 ]; then
        ok "journey.conservation is empty in every database"
    else
        bad "journey.conservation is empty in every database" "${wrong[@]}"
    fi
}
# What must hold in any database: verify finds nothing, conservation is empty, counts add up.
sound() { # WHAT DATABASE CONFIG
    if "$JOURNEYD" verify -c "$3" >"$work/verify.log" 2>&1; then
        ok "$1: verify finds no difference"
    else
        bad "$1: verify finds no difference" "$(tail -n 20 "$work/verify.log")"
    fi
    is "$1: journey.conservation is empty" "$(sql "$2" 'select count(*) from journey.conservation')" 0
    is "$1: verify --sql finds no row" \
        "$("$JOURNEYD" verify --sql -c "$3" 2>&1 | tail -n 1)" '0 rows differ'
    is "$1: read = accepted + duplicate + skipped + quarantined + tombstone" \
        "$(sql "$2" 'select coalesce(sum(read - accepted - duplicate - skipped - quarantined
            - tombstone), 0) from journey_internal.source_tally')" 0
    is "$1: what was skipped has a reason, what was read as an event a clock" \
        "$(sql "$2" "select coalesce(sum(skipped), 0), coalesce(sum(accepted + duplicate), 0)
            from journey_internal.source_tally")" \
        "$(sql "$2" "select (select coalesce(sum(messages), 0) from journey.skipped),
            (select coalesce(sum(events), 0) from journey.event_clock)")"
}
