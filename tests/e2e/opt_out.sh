#!/bin/bash
# People of whom nothing is kept: the opt-out list, for the past, for what is read again and for what
# comes, until it ends; groups of customers (minors) that are not even accepted.
. "$(dirname "$0")/lib.sh"

settings='watermark: {allowed_disorder: 10m, idle_after: 1h, max_future_skew: 1s}'
c=$(config opt_out opt_out "$settings")
new_database opt_out
m() { # ID TIME TOUCHPOINT KEYS [MORE]
    printf '{"id":"%s","time":"%sZ","touchpoint":"%s","keys":{%s}%s}\n' "$1" "$2" "$3" "$4" \
        "${5:-}"
}
now() { date -u +%Y-%m-%dT%H:%M:%S.%6N; }
feed() {
    "$JOURNEYD" replay -c "$c" --source plain --quiet - >"$work/feed.log" 2>&1 ||
        bad "replay" "$(tail -n 3 "$work/feed.log")"
}
opt_out() { # ARGUMENTS...
    "$JOURNEYD" opt-out "$1" -c "$c" "${@:2}" >"$work/out" 2>"$work/err"
}
json() { python3 -c "import json; d=json.load(open('$work/out')); print($1)"; }
owners() {
    sql opt_out "select string_agg(kind || ' ' || event_count, ', ' order by event_count desc, kind)
        from journey.customer"
}
tally() { sql opt_out "select sum($1) from journey_internal.source_tally"; }

# ---- maria (card 7001) and ben (card 7002)
world() {
    m a1 2026-03-02T09:00:00 discover.search '"web.anon":"pc"'
    m a2 2026-03-02T09:10:00 discover.record_viewed '"web.anon":"pc","web.user":"maria"'
    m a4 2026-03-03T10:00:00 request.hold_placed '"card":"7001"' ',"cases":{"hold":"H1"}'
    m a5 2026-03-05T10:00:00 request.hold_ready '' ',"cases":{"hold":"H1"}'
    echo '{"id":"i1","time":"2026-03-01T08:00:00Z","fact":"identity","keys":{"card":"7001","web.user":"maria"}}'
    m b1 2026-03-20T10:00:00 discover.search '"web.anon":"pc","web.user":"ben"'
    m b2 2026-03-20T10:05:00 discover.record_viewed '"card":"7002","web.user":"ben"'
    m s1 2026-03-21T10:00:00 discover.search '"card":"7002","email":"house@example.org"'
    m s2 2026-03-21T10:00:00 discover.search '"card":"7003","email":"house@example.org"'
}
world | feed
is "owners at first" "$(owners)" 'person 4, person 3, person 1'
opt_out add --key card=7001 --json
is "add: exit code, and what it removed" \
    "$? $(json "(d['is_known'], d['events_removed'])")" '0 (True, 4)'
is "the past is gone, others' is not" "$(owners)" 'person 3, person 1'
after=$(digest_of "$c")
world | feed
is "the same messages again: skipped" "$(digest_of "$c") $(tally skipped)" "$after 5"
sleep 1.1
m n1 "$(now)" discover.search '"card":"7001"' | feed
m n2 "$(now)" request.hold_filled '' ',"cases":{"hold":"H1"}' | feed
m n3 "$(now)" discover.search '"web.anon":"phone","web.user":"maria"' | feed
echo '{"id":"i2","time":"'"$(now)"'Z","fact":"identity","keys":{"card":"7001","email":"new@example.org"}}' | feed
is "what comes: skipped, by each of her keys" "$(digest_of "$c") $(tally skipped)" "$after 9"
m n4 "$(now)" discover.search '"card":"7002"' | feed
is "others' is kept" "$(owners)" 'person 4, person 1'
is "no new fact names her" "$(sql opt_out "select count(*) from journey_internal.alias as a
    join journey_internal.tombstone as t on t.key_no in (a.key_no, a.partner_no)")" 0
opt_out add --key web.user=maria
is "again, by another key: nothing happens" "$? $(cat "$work/out")" \
    '0 it is on the list already; nothing was changed'
"$JOURNEYD" identity show -c "$c" --key card=7001 --json >"$work/out"
is "identity show tells it" "$(json "d['is_opted_out']")" True
"$JOURNEYD" export-person -c "$c" --key card=7001 --json >"$work/out"
is "the export tells it" "$(json "({t['is_opted_out'] for t in d['tombstone']}, len(d['event']))")" \
    '({True}, 0)'
opt_out add --key card=nobody7 --json
is "a key that was never met is remembered" "$? $(json "d['is_known']")" '0 False'
opt_out add --key card=nobody8
is "and it is said that the person may have others" "$? $(tail -n 1 "$work/out")" \
    "0 only this key is known: add the person's other keys too"
opt_out remove --key card=nobody8
check "remove says from when on" \
    grep -qE 'from 20[^ ]* \(now \+ max_future_skew\) on is kept' "$work/out"
sleep 1.1
m n5 "$(now)" discover.search '"card":"nobody7"' | feed
is "and nothing of it is kept" "$(owners)" 'person 4, person 1'
opt_out list --json
is "list" "$(json "[(e['namespace'], e['keys'], e['cases']) for e in d]")" \
    "[('card', 2, 1), ('card', 1, 0)]"
opt_out list
is "list: a line each" "$(grep -c ' card  .* by .*(' "$work/out")" 2
"$JOURNEYD" forget -c "$c" --key card=7001 >"$work/out" 2>&1
is "a forget does not end it" "$(sql opt_out "select count(*) from journey_internal.tombstone
    where key_no in (select key_no from journey_internal.key where is_forgotten)
      and to_us = 1152921504606846976")" 4
"$JOURNEYD" verify -c "$c" >"$work/verify.log" 2>&1
is "opted out: verify finds no difference" $? 0

# ---- the end of it
opt_out remove --key web.user=maria
is "remove, by another of the keys" $? 0
m n6 "$(now)" discover.search '"card":"7001"' | feed
sleep 1.1
world | feed
is "the past stays forgotten" "$(owners)" 'person 4, person 1'
m n7 "$(now)" discover.search '"card":"7001"' | feed
m n8 "$(now)" request.hold_filled '' ',"cases":{"hold":"H1"}' | feed
is "what comes is kept" "$(owners)" 'person 4, case 1, person 1, person 1'
opt_out remove --key card=7001
is "remove what is not on the list: exit code" $? 1
check "and says so" grep -q 'it is not on the list; nothing was changed' "$work/err"
is "who did it" "$(sql opt_out "select string_agg(action, ' ' order by acted_at)
    from journey.operator_act where action like 'opt%'")" \
    'opt_out opt_out opt_out opt_in opt_in'

# ---- what two entries need
m h1 2026-03-22T10:00:00 request.hold_placed '"card":"7101"' ',"cases":{"hold":"H9"}' | feed
opt_out add --key card=7101
m h2 "$(now)" request.hold_placed '"card":"7102"' ',"cases":{"hold":"H9"}' | feed
opt_out add --key card=7102
sleep 1.1
on_list() { opt_out list --json && json "[(e['keys'], e['cases']) for e in d][-$1:]"; }
is "both entries tell the hold" "$(on_list 2)" '[(1, 1), (1, 1)]'
opt_out remove --key card=7101
is "one of them ends" "$? $(on_list 1)" '0 [(1, 1)]'
sleep 1.1
before=$(digest_of "$c")
m h3 "$(now)" request.hold_ready '' ',"cases":{"hold":"H9"}' | feed
is "the hold is still the other's" "$(digest_of "$c")" "$before"
m h4 "$(now)" discover.search '"card":"7101"' | feed
check "who came back is kept" test "$(digest_of "$c")" != "$before"
opt_out remove --key card=7102
sleep 1.1
before=$(digest_of "$c")
m h5 "$(now)" request.hold_ready '' ',"cases":{"hold":"H9"}' | feed
check "with the last of them the hold is free" test "$(digest_of "$c")" != "$before"

# ---- remove beside others: settings that change meanwhile, a COMMIT that is not answered
proxy_dir=$(mktemp -d /tmp/journeyd-proxy.XXXXXX)
trap 'rm -rf "$proxy_dir"; cleanup' EXIT
server_dir=$(sed 's/.*host=\([^ ]*\).*/\1/' <<<"$server")
python3 "$root/tests/fault/pg_proxy.py" "$proxy_dir" "$server_dir" "$work/mode" &
children+=($!)
until_true 5 test -S "$proxy_dir/.s.PGSQL.5432"
sed "s|host=[^ ]* |host=$proxy_dir |" "$c" >"$work/proxy.yaml"
mkfifo "$work/holder"
watermark_lock=$((0x6a6e02))
remove_while() { # CONFIG STATEMENT: remove waits for a sweep, which then does the statement
    psql -X -q -d "$server dbname=opt_out" <"$work/holder" >"$work/holder.log" 2>&1 &
    children+=($!)
    exec 5>"$work/holder"
    echo "begin; select pg_advisory_xact_lock($watermark_lock, 0);" >&5
    until_true 10 lock_is t
    "$JOURNEYD" opt-out remove -c "$1" --key card=7103 >"$work/out" 2>"$work/err" &
    local remover=$!
    until_true 10 lock_is f
    echo "${3:-}" >"$work/mode"
    echo "$2; commit;" >&5
    exec 5>&-
    wait "$remover"
}
lock_is() { [ "$(sql opt_out "select count(*) from pg_locks where locktype = 'advisory' and classid = $watermark_lock
    and granted = '$1' and database = (select oid from pg_database where datname = 'opt_out')")" -gt 0 ]; }
opt_out add --key card=7103
secret=$(sql opt_out "select value from journey_internal.setting where name = 'identity.secret'")
remove_while "$c" "update journey_internal.setting set value = 'of another' where name = 'identity.secret'"
is "the secret changed before it: refused" "$? $(grep -c 'the secret is not the one' "$work/err")" '78 1'
sql opt_out "update journey_internal.setting set value = '$secret' where name = 'identity.secret'"
remove_while "$work/proxy.yaml" 'select 1' after
is "a COMMIT without an answer: it is done" "$? $(cut -d : -f 1 "$work/out")" '0 taken from the list'
is "once" "$(sql opt_out "select count(*) from journey.operator_act where action = 'opt_in'")" 5
is "and the cut connection was used" "$(cat "$work/mode")" ''

# ---- what is refused
refused() { # WHAT CODE PATTERN ARGUMENTS...
    opt_out "${@:4}"
    is "$1: exit code" $? "$2"
    check "$1: says it" grep -q -- "$3" "$work/err"
    check "$1: tells nothing of it" bash -c "! grep -qE 'secret7|house@' '$work/err'"
}
before=$(digest_of "$c")
refused "a shared key" 1 'several people share this key' add --key email=house@example.org
refused "a case" 2 'a case cannot opt out' add --key hold=secret7
refused "no key" 2 'with one --key' add
refused "two keys" 2 'with one --key' remove --key card=secret7 --key card=7002
refused "a key as an argument" 2 'say .opt-out add' add secret7
refused "a wrong namespace" 2 'no declared namespace' add --key secret7=7001
is "what was refused changed nothing" "$(digest_of "$c")" "$before"

# ---- groups of which nothing is stored
sed '$a privacy: {never_store_groups: [JUV, "7"]}' "$c" >"$work/groups.yaml"
plain=$c c=$work/groups.yaml
keys=$(sql opt_out 'select count(*) from journey_internal.key')
skipped=$(tally skipped)
{
    m g1 2026-04-01T10:00:00 discover.search '"card":"8001","web.anon":"tablet"' ',"dimensions":{"customer_group":"JUV"}'
    m g2 2026-04-01T10:01:00 discover.search '"card":"8002"' ',"dimensions":{"customer_group":7}'
    echo '{"id":"g3","time":"2026-04-01T10:02:00Z","fact":"identity","keys":{"card":"8001","email":"kid@example.org"},"dimensions":{"customer_group":"JUV"}}'
} >"$work/juv"
feed <"$work/juv"
is "messages of these groups are skipped" "$(($(tally skipped) - skipped))" 3
is "and told apart from others" "$(sql opt_out "select sum(messages) from journey.skipped
    where reason = 'group' and rule is not null")" 3
is "nothing of them is stored, no key either" \
    "$(sql opt_out 'select count(*) from journey_internal.key')" "$keys"
m g4 2026-04-01T10:03:00 discover.search '"card":"8003"' ',"dimensions":{"customer_group":"JUVENILE"}' | feed
is "another group is stored" "$(sql opt_out "select count(*) from journey.event
    where customer_group = 'JUVENILE'")" 1
is "tap says why" "$("$JOURNEYD" tap -c "$c" --source plain "$work/juv" 2>"$work/err" | grep -c 'skipped: group')" 3
c=$plain
feed <"$work/juv"
is "without the setting they are accepted" \
    "$(sql opt_out 'select count(*) from journey_internal.key')" "$((keys + 5))"
sed 's/never_store_groups: .*/never_store_groups: ["(x"]}/' "$work/groups.yaml" >"$work/wrong.yaml"
"$JOURNEYD" validate -c "$work/wrong.yaml" >"$work/out" 2>&1
is "a group that cannot be: exit code" $? 78
check "and says so" grep -q 'never_store_groups.*which no customer_group can be' "$work/out"
sound "at the end" opt_out "$plain"
finish
