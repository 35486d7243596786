#!/bin/bash
# What must never be kept is kept nowhere: every shipped source gets messages with markers in every
# field (see privacy.py), then every file of the database, its log and all that journeyd printed are
# searched for them.
#
# The database is a server of the test's own, so that it can be stopped and its files hold nothing
# else. It logs every statement with all its parameters: what journeyd sent is in the log, whatever
# compression hides in the tables. One marker is stored as a branch on purpose: a search that does
# not find it finds nothing.
# Runs alone: the shipped sources read every topic of theirs, those of other scripts too.
. "$(dirname "$0")/lib.sh"

helper=$root/tests/e2e/privacy.py
box=$work/box       # messages and markers
output=$work/output # what journeyd printed
database=$(mktemp -d /tmp/journeyd-privacy.XXXXXX)
pg_bin=${JOURNEYD_TEST_PG_BIN:-$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")}
mkdir -p "$box" "$output"

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

# Runs journeyd and keeps all that it prints.
n=0
j() { # ARGUMENTS...
    n=$((n + 1))
    local file
    file=$output/$(printf '%03d' $n).$1
    "$JOURNEYD" "$@" >"$file.out" 2>"$file.err" </dev/null
    local code=$?
    last=$file
    return $code
}
runs() { # WHAT ARGUMENTS...
    local what=$1
    shift
    if j "$@"; then ok "$what"; else bad "$what" "$(tail -n 2 "$last.err")"; fi
}

python3 "$helper" make "$box" >"$work/n_markers"
check "there are thousands of markers" test "$(cat "$work/n_markers")" -gt 3000
create_database
c=$(configuration journeyd.yaml 30m)
again=$(configuration again.yaml 45m)
sources=(plain folio-loan folio-request folio-users web zammad koha-statistics ezproxy snowplow)
is "every shipped source is fed" \
    "$(printf '%s.yaml\n' "${sources[@]}" | sort)" "$(cd "$root/deploy/sources" && ls -- *.yaml)"

# ---- everything journeyd does with messages and with what it keeps of them ----
runs "validate" validate -c "$c"
j validate -c "$c" --connect
runs "schema apply" schema apply -c "$c"
for source in "${sources[@]}"; do
    runs "tap $source" tap -c "$c" --source "$source" "$box/$source.ndjson"
    runs "tap --json $source" tap -c "$c" --source "$source" --json "$box/$source.ndjson"
    runs "replay $source" replay -c "$c" --source "$source" "$box/$source.ndjson"
    runs "replay $source again, of another source" replay -c "$c" --source plain \
        "$box/$source.ndjson"
done
runs "tap of a dump" tap -c "$c" "$box/dump.ndjson"
runs "replay of a dump" replay -c "$c" --json --batch 100 "$box/dump.ndjson"

# The same from Kafka, with keys and headers.
topic=plain.$run_id
topic "$topic" 1
head -n 40 "$box/plain.ndjson" | sed "s/^/$(cat "$box/control")\t/" >"$work/keyed"
kcat -P -b "$JOURNEYD_TEST_BROKERS" -t "$topic" -K '\t' -H "token=$(cat "$box/password")" \
    -l "$work/keyed" 2>>"$work/kcat.log"
sed -i 's/ *properties: .*/  properties: {}/' "$c" "$again"
runs "run --drain" run -c "$c" --drain
runs "tap --topic" tap -c "$c" --topic "$topic" --json
read_there=$(sql journeys "select sum(next_offset) from journey_internal.kafka_offset")
is "messages of Kafka were read" "$read_there" 40

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
check "other settings are refused" eval '! j status -c "$again" || ! j replay -c "$again" \
    --source plain "$box/plain.ndjson"'
runs "rebuild" rebuild -c "$again"
runs "verify after rebuild" verify -c "$again"

check "events were stored" test "$(sql journeys 'select count(*) from journey.event')" -gt 60
is "of every source" "$(sql journeys "select count(distinct source) from journey.event")" 9
check "messages were refused" test \
    "$(sql journeys 'select count(*) from journey.quarantine')" -gt 100
is "for every reason" "$(sql journeys "select string_agg(distinct reason, ' ' order by reason)
    from journey.quarantine")" \
    'future initiator malformed no_key too_old touchpoint two_persons'

# ---- the search ----
# Every row as text too: large values are compressed in their files.
as_postgres "$pg_bin/pg_dump" -h "$database" -U postgres --inserts journeys >"$work/rows.sql"
check "all rows are there to be searched" grep -q 'INSERT INTO journey_internal.timeline' \
    "$work/rows.sql"
sql postgres checkpoint
pg -m fast stop
check "the server is stopped" test ! -e "$database/data/postmaster.pid"

search() { python3 "$helper" search "$box" "$@"; }
search "$database/data" "$database/log" "$work/rows.sql" "$output" >"$work/found"
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
nothing_in "$output" "what journeyd printed"
is "nothing is found" "$(wc -l <"$work/found")" 0
check "the log has the parameters" grep -q '[Pp]arameters:.*\$1 = ' "$database/log"
check "the output is there" test "$(cat "$output"/* | wc -c)" -gt 100000

# ---- the search finds what there is ----
pg -l "$database/log" start
control=$(cat "$box/control")
cat >"$work/control.ndjson" <<END
{"id":"control","time":"2026-03-01T10:00:00Z","touchpoint":"discover.search","keys":{"card":"c"},
"dimensions":{"branch":"$control"}}
END
tr -d '\n' <"$work/control.ndjson" >"$work/control"
runs "a marker as a branch" replay -c "$again" --source plain "$work/control"
j tap -c "$again" --source plain "$work/control"
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
search "$database/data" "$database/log" "$last.out" "$work/forms" >"$work/found"
found_in() { # PATH WHAT
    check "a marker is found $2" grep -q "^control of the configuration: .* in $1" "$work/found"
}
found_in "$database/data/base" "as a branch in the files of a database"
found_in "$database/data/pg_wal" "as a branch in its log of changes"
found_in "$database/log" "as a branch in the server's log"
found_in "$last.out" "as a branch in the output"
for form in "$work"/forms/*; do
    found_in "$form" "as ${form##*/}"
done
finish
