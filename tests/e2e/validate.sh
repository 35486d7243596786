#!/bin/bash
# journeyd validate --connect: what Kafka and PostgreSQL lack is said, with what puts it right, and
# nothing is changed. The broker has a second listener whose user `reader` may what it was allowed.
. "$(dirname "$0")/lib.sh"

if [ -z "${JOURNEYD_TEST_BROKERS_SASL:-}" ]; then # that of an older tests/services/kafka still runs
    JOURNEYD_TEST_STATE=$work/server "$root/tests/services/kafka" start
    JOURNEYD_TEST_BROKERS=127.0.0.1:$(cat "$work/server/kafka/port")
    JOURNEYD_TEST_BROKERS_SASL=127.0.0.1:$(cat "$work/server/kafka/sasl_port")
fi
database=journeyd_$name
stranger=validate_$$
topic "plain.$run_id" 3
new_database "$database"
c=$(config "$database" "$database")

# validate CONFIG [ARGUMENTS...]: what it says is in $said, its exit code in $code
validate() {
    local c=$1
    shift
    said=$("$JOURNEYD" validate -c "$c" --connect "$@" 2>&1)
    code=$?
}
# ended WHAT CODE WORDS...: the last validate ended so, and says each of the words
ended() {
    local what=$1 wanted=$2 words
    shift 2
    is "$what: exit code" "$code" "$wanted"
    for words in "$@"; do
        case $said in
        *"$words"*) ok "$what: $words" ;;
        *) bad "$what: does not say: $words" "$said" ;;
        esac
    done
}
as() { # NAME [LINES]: a configuration with other lines
    config "$database" "$database.$1" "$2"
}

# ---- all is well ----

validate "$c"
ended "a fresh database" 0 "1 topics with 3 partitions" "topic plain.$run_id: source plain, 3 partitions" \
    "no settings yet: the first run writes these"
is "a fresh database: still without settings" \
    "$(sql "$database" 'select count(*) from journey_internal.setting')" 0
events --events 50 >"$work/events.ndjson"
produce "plain.$run_id" "$work/events.ndjson"
drain "$c" || bad "a first drain" "$(tail -n 3 "$work/drain.log")"
validate "$c" --strict
ended "after a run" 0 "settings as stored" "has 0 members"

# ---- PostgreSQL ----

k1=$(as k1 'sessions: {gap: 30m}')
echo 'privacy: {small_groups: 1}' >>"$k1"
validate "$k1"
ended "another k" 0 "warning: postgres.dsn: readers of the database are told by privacy.small_groups 10" \
    "makes it 1"
validate "$k1" --strict
ended "another k, --strict" 78
validate "$(as gap 'sessions: {gap: 31m}')"
ended "another gap" 78 "the database was counted with other settings (sessions.gap)" "journeyd rebuild"
(umask 077 && echo 'another secret, long enough' >"$work/other")
other=$(as secret 'sessions: {gap: 30m}')
sed -i 's/secret_file: secret/secret_file: other/' "$other"
validate "$other"
ended "another secret" 78 "identity.secret" "fresh database and replay"

sql "$database" "update journey_internal.schema_digest set digest = repeat('0', 64)"
validate "$c"
ended "functions of another build" 0 "warning: postgres.dsn: the functions and views are those of another build"
validate "$c" --strict
ended "functions of another build, --strict" 78
"$JOURNEYD" schema apply -c "$c" >/dev/null
sql "$database" "insert into journey_internal.migration (version, name) select max(version) + 1, 'x'
    from journey_internal.migration"
validate "$c"
ended "a newer schema" 78 "it is too old"
sql "$database" "delete from journey_internal.migration where name = 'x'"

sql postgres "drop role if exists $stranger"
sql postgres "create role $stranger login"
of_stranger=$(as stranger "postgres: {dsn: \"$(sed 's/user=[^ ]*//' <<<"$server") user=$stranger \
dbname=$database\"}")
validate "$of_stranger"
ended "no rights" 78 "($stranger) lacks rights: it is no member of journey_writer; an administrator \
should run: grant journey_writer to $stranger"
if [ "$(sql postgres 'show server_version_num')" -lt 160000 ]; then
    sql postgres "alter role $stranger noinherit; grant journey_writer to $stranger"
    puts_right="alter role $stranger inherit"
else
    sql postgres "grant journey_writer to $stranger with inherit false"
    puts_right="grant journey_writer to $stranger with inherit true"
fi
validate "$of_stranger"
ended "a member that does not inherit" 78 "does not inherit its rights; an administrator should run: $puts_right"
sql postgres "$puts_right"
validate "$of_stranger"
ended "what was said puts it right" 0
sql "$database" 'revoke insert on journey_internal.setting from journey_writer'
validate "$of_stranger"
ended "a right taken from the role" 78 "which lacks 1 of the rights it should have (insert on \
journey_internal.setting)" "schema apply"
sql postgres "create database ${database}_empty"
validate "$(config "${database}_empty" empty)"
ended "no schema" 78 "the database has no journeyd schema"
sql postgres "drop database ${database}_empty"
sql postgres "drop role $stranger"

# ---- Kafka ----

away="kafka: {brokers: \"127.0.0.1:9\"}
postgres: {dsn: \"host=/no/such/folder dbname=$database\"}"
sed 's/^topic: .*/topic: ^plain\\.no\\.such$/' "$work/sources.yaml" >"$work/nothing.yaml"
nothing=$(as nothing 'sessions: {gap: 30m}')
sed -i 's/sources: .*/sources: [nothing.yaml]/' "$nothing"
validate "$nothing"
ended "a topic that is not there" 0 'warning: topic: no topic of the brokers matches "^plain\.no\.such$"'
validate "$(as away "$away")"
ended "both away" 69 "away: no Kafka broker answers" "away: could not connect to postgresql"
validate "$(as misspelt "kafka: {brokers: \"127.0.0.1:9\", properties: {securty.protocol: ssl}}
postgres: {dsn: \"hots=/no dbname=$database\"}")"
ended "misspelt, told once" 78 'postgres.dsn: an option that libpq does not know' \
    'kafka.properties.securty.protocol: librdkafka has no such property; did you mean "security.protocol"?' \
    'not asked: the configuration has problems'
is "misspelt, told once: the place" "$(grep -cE '(postgres.dsn|kafka.properties): .*\1' <<<"$said")" 0

kcat -b "$JOURNEYD_TEST_BROKERS" -G "$database.$$" -X partition.assignment.strategy=range \
    "plain.$run_id" >/dev/null 2>&1 &
children+=($!)
is_joined() { # asks until the broker shows the member
    validate "$c"
    [ "$code" -ne 0 ]
}
until_true 20 is_joined
validate "$c"
ended "a group of another program" 78 'another program is in the group' 'share by "range"'
kill "${children[-1]}"

reader() { # PASSWORD GROUP
    as "reader.$1" "kafka: {brokers: \"$JOURNEYD_TEST_BROKERS_SASL\", group: \"$2\", properties: \
{security.protocol: sasl_plaintext, sasl.mechanism: PLAIN, sasl.username: reader, sasl.password: $1}}"
}
allow() { "$JOURNEYD_TEST_TOPIC" "$JOURNEYD_TEST_BROKERS" allow reader "$@" || bad "allow $*"; }
of_reader=$(reader reader "reader.$$")
validate "$of_reader"
ended "neither topic nor group" 78 "no topic of the brokers matches" \
    "the group \"reader.$$\" may not be used" "--add --allow-principal User:reader --operation Read \
--group reader.$$"
allow describe topic "plain.$run_id"
allow read group "reader.$$"
validate "$of_reader"
ended "a topic that may be seen, not read" 78 "the topic \"plain.$run_id\" may not be read" \
    "--operation Read --operation Describe --topic plain.$run_id"
is "a topic that may be seen, not read: one problem" "$(grep -c '^[^ ]*:[0-9]*:[0-9]*: ' <<<"$said")" 1
allow read topic "plain.$run_id"
validate "$of_reader" --strict
ended "both allowed" 0 "1 topics with 3 partitions"
validate "$(reader wrong "reader.$$")"
ended "a wrong password" 69 "Authentication failed"

finish
