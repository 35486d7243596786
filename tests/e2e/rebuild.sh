#!/bin/bash
# rebuild: what is stored is counted again with changed settings, and then it is what a fresh
# database would hold that had them from the beginning. What decides keys cannot be changed so.
. "$(dirname "$0")/lib.sh"

# Whole minutes, so that many times are equal and the order of the vocabulary matters.
events --events 900 --customers 40 --days 90 | sed -E 's/:[0-9]{2}\.[0-9]{6}Z/:00Z/' >"$work/events"
# An e-mail between a card and a web account: two partners, more than max_aliases of 1 allows.
for keys in '"card":"c1","email":"c1@x"' '"email":"c1@x","web.user":"u1"' \
    '"web.user":"u1"'; do
    printf '{"id":"u%d","time":"2026-01-09T10:00:00Z","touchpoint":"discover.search","keys":{%s}}\n' \
        ${#keys} "$keys"
done >"$work/aliases"
sed -i -e "1{r $work/aliases" -e '}' "$work/events"
n=$(($(wc -l <"$work/events") * 2 / 3))
head -n "$n" "$work/events" >"$work/first"
tail -n "+$((n + 1))" "$work/events" >"$work/second"
cp "$root/deploy/vocabulary.yaml" "$work/vocabulary.yaml"

# settings DATABASE NAME [SED...]: the configuration of lib.sh with changes; those that begin with
# "scenarios " or "vocabulary " are made to these files.
settings() {
    local database=$1 name=$2 file=$work/$1.$2.settings.yaml args=() change
    shift 2
    cp "$work/vocabulary.yaml" "$work/$name.vocabulary.yaml"
    scenarios >"$work/$name.scenarios.yaml"
    for change in "$@"; do
        case $change in
        'scenarios '*) sed -E -i "${change#* }" "$work/$name.scenarios.yaml" ;;
        'vocabulary '*) sed -E -i "${change#* }" "$work/$name.vocabulary.yaml" ;;
        *) args+=(-e "$change") ;;
        esac
    done
    sed -E -e "s|^vocabulary:.*|vocabulary: $name.vocabulary.yaml|" \
        -e "s|^scenarios:.*|scenarios: $name.scenarios.yaml|" "${args[@]}" \
        "$(config "$database" rebuild)" >"$file"
    echo "$file"
}
replay() { # CONFIG FILE
    "$JOURNEYD" replay -c "$1" --source plain --quiet "$2" >>"$work/replay.log" 2>&1 ||
        bad "replay with $1" "$(tail -n 2 "$work/replay.log")"
}
fresh() { # DATABASE
    sql postgres "drop database if exists $1 with (force)"
    sql postgres "create database $1 ${2:+template $2}"
}

# ---- each setting on its own, then all at once ----
fresh e2e_rebuild_empty
"$JOURNEYD" schema apply -c "$(settings e2e_rebuild_empty base)" >"$work/schema.log" 2>&1 ||
    bad "schema apply"
fresh e2e_rebuild_base e2e_rebuild_empty
base=$(settings e2e_rebuild_base base)
replay "$base" "$work/first"
truth=$(digest_of "$base")

same='(nothing)'
changes=(
    "$same"
    's/^sessions:.*/sessions: {gap: 7m}/'
    's/^sessions:.*/sessions: {gap: 30m, max_day_events: 3}/'
    '$a journeys: {segment_by: branch}'
    '$a journeys: {max_path: 2}'
    's/Europe\/Berlin/Pacific\/Auckland/'
    '/^identity:/a \  login_ttl: 10m'
    '/^identity:/a \  stitch_back: 1h'
    '/^identity:/a \  max_aliases: 1'
    '/^identity:/a \  kiosks: ["web.anon:d1", "web.anon:d2", "web.anon:nobody"]'
    '/^identity:/a \  exclude: ["card:1001", "card:1002", "card:nobody"]'
    'scenarios s/patience: 30d/patience: 2d/'
    'scenarios s/request.hold_ready: 14d/request.hold_ready: 0s/'
    'scenarios s/deadline: 4h/deadline: 6m/'
    'scenarios s/^  fail: \[discover.*/  steps: [discover.search_no_result, discover.page_viewed]/'
    'scenarios /name: ready/d'
    'scenarios s/^- name: find/- name: look_for/'
    'vocabulary /code: discover.search,/{h;d};/code: discover.saved_to_list/{G}'
    'vocabulary s/(label: [A-Z])/\1x/'
)

# Counted again with these changes; what is published stays, and what comes is counted alike.
counted_again() { # NAME WHAT CHANGE...
    local name=$1 what=$2 old new wanted got
    shift 2
    [ "$1" != "$same" ] || shift
    fresh "e2e_rebuild_$name" e2e_rebuild_base
    fresh "e2e_rebuild_${name}_fresh" e2e_rebuild_empty
    old=$(settings "e2e_rebuild_$name" "$name.old")
    new=$(settings "e2e_rebuild_$name" "$name" "$@")
    if ! "$JOURNEYD" rebuild -c "$new" --quiet >"$work/rebuild.log" 2>&1; then
        bad "$what: rebuild" "$(tail -n 2 "$work/rebuild.log")"
        return
    fi
    wanted=$(settings "e2e_rebuild_${name}_fresh" "$name" "$@")
    replay "$wanted" "$work/first"
    got=$(digest_of "$new")
    is "$what: as in a fresh database" "$got" "$(digest_of "$wanted")"
    sound "$what" "e2e_rebuild_$name" "$new"
    replay "$new" "$work/second"
    replay "$wanted" "$work/second"
    is "$what: and so with more messages" "$(digest_of "$new")" "$(digest_of "$wanted")"
    if [ "$#" -gt 0 ] && [[ $1 != *label:* ]]; then
        check "$what: it makes a difference" test "$got" != "$truth"
        "$JOURNEYD" replay -c "$old" --source plain --quiet "$work/first" >"$work/old.log" 2>&1
        is "$what: the old settings are refused" $? 78
    fi
    sql postgres "drop database e2e_rebuild_$name"
    sql postgres "drop database e2e_rebuild_${name}_fresh"
}
i=0
for change in "${changes[@]}"; do
    i=$((i + 1))
    counted_again "$i" "$change" "$change"
done
counted_again all "all at once" \
    's/^sessions:.*/sessions: {gap: 7m, max_day_events: 20}/' \
    '$a journeys: {segment_by: branch, max_path: 3}' 's/Europe\/Berlin/Pacific\/Auckland/' \
    '/^identity:/a \  kiosks: ["web.anon:d1"]' '/^identity:/a \  exclude: ["card:1001"]' \
    '/^identity:/a \  login_ttl: 10m' '/^identity:/a \  max_aliases: 2' \
    'scenarios s/patience: 30d/patience: 2d/' 'scenarios s/^- name: find/- name: look_for/' \
    'vocabulary /code: discover.search,/{h;d};/code: discover.saved_to_list/{G}'

# There and back again is where it was.
fresh e2e_rebuild_back e2e_rebuild_base
there=$(settings e2e_rebuild_back there '$a journeys: {segment_by: branch}' \
    's/^sessions:.*/sessions: {gap: 7m}/')
back=$(settings e2e_rebuild_back back)
"$JOURNEYD" rebuild -c "$there" >"$work/rebuild.log" 2>&1
"$JOURNEYD" rebuild -c "$back" >>"$work/rebuild.log" 2>&1
is "there and back again" "$(digest_of "$back")" "$truth"

# ---- what is refused, by name, with what to do ----
refused() { # WHAT SETTING HINT CODE COMMAND...
    local what=$1 setting=$2 hint=$3 code=$4
    shift 4
    "$JOURNEYD" "$@" >"$work/refused.log" 2>&1
    is "$what: exit code" $? "$code"
    check "$what: names $setting" grep -q "$setting" "$work/refused.log"
    check "$what: says $hint" grep -q "$hint" "$work/refused.log"
    is "$what: in one line" "$(wc -l <"$work/refused.log")" 1
}
gap=$(settings e2e_rebuild_base gap 's/^sessions:.*/sessions: {gap: 7m}/')
refused "replay with another gap" sessions.gap 'journeyd rebuild' 78 \
    replay -c "$gap" --source plain --quiet "$work/first"
refused "run with another gap" sessions.gap 'journeyd rebuild' 78 run -c "$gap" --drain
patience=$(settings e2e_rebuild_base patience 'scenarios s/patience: 30d/patience: 2d/')
refused "replay with another patience" scenarios.hold 'journeyd rebuild' 78 \
    replay -c "$patience" --source plain --quiet "$work/first"
order=$(settings e2e_rebuild_base order 'vocabulary /code: join.registered,/{h;d};$G')
refused "replay with another order" vocabulary.order 'journeyd rebuild' 78 \
    replay -c "$order" --source plain --quiet "$work/first"

printf 'another secret, just as long as it was\n' >"$work/other_secret"
chmod 600 "$work/other_secret"
fixed=(
    'identity.secret:s/secret_file: secret/secret_file: other_secret/'
    'identity.namespaces:s/(name: hold, kind: )case/\1person/'
    'identity.namespaces:/name: loan, kind/a \    - {name: ticket, kind: case}'
    'identity.namespaces:s/\{name: card, kind: person\}/{name: card, kind: person, normalise: [lower]}/'
)
for change in "${fixed[@]}"; do
    args=("${change#*:}")
    [[ ${args[0]} != *'name: hold'* ]] || args+=('scenarios s/scope: hold/scope: loan/')
    c=$(settings e2e_rebuild_base fixed "${args[@]}")
    for command in replay rebuild; do
        more=()
        [ $command = rebuild ] || more=(--source plain --quiet "$work/first")
        refused "$command with ${change#*:}" "${change%%:*}" 'fresh database' 78 \
            "$command" -c "$c" "${more[@]}"
    done
done
is "what was refused changed nothing" "$(digest_of "$base")" "$truth"

# ---- running instances ----
topic "plain.$run_id" 2
produce "plain.$run_id" "$work/first" 0
fresh e2e_rebuild_run e2e_rebuild_empty
c=$(settings e2e_rebuild_run run 's/^watermark:.*/watermark: {idle_after: 1s}/')
start run run -c "$c"
running=$pid
until_true 60 at_least e2e_rebuild_run "$n"
is "an instance runs" "$(sql e2e_rebuild_run \
    'select sum(next_offset) from journey_internal.kafka_offset')" "$n"
epochs() { sql e2e_rebuild_run \
    'select part, epoch from journey_internal.kafka_offset order by part'; }
before=$(epochs)
c=$(settings e2e_rebuild_run rerun 's/^watermark:.*/watermark: {idle_after: 1s}/' \
    's/^sessions:.*/sessions: {gap: 7m}/')
"$JOURNEYD" rebuild -c "$c" --quiet >"$work/rebuild.log" 2>&1
is "rebuild beside a running instance" $? 0
is "epochs are raised" "$(epochs)" "$(awk -F '|' '{ print $1 "|" $2 + 1 }' <<<"$before")"
produce "plain.$run_id" "$work/second" 1
check "the instance stops" until_true 60 gone "$running"
if gone "$running"; then wait "$running"; else false; fi
is "as its settings are refused now" $? 78
check "and says which" says run 'sessions.gap'
is "it wrote nothing more" "$(sql e2e_rebuild_run \
    'select sum(next_offset) from journey_internal.kafka_offset')" "$n"
"$JOURNEYD" run -c "$c" --drain >"$work/drain.log" 2>&1
is "one with the new settings goes on" $? 0
is "with every message" "$(sql e2e_rebuild_run \
    'select sum(next_offset) from journey_internal.kafka_offset')" "$(wc -l <"$work/events")"
sound "after that" e2e_rebuild_run "$c"
finish
