#!/bin/bash
# What must never be kept is kept nowhere: every shipped source gets all its cases with markers in every
# field (see markers.py), from files and from Kafka, beside messages made to break it (privacy.py); then
# every file of the database, its log and all that journeyd printed are searched for them. What may be
# found is listed, place by place, in markers.py. Then the commands on people are told keys of theirs:
# typed, as options, with mistakes; and the same is searched.
#
# The database is a server of the test's own, so that it can be stopped and its files hold nothing
# else. It logs every statement with all its parameters: what journeyd sent is in the log, whatever
# compression hides in the tables. In the end a mapping that stores a title is tried: a search that does
# not find it finds nothing.
# Runs alone: the shipped sources read every topic of theirs, those of other scripts too.
. "$(dirname "$0")/lib.sh"

helper=$root/tests/e2e/privacy.py
box=$work/box       # messages and markers
output=$work/output # what journeyd printed
place=$work/place   # where it runs and may leave files
database=$(mktemp -d /tmp/journeyd-privacy.XXXXXX)
pg_bin=${JOURNEYD_TEST_PG_BIN:-$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")}
mkdir -p "$box" "$output" "$place"

as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}
pg() { as_postgres "$pg_bin/pg_ctl" -D "$database/data" -w -t 60 "$@" >>"$work/pg_ctl.log" 2>&1; }
remove_database() {
    [ ! -e "$database/data/postmaster.pid" ] || pg -m immediate stop
    rm -rf "$database"
}
trap 'remove_database; cleanup' EXIT

create_database() {
    [ "$(id -u)" -ne 0 ] || chown postgres: "$database"
    as_postgres "$pg_bin/initdb" -D "$database/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
        >"$work/initdb.log" 2>&1
    as_postgres tee -a "$database/data/postgresql.conf" >/dev/null <<END
listen_addresses = ''
unix_socket_directories = '$database'
fsync = off
log_min_messages = debug1
log_min_error_statement = debug1
log_error_verbosity = verbose
log_statement = all
log_min_duration_statement = 0
log_parameter_max_length = -1
log_parameter_max_length_on_error = -1
log_connections = on
END
    pg -l "$database/log" start
    server="host=$database user=postgres"
    sql postgres 'create database journeys'
}

# The shipped configuration, with markers where it names keys and secrets.
configuration() { # FILE GAP
    local c
    mkdir -p "$work/deploy"
    cp -r "$root"/deploy/{vocabulary.yaml,scenarios.yaml,sources} "$work/deploy/"
    c=$work/deploy/$1
    sed -e "s|dsn: .*|dsn: \"$server dbname=journeys\"|" \
        -e "s|# password_file: .*|password_file: $box/password|" \
        -e "s|secret_file: .*|secret_file: $work/secret|" \
        -e "s|\"000000\"|\"000000\", \"$(cat "$box/blocked")\"|" \
        -e "s|kiosks: \[\]|kiosks: [\"web.anon:$(cat "$box/kiosk")\"]|" \
        -e "s|exclude: \[\]|exclude: [\"folio.user:$(cat "$box/excluded")\"]|" \
        -e "s|brokers: .*|brokers: \"$JOURNEYD_TEST_BROKERS\"|" \
        -e "s|group: journeyd|group: \"$run_id\"|" \
        -e "s|properties: {}|properties: {sasl.password: \"$(cat "$box/password")\"}|" \
        -e "s|gap: 30m|gap: $2|" "$root/deploy/journeyd.yaml" >"$c"
    (umask 077 && cat "$box/secret" "$box/secret" >"$work/secret")
    echo "$c"
}

# Runs journeyd in a folder where nothing is, and keeps all that it prints.
n=0
j() { # ARGUMENTS...
    n=$((n + 1))
    local file
    file=$output/$(printf '%03d' $n).$1
    (cd "$place" && TMPDIR=$place HOME=$place exec "$JOURNEYD" "$@") >"$file.out" 2>"$file.err" \
        <"${typed:-/dev/null}"
    local code=$?
    last=$file
    return $code
}
runs() { # WHAT ARGUMENTS...
    local what=$1
    shift
    if j "$@"; then ok "$what"; else bad "$what" "$(tail -n 2 "$last.err")"; fi
}
# The same with keys as they are typed: types KEY... -- WHAT [ARGUMENTS...]
types() {
    typed=$work/typed
    : >"$typed"
    while [ "$1" != -- ]; do
        printf '%s\n' "$1" >>"$typed"
        shift
    done
    "${@:2}"
    typed=
}
is_refused() { # CODE ARGUMENTS...
    j "${@:2}"
    is "refused: ${*:2:2}" $? "$1"
}

seeds=${JOURNEYD_TEST_SEEDS:-$root/build/tests/fuzz/test_seeds} # writes the cases as lines of kcat
python3 "$helper" make "$box"
create_database
c=$(configuration journeyd.yaml 30m)
again=$(configuration again.yaml 45m)
mkdir "$work/seeds"
(cd "$root" && "$seeds" --write envelope "$work/seeds")
read -r same of fed n_markers < <(python3 "$helper" cases "$box" "$work/seeds" "$JOURNEYD" tap -c "$c")
check "there are thousands of markers ($n_markers)" test "$n_markers" -gt 3000
check "with all markers nearly all messages ($same of $of) are what they were" \
    test "$same" -gt $((of * 98 / 100))
sed -n 's/^source: *//p' "$root"/deploy/sources/*.yaml | sort >"$work/sources"
is "every shipped source is fed" "$fed" "$(wc -l <"$work/sources")"

# ---- everything journeyd does with messages and with what it keeps of them ----
runs "validate" validate -c "$c"
j validate -c "$c" --connect
runs "schema apply" schema apply -c "$c"
runs "tap" tap -c "$c" "$box/dump.ndjson"
runs "tap --steps" tap -c "$c" --steps "$box/dump.ndjson"
runs "tap --steps --json" tap -c "$c" --steps --json "$box/dump.ndjson"
runs "replay" replay -c "$c" "$box/dump.ndjson"
runs "replay again" replay -c "$c" --json --batch 100 "$box/dump.ndjson"
runs "tap of bare messages" tap -c "$c" --source plain --json "$box/plain.ndjson"
runs "replay of bare messages" replay -c "$c" --source plain "$box/plain.ndjson"
runs "replay of another source" replay -c "$c" --source web "$box/plain.ndjson"

# The same from Kafka, with keys and headers.
for file in "$box"/topics/*; do
    topic "${file##*/}" 1
    kcat -P -b "$JOURNEYD_TEST_BROKERS" -t "${file##*/}" -K $'\x1f' -Z -l "$file" \
        -H "token=$(cat "$box/password")" 2>>"$work/kcat.log"
done
sed -i 's/ *properties: .*/  properties: {}/' "$c" "$again"
runs "run --drain" run -c "$c" --drain
runs "tap --topic" tap -c "$c" --topic zammad.tickets --json --steps
read_there=$(sql journeys "select sum(next_offset) from journey_internal.kafka_offset")
check "messages of Kafka were read ($read_there)" test "$read_there" -gt "$of"

# What a database refuses, and an end in the middle: errors must not quote values either.
sql journeys "alter table journey_internal.attribute_set add constraint refused
    check (branch is distinct from 'refused')"
printf '%s\n' '{"id":"refused '"$(cat "$box/control")"'","time":"2026-03-01T10:00:00Z",
"touchpoint":"discover.search","keys":{"card":"'"$(cat "$box/excluded")"'"},
"dimensions":{"branch":"refused"}}' | tr -d '\n' >"$work/refused"
check "what the database refuses is an error" eval \
    '! j replay -c "$c" --source plain "$work/refused"'
sql journeys "alter table journey_internal.attribute_set drop constraint refused"

runs "status" status -c "$c"
runs "status --json" status -c "$c" --json
runs "verify" verify -c "$c"
runs "verify --json" verify -c "$c" --json
runs "verify --sql" verify -c "$c" --sql
runs "digest" digest -c "$c"
runs "offsets show" offsets show -c "$c"
runs "quarantine list" quarantine list -c "$c"
runs "quarantine list --json" quarantine list -c "$c" --json
check "other settings are refused" eval '! j status -c "$again" || ! j replay -c "$again" \
    --source plain "$box/plain.ndjson"'
runs "rebuild" rebuild -c "$again"
runs "verify after rebuild" verify -c "$again"

check "events were stored" test "$(sql journeys 'select count(*) from journey.event')" -gt 500
# Its marked holds are all one, which is anonymised: accepted, and forgotten.
is "of every source but the one that has none" "$(sql journeys "select distinct source
    from journey_internal.source_tally where accepted > 0 and source <> '(none)'" | sort | comm -3 - "$work/sources" | tr -d '\t')" folio-check-in
check "messages were refused" test \
    "$(sql journeys 'select count(*) from journey.quarantine')" -gt 100
is "for every reason" "$(sql journeys "select string_agg(distinct reason, ' ' order by reason)
    from journey.quarantine")" \
    'future initiator malformed no_key too_old touchpoint two_persons unmapped'

# Every row as text too: large values are compressed in their files.
rows() { as_postgres "$pg_bin/pg_dump" -h "$database" -U postgres --inserts "$1"; }
rows journeys >"$work/rows.sql"
check "all rows are there to be searched" grep -q 'INSERT INTO journey_internal.timeline' \
    "$work/rows.sql"

# ---- what operators do with people ----
sql postgres 'create database people template journeys'
people=$work/deploy/people.yaml
sed 's|dbname=journeys|dbname=people|' "$again" >"$people"
key_of() { python3 "$helper" keys "$box" "$1" | grep "^$2="; }
card=$(key_of 1 card) email=$(key_of 1 email) device=$(key_of 1 web.anon) hold=$(key_of 1 hold)
j identity check -c "$people" --keys 1
is "identity check finds something" $? 5
for how in "" --json --dot; do
    types "$card" -- runs "identity show $how" identity show -c "$people" --key - $how
done
types "$card" -- runs "export-person" export-person -c "$people" --key -
check "somebody was exported" grep -q '^event: .* ([1-9]' "$last.out"
types "$card" -- runs "export-person --json" export-person -c "$people" --key - --json
types "$card" "$email" -- runs "identity unlink" identity unlink -c "$people" --key - --key -
types "$email" "$card" -- runs "identity relink" identity relink -c "$people" --key - --key - --json
types "$card" -- runs "forget --dry-run" forget -c "$people" --key - --dry-run
types "$device" -- runs "forget a device" forget -c "$people" --key - --json
types "$hold" -- runs "forget a case" forget -c "$people" --case - --json
types "$card" -- runs "forget" forget -c "$people" --key -
types "$card" -- runs "a forgotten one" identity show -c "$people" --key - --json
types "card=$(cat "$box/typed")" -- runs "forget an unknown key" forget -c "$people" --key -
card=$(key_of 2 card) email=$(key_of 2 email)
types "$card" -- runs "opt-out add" opt-out add -c "$people" --key -
runs "opt-out list" opt-out list -c "$people"
runs "opt-out list --json" opt-out list -c "$people" --json
types "$card" -- runs "export-person of one who opted out" export-person -c "$people" --key -
types "$email" -- runs "opt-out remove" opt-out remove -c "$people" --key - --json
# typed wrongly
wrong=$(cat "$box/mistyped")
for command in 'identity show' forget export-person 'opt-out add'; do
    # shellcheck disable=SC2086 # words of a command
    for key in "$wrong" "$wrong=$wrong" "card:$wrong" "=$wrong" "$(printf '%0600d' 0)$wrong"; do
        types "$key" -- is_refused 2 $command -c "$people" --key -
    done
    # shellcheck disable=SC2086
    is_refused 2 $command -c "$people" --kee="card=$wrong"
    # shellcheck disable=SC2086
    is_refused 2 $command -c "$people" --key "$wrong=1"
done
types "card=$wrong" -- is_refused 1 identity show -c "$people" --key -
types "hold=$wrong" -- is_refused 2 forget -c "$people" --case "card=$wrong"
# as options, while they wait for their turn: what other users of the host see
card=$(key_of 3 card)
PGAPPNAME=holder psql -X -q -d "$server dbname=people" -c \
    "begin; lock table journey_internal.key; select pg_sleep(60)" >/dev/null 2>&1 &
children+=("$!")
holds() { [ "$(sql people "select count(*) from pg_stat_activity where application_name = 'holder'
    and wait_event = 'PgSleep'")" = 1 ]; }
check "somebody holds the keys" until_true 10 holds
waiting=()
for command in 'identity show' 'identity unlink --key web.user=nobody' 'forget --dry-run' export-person \
    'opt-out add'; do
    # shellcheck disable=SC2086 # words of a command
    start people.$((${#waiting[@]} + 1)) $command -c "$people" --key "$card"
    waiting+=("$pid")
done
wait_for() { [ "$(sql people "select count(*) from pg_locks where not granted")" -ge "${#waiting[@]}" ]; }
check "all of them wait for them" until_true 20 wait_for
for pid in "${waiting[@]}"; do
    tr '\0' '\n' <"/proc/$pid/cmdline"
    cat "/proc/$pid/comm" "/proc/$pid/environ"
done >"$output/processes"
check "they were seen" test "$(grep -c -- --key "$output/processes")" -gt 4
sql people "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holder'" >/dev/null
for pid in "${waiting[@]}"; do wait "$pid"; done
cp "$work"/people.*.log "$output"
# what is in quarantine, looked at again
read -r refused_topic refused_part refused_offset < <(sql people "select topic, partition, kafka_offset
    from journey.quarantine where topic not like '%.ndjson' and topic like '%.%' order by 1, 2, 3 limit 1" |
    tr '|' ' ')
runs "quarantine show" quarantine show -c "$people" "$refused_topic" "$refused_part" "$refused_offset"
j quarantine retry -c "$people" "$refused_topic" "$refused_part" "$refused_offset"
check "quarantine retry reads it" grep -q 'messages: 1 in' "$last.err"
runs "verify after it all" verify -c "$people"
# another secret, and what goes with time
rows people >"$work/people.sql"
sed "s|secret_file: .*|secret_file: $work/next|" "$people" >"$work/deploy/next.yaml"
(umask 077 && cat "$box/next" "$box/next" >"$work/next")
is_refused 78 verify -c "$work/deploy/next.yaml"
is_refused 1 rotate-secret -c "$work/deploy/next.yaml"
runs "rotate-secret" rotate-secret -c "$work/deploy/next.yaml" --opt-outs-end
runs "retention show" retention show -c "$work/deploy/next.yaml"
runs "retention run" retention run -c "$work/deploy/next.yaml"
rows people >>"$work/people.sql"
is "no temporary file, no other file where it ran" "$(find "$place" -mindepth 1)" ''

# ---- the search ----
sql postgres checkpoint
pg -m fast stop
check "the server is stopped" test ! -e "$database/data/postmaster.pid"

search() { python3 "$helper" search "$box" "$@"; }
search "$database/data" "$database/log" "$work/rows.sql" "$work/people.sql" "$output" >"$work/found"
nothing_in() { # PATH WHAT
    if grep -qF " in $1" "$work/found"; then
        bad "nothing is found in $2" "$(grep -cF " in $1" "$work/found") finds" \
            "$(grep -F " in $1" "$work/found" | cut -c 1-160 | head -n 20)"
    else
        ok "nothing is found in $2"
    fi
}
nothing_in "$database/data" "the files of the database"
nothing_in "$database/log" "the log of its server, with every statement and parameter"
nothing_in "$work/rows.sql" "its rows as text"
nothing_in "$work/people.sql" "nor in those that the commands on people left"
nothing_in "$output" "what journeyd printed, and what is seen of its processes"
is "nothing is found" "$(wc -l <"$work/found")" 0
is "what may be found, is" "$(python3 "$helper" unused "$box")" ""
check "the log has the parameters" grep -q '[Pp]arameters:.*\$1 = ' "$database/log"
check "the output is there" test "$(cat "$output"/* | wc -c)" -gt 100000

# ---- the search finds what there is ----
pg -l "$database/log" start
control=$(cat "$box/control")
sed -i 's|^rules:|dimensions: {item_type: /ticket/title}\n&|' "$work/deploy/sources/zammad.yaml"
check "a mapping that stores a title" grep -q 'item_type: /ticket/title' \
    "$work/deploy/sources/zammad.yaml"
runs "replay with it" replay -c "$again" "$box/dump.ndjson"
runs "tap with it" tap -c "$again" "$box/dump.ndjson"
sql postgres checkpoint
pg -m fast stop
python3 - "$control" "$work/forms" <<'END'
import base64, hashlib, os, sys
marker, folder = sys.argv[1].encode(), sys.argv[2]
forms = {"upper case": marker.upper(), "base64": base64.b64encode(b"ab" + marker + b"c"),
         "hexadecimal": marker.hex().upper().encode(), "SHA-256": hashlib.sha256(marker).digest(),
         "SHA-256 of the lower case in hexadecimal":
             hashlib.sha256(marker.lower()).hexdigest().encode()}
os.mkdir(folder)
for name, form in forms.items():
    with open(os.path.join(folder, name), "wb") as out:
        out.write(b"before\0" + form + b"\nafter")
END
python3 "$helper" find "$box" "zammad /ticket/title" "control of the configuration" \
    "$database/data" "$database/log" "$last.out" "$work/forms" >"$work/found"
found_in() { # PATH WHAT
    check "a marker is found $2" grep -q "^${3:-zammad /ticket/title}: .* in $1" "$work/found"
}
found_in "$database/data/base" "as a dimension in the files of a database"
found_in "$database/data/pg_wal" "as a dimension in its log of changes"
found_in "$database/log" "as a dimension in the server's log"
found_in "$last.out" "as a dimension in the output"
for form in "$work"/forms/*; do
    found_in "$form" "as ${form##*/}" "control of the configuration"
done
finish
