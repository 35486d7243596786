#!/bin/bash
# Messages that say what is to be forgotten: a request for a person, for a hold, a loan that FOLIO
# made anonymous. Read by two instances of which one is killed, read again from the beginning, into
# another database, before and after what they are about: the tables are the same.
. "$(dirname "$0")/lib.sh"

run=${run_id//[^a-z0-9]/_}
requests=journeyd.forget.$run
loans=folio.$run.circulation.loan
log=folio.pub-sub.$run.LOG_RECORD.mod-pubsub-2.14.0

source_of() { # NAME TOPIC: a shipped source that reads this topic alone
    sed "s/^topic: .*/topic: ^${2//./\\\\.}\$/" "$root/deploy/sources/$1.yaml" >"$work/$1.yaml"
}
source_of forget "$requests"
source_of folio-loan "$loans"
source_of folio-log "$log"
{
    scenarios
    cat <<'END'
- name: loan
  label: Borrow and bring back
  scope: loan
  start: [borrow.checkout]
  goal: [return.checkin]
  patience: 120d
  deadline: 730d
END
} >"$work/all.yaml"
configure() { # DATABASE: empty, with these sources; its configuration
    local c
    c=$(config "$1" "$1" 'library: {name: Test Library, time_zone: Europe/Berlin, tenants: [diku]}')
    sed -i -e 's/^    - {name: card, kind: person}/    - {name: folio.user, kind: person}\n&/' \
        -e 's/^scenarios: .*/scenarios: all.yaml/' \
        -e 's/^sources: .*/sources: [sources.yaml, forget.yaml, folio-loan.yaml, folio-log.yaml]/' "$c"
    new_database "$1"
    echo "$c"
}
feed() { # CONFIG SOURCE FILE [ARGUMENTS...]
    "$JOURNEYD" replay -c "$1" --source "$2" --quiet "${@:4}" "$3" >"$work/feed.log" 2>&1 ||
        bad "replay of $2" "$(tail -n 3 "$work/feed.log")"
}
tally() { # DATABASE: read, accepted, duplicate of the source forget
    sql "$1" "select sum(read), sum(accepted), sum(duplicate) from journey_internal.source_tally
        where source = 'forget'"
}
left() { # DATABASE: events of the forgotten, of others
    sql "$1" "select count(*) filter (where n.name = 'card' and k.hash = any (t.key_hash)),
        count(distinct t.customer_no) > 10 from journey_internal.timeline as t
        left join journey_internal.tombstone as x on x.is_strict and x.spreads
        left join journey_internal.key as k on k.key_no = x.key_no
        left join journey_internal.namespace as n on n.ns_no = k.ns_no"
}

# ---- the world: forty customers; of them go three, by a card, and a hold of another
events --events 1200 --customers 40 >"$work/events"
head -n 600 "$work/events" >"$work/first"
tail -n +601 "$work/events" >"$work/second"
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
{
    printf '{"id":"r1","time":"%s","keys":{"card":"1003"}}\n' "$now"
    printf '{"id":"r2","time":"%s","keys":{"card":["1004","1005"]}}\n' "$now"
    printf '{"id":"r3","time":"%s","cases":{"hold":"h7"}}\n' "$now"
} >"$work/requests"

# ---- beside two instances, one of which is killed
topic "plain.$run_id" 4
topic "$requests" 2
topic "$loans" 1
topic "$log" 1
c=$(configure forget_topic)
start one run -c "$c"
one=$pid
start two run -c "$c"
two=$pid
produce_spread "plain.$run_id" "$work/first" 4
check "the first half is read" until_true 20 at_least forget_topic 600
produce_spread "plain.$run_id" "$work/second" 4 &
second=$!
head -n 2 "$work/requests" >"$work/requests.0"
tail -n 1 "$work/requests" >"$work/requests.1"
produce "$requests" "$work/requests.0" 0
produce "$requests" "$work/requests.1" 1
kill -KILL "$one"
wait "$second" "$one" 2>/dev/null
check "the other instance reads the rest" until_true 30 at_least forget_topic 1203
kill -TERM "$two"
wait "$two"
drain "$c"
live=$(digest_of "$c")
sound "forgotten while two instances run" forget_topic "$c"
is "nothing of them is left, others are there" "$(left forget_topic)" '0|t'
is "a request counts as accepted" "$(tally forget_topic)" '3|3|0'
is "each leaves a row that names the source and pseudonyms" "$(sql forget_topic "select os_user,
    action, count(distinct acted_at) > 0, count(*), count(key_id) from journey.operator_act
    group by 1, 2")" 'source forget|forget|t|4|4'

# ---- again
for part in 0 1 2 3; do
    "$JOURNEYD" offsets set -c "$c" "plain.$run_id" $part 0 >/dev/null
done
for part in 0 1; do
    "$JOURNEYD" offsets set -c "$c" "$requests" $part 0 >/dev/null
done
drain "$c"
is "read again from offset 0: nothing comes back" "$(digest_of "$c")" "$live"
is "a request that was carried out is a duplicate" "$(tally forget_topic)" '6|3|3'

# ---- the same topics into another database, and by files in other orders
c2=$(configure forget_topic_again)
drain "$c2"
is "the same topics into an empty database: the same tables" "$(digest_of "$c2")" "$live"
c3=$(configure forget_topic_first)
feed "$c3" forget "$work/requests"
feed "$c3" plain "$work/events" --batch 100
is "requests before what they are about: the same tables" "$(digest_of "$c3")" "$live"
c4=$(configure forget_topic_last)
tac "$work/events" >"$work/backwards"
feed "$c4" plain "$work/backwards"
before=$(sql forget_topic_last "select sum(journeys) from journey.scenario_day")
feed "$c4" forget "$work/requests"
is "requests after it, all backwards: the same tables" "$(digest_of "$c4")" "$live"
say "# journeys in cells: $before before, $(sql forget_topic_last "select sum(journeys)
    from journey.scenario_day") after"
check "status counts them" bash -c "'$JOURNEYD' status -c '$c4' | grep -qE '^ *forget +3 +3 +0'"

# ---- a loan that FOLIO made anonymous
loan() { # LOAN ACTION TIME [RETURNED]
    printf '{"id":"%s-%s","type":"%s","tenant":"diku","timestamp":1772359200000,"data":{"new":{"id":"%s","userId":"u1","action":"%s","loanDate":"2026-03-01T10:00:00.000Z","status":{"name":"Open"},"metadata":{"updatedDate":"%s"}%s}}}\n' \
        "$1" "$2" "$([ "$2" = checkedout ] && echo CREATED || echo UPDATED)" "$1" "$2" "$3" "${4:-}"
}
{
    for id in L1 L2; do
        loan $id checkedout 2026-03-01T10:00:00.000Z
        loan $id checkedin 2026-03-15T10:00:00.000Z \
            ',"returnDate":"2026-03-15T10:00:00.000Z","systemReturnDate":"2026-03-15T10:00:00.000Z"'
    done
} >"$work/loans"
printf '{"id":"a1","eventType":"LOG_RECORD","eventMetadata":{"tenantId":"diku"},"eventPayload":"%s"}\n' \
    '{\"logEventType\": \"LOAN\", \"payload\": {\"itemId\": \"i1\", \"action\": \"Anonymize\", \"date\": \"2026-03-20T10:10:41.610Z\", \"servicePointId\": \"s1\", \"loanId\": \"L1\"}}' \
    >"$work/log"
in_cells() { sql "$1" "select coalesce(sum(journeys), 0), coalesce(sum(completed), 0)
    from journey.scenario_day where scenario = 'loan'"; }
feed "$c4" folio-loan "$work/loans"
is "two loans are in the cells" "$(in_cells forget_topic_last)" '2|2'
feed "$c4" folio-log "$work/log"
is "an anonymised loan goes, the other loan of the customer stays" \
    "$(in_cells forget_topic_last) $(sql forget_topic_last "select count(*), count(distinct
    case_id) from journey.event_case where case_type = 'loan'") $(sql forget_topic_last \
    "select event_count from journey.customer where customer_id in
    (select customer_id from journey.journey where scenario = 'loan')")" '1|1 2|1 2'
"$JOURNEYD" verify -c "$c4" >"$work/verify.log" 2>&1
is "verify finds no difference" $? 0
feed "$c3" folio-log "$work/log"
feed "$c3" folio-loan "$work/loans"
is "anonymised before it was lent: the same tables" "$(digest_of "$c3")" "$(digest_of "$c4")"

# ---- deleted accounts, where the library wants them forgotten
for name in folio-users koha-borrowers; do
    sed -e '/name: deleted/,/^$/{/skip: true$/d;s/^    # \(fact\|id\|keys\):/    \1:/;/^    # /d}' \
        "$root/deploy/sources/$name.yaml" >"$work/$name.yaml"
    check "$name: the rule that is shipped as a comment loads" grep -q '^    fact: forget' \
        "$work/$name.yaml"
    sed -i "s/^sources: .*/sources: [$name.yaml]/; s/name: folio.user/name: koha.borrower, kind: \
person}\n    - {&/" "$c2"
    printf '{"before":{"borrowernumber":51,"email":"a@example.org"},"after":null,"source":{"ts_ms":1772442906800,"table":"borrowers"},"op":"d","id":"d1","type":"DELETED","tenant":"diku","timestamp":1772442906800,"data":{"old":{"id":"u1"}}}\n' >"$work/deleted"
    "$JOURNEYD" tap -c "$c2" --source "$name" "$work/deleted" >"$work/tap" 2>&1
    check "$name: a deleted account is forgotten then, by its own id alone" grep -qE \
        'identity.*  forget  (folio.user|koha.borrower):[0-9a-f-]+' "$work/tap"
    sed -i '/name: koha.borrower, kind: person}/d' "$c2"
done
finish
