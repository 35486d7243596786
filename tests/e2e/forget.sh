#!/bin/bash
# Forgetting: what is there before and after, what stays of others, that the same messages do not
# bring it back, and that forgetting first is forgetting last; beside two running instances too.
. "$(dirname "$0")/lib.sh"

settings='watermark: {allowed_disorder: 10m, idle_after: 1h, max_future_skew: 1s}'
database() { # NAME: empty, with these settings
    config "$1" "$1" "$settings" >/dev/null
    new_database "$1"
}
forget() { # DATABASE ARGUMENTS...
    "$JOURNEYD" forget -c "$(config "$1" "$1")" "${@:2}" >"$work/out" 2>"$work/err"
}
show() { # DATABASE KEY
    "$JOURNEYD" identity show -c "$(config "$1" "$1")" --key "$2" --json >"$work/out" 2>"$work/err"
}
json() { python3 -c "import json,sys; d=json.load(open('$work/out')); print($1)"; }
m() { # ID TIME TOUCHPOINT KEYS [MORE]
    printf '{"id":"%s","time":"2026-03-%sZ","touchpoint":"%s","keys":{%s}%s}\n' "$1" "$2" "$3" \
        "$4" "${5:-}"
}
feed() { # DATABASE: messages on standard input
    "$JOURNEYD" replay -c "$(config "$1" "$1")" --source plain --quiet - >"$work/feed.log" 2>&1 ||
        bad "replay" "$(tail -n 3 "$work/feed.log")"
}
tally() { # DATABASE COLUMN
    sql "$1" "select sum($2) from journey_internal.source_tally"
}
owners() { # DATABASE: events of the customers, the greatest first
    sql "$1" "select string_agg(kind || ' ' || event_count, ', ' order by event_count desc, kind)
        from journey.customer"
}
# The tombstones of a database, put into another one before it has read anything.
give_tombstones() { # FROM TO
    sql "$1" "copy (select k.ns_no, k.hash, t.from_us, t.to_us, t.is_strict
        from journey_internal.tombstone as t join journey_internal.key as k using (key_no))
        to stdout" >"$work/tombstones"
    psql -X -q -v ON_ERROR_STOP=1 -d "$server dbname=$2" <<END
create temporary table given (ns_no smallint, hash uuid, from_us bigint, to_us bigint, strict boolean);
\\copy given from '$work/tombstones'
insert into journey_internal.key (key_no, ns_no, hash, owner_no, is_forgotten)
    overriding system value
    select no, ns_no, hash, no, true from (
        select nextval('journey_internal.key_key_no_seq') as no, ns_no, hash
        from (select distinct ns_no, hash from given) as g) as k;
insert into journey_internal.tombstone (key_no, from_us, to_us, is_strict, act_no)
    select k.key_no, g.from_us, g.to_us, g.strict, 0
    from given as g join journey_internal.key as k using (ns_no, hash);
END
}

verified() { # WHAT DATABASE CONFIG: what `sound` is for, at a third of its time
    if "$JOURNEYD" verify -c "$3" >"$work/verify.log" 2>&1; then
        ok "$1: verify finds no difference"
    else
        bad "$1: verify finds no difference" "$(tail -n 20 "$work/verify.log")"
    fi
}

# ---- a small world: maria (card 7001) and ben (card 7002) on one computer
{
    m a1 02T09:00:00 discover.search '"web.anon":"pc"'
    m a2 02T09:10:00 discover.record_viewed '"web.anon":"pc","web.user":"maria"'
    m a3 02T09:20:00 discover.search '"web.anon":"pc"'
    m a4 03T10:00:00 request.hold_placed '"card":"7001"' ',"cases":{"hold":"H1"}'
    m a5 05T10:00:00 request.hold_ready '' ',"cases":{"hold":"H1"}'
    m a7 06T10:00:00 discover.page_viewed '"card":"7001","web.anon":"phone"' ',"fact":"logout"'
    m a8 06T09:00:00 discover.page_viewed '"web.anon":"phone"'
    echo '{"id":"a6","time":"2026-03-01T08:00:00Z","fact":"identity",
        "keys":{"card":"7001","email":"family@example.org","web.user":"maria"}}' | tr -d '\n'
    echo
    m b0 02T10:00:00 discover.search '"web.anon":"pc","web.user":"ben"'
    m b1 02T10:05:00 discover.search '"web.anon":"pc"'
    m b2 20T10:05:00 request.hold_placed '"card":"7002","web.user":"ben"' ',"cases":{"hold":"H2"}'
    m b3 21T10:05:00 discover.record_viewed '"card":"7002","email":"family@example.org"'
    m b4 28T10:05:00 request.hold_filled '' ',"cases":{"hold":"H2"}'
    m c0 02T22:00:00 discover.search '"web.anon":"pc"'
} >"$work/small"
database forget
c=$(config forget forget)
feed forget <"$work/small"
# a1 may have been either's, so it is the device's; nobody inherits it when one of them goes
is "at first" "$(owners forget)" 'person 6, person 6, device 1'
is "the e-mail is shared" "$(sql forget 'select rule from journey.shared_key')" several_customers
before=$(digest_of "$c")

forget forget --key card=7001 --dry-run --json
is "dry run: exit code" $? 0
is "dry run: shows before and after" "$(json "(d['before'], d['after'])")" \
    "({'events': 6, 'sessions': 5, 'journeys': 6}, {'events': 0, 'sessions': 0, 'journeys': 0})"
is "dry run: keeps nothing" "$(digest_of "$c") $(sql forget \
    'select count(*) from journey_internal.tombstone')" "$before 0"
forget forget --key card=7001
is "forget: exit code" $? 0
check "forget: shows before and after" grep -qE '^events +6 +0$' "$work/out"
check "forget: tells no value" bash -c "! grep -qE '7001|maria|family' '$work/out' '$work/err'"
is "only ben is left, with what was his" "$(owners forget)" 'person 6, device 1'
is "no event carries a key of hers" "$(sql forget "select count(*) from journey_internal.timeline as t
    join journey_internal.tombstone as x on true join journey_internal.key as k
    on k.key_no = x.key_no and k.hash = any (t.key_hash)
    where x.is_strict")" 0
is "nor a fact" "$(sql forget "select (select count(*) from journey_internal.alias as a
    join journey_internal.tombstone as t using (key_no) where t.is_strict)
    + (select count(*) from journey_internal.login_device as d join journey_internal.tombstone as t
    on t.key_no = d.key_no) + (select count(*) from journey_internal.case_fact as f
    join journey_internal.tombstone as t on t.key_no in (f.case_no, f.key_no) where t.is_strict)
    + (select count(*) from journey_internal.identity_message)")" 0
is "the e-mail is ben's alone now" "$(sql forget 'select count(*) from journey.shared_key')" 0
verified "forgotten" forget "$c"
after=$(digest_of "$c")
show forget card=7001
is "show tells that it is forgotten" "$(json "d['forgotten_until'] is not None")" True

# ---- the same messages again, and again
feed forget <"$work/small"
is "read again: nothing comes back" "$(digest_of "$c")" "$after"
is "read again: counted as skipped" "$(tally forget skipped)" 7
is "and by what reason" "$(sql forget "select reason, messages from journey.skipped
    where reason = 'forgotten' and rule is null")" 'forgotten|7'
is "read again: no key without a use" "$(sql forget "select count(*) from journey_internal.key
    where not is_forgotten and key_no not in (select customer_no from journey_internal.customer
    union select key_no from journey_internal.alias union select case_no
    from journey_internal.case_timeline union select device_no from journey_internal.login)")" 0
forget forget --key card=7001 --json
is "forget again: nothing to remove" "$? $(json "d['removed']['events']") $(digest_of "$c")" \
    "0 0 $after"
forget forget --key web.user=maria
is "by another key of hers: nothing to remove" "$(digest_of "$c")" "$after"
"$JOURNEYD" rebuild -c "$c" --quiet >/dev/null
is "rebuild keeps it" "$(digest_of "$c")" "$after"

# ---- forgetting first
database forget_first
give_tombstones forget forget_first
feed forget_first <"$work/small"
is "forgetting first and reading later: the same" \
    "$(digest_of "$(config forget_first forget_first)")" "$after"
verified "forgetting first" forget_first "$(config forget_first forget_first)"

# ---- a new start
sleep 2.5
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
printf '{"id":"n1","time":"%s","touchpoint":"discover.search","keys":{"card":"7001"}}\n' "$now" |
    feed forget
is "later events are a new start" "$(owners forget)" 'person 6, device 1, person 1'
verified "a new start" forget "$c"

# ---- a key that nobody had; bad input
forget forget --key card=8888
is "an unknown key: exit code" $? 0
check "an unknown key: says so" grep -q 'nothing is known of this key' "$work/out"
check "why the instant lies in the future" grep -qE 'before 20[^ ]* \(now \+ max_future_skew\) is not' "$work/out"
is "no hint at a card" "$(cat "$work/err")" ''
forget forget --key card=0e5f3c1a-6ab3-5d0c-9f6e-3f2b8f0c9d11 --dry-run
is "an id of the views: a hint" "$? $(cat "$work/err")" \
    "0 hint: it looks like an id of the views; a key's own value is wanted"
m d1 05T09:00:00 discover.search '"card":"8888","web.anon":"other"' | feed forget
is "and stays away" "$(owners forget)" 'person 6, device 1, person 1'
is "with what came along" "$(sql forget "select count(*) from journey_internal.key as k
    join journey_internal.namespace as n using (ns_no) where n.name = 'web.anon'")" 2
forget forget --key card=8888
check "again: nothing is known but that" grep -q 'known of this key but that it was forgotten' "$work/out"
"$JOURNEYD" opt-out add -c "$c" --key card=8889 >"$work/out" 2>&1
forget forget --key card=8889 --json
is "one that opted out: nothing more is done" "$(json "(d['is_known'], d['was_forgotten'],
    d['tombstones'], d['until'] > '2026', d['before'] == d['after'])")" '(False, True, 0, True, True)'
refused() { # WHAT PATTERN ARGUMENTS...
    forget forget "${@:3}"
    is "$1: exit code" $? 2
    check "$1: says it" grep -q -- "$2" "$work/err"
    check "$1: tells nothing of it" bash -c "! grep -qE 'secret7|7001' '$work/err' '$work/out'"
}
refused "no key" 'say --key'
refused "a key as an argument" 'told with --key' --key card=7001 secret7
refused "no case" 'wants a key of a case' --case card=secret7
refused "a case as a key" "this key is a case's: say it with --case" --key hold=secret7
refused "a key and a case" 'say --key or --case, one a time' --key card=7001 --case hold=secret7
is "neither of them was forgotten" "$(owners forget)" 'person 6, device 1, person 1'
refused "twice" 'say --key once' --key card=secret7 --key card=7001

# ---- a case
forget forget --case hold=H2 --json
is "a case: its events go" "$(json "(d['before']['events'], d['after']['events'])") $(owners forget)" \
    '(2, 0) person 3, device 1, person 1, person 1' # its first step alone tied web account and card
verified "a case" forget "$c"
feed forget <"$work/small"
is "a case stays away" "$(owners forget)" 'person 3, device 1, person 1, person 1'
printf 'email=family@example.org\n' >"$work/key"
forget forget --key - <"$work/key"
is "by an e-mail: who else has it" "$(owners forget)" 'person 3, device 1, person 1'
is "who did it is told" "$(sql forget "select count(*) > 5, count(*) filter (where action <> 'forget') = 1,
    min(os_user) = '$(id -un)' from journey.operator_act")" 't|t|t'

# ---- beside two running instances
events --events 2000 --customers 40 >"$work/events"
head -n 1000 "$work/events" >"$work/first"
tail -n +1001 "$work/events" >"$work/second"
topic "plain.$run_id" 4
database forget_live
c=$(config forget_live forget_live)
start one run -c "$c"
one=$pid
start two run -c "$c"
two=$pid
produce_spread "plain.$run_id" "$work/first" 4
check "the first half is read" until_true 30 at_least forget_live 1000
in_cells() { sql forget_live "select sum(journeys) from journey.scenario_day"; }
say "# journeys in cells before: $(in_cells)"
produce_spread "plain.$run_id" "$work/second" 4 &
for card in 1003 1004 1005; do
    forget forget_live --key card=$card || bad "forget" "$(cat "$work/err")"
done
forget forget_live --case hold=h7
wait $!
check "the second half is read" until_true 30 at_least forget_live 2000
sound "two instances run" forget_live "$c"
say "# journeys in cells after: $(in_cells)"
kill -TERM "$one" "$two"
wait "$one" "$two"
drain "$c"
live=$(digest_of "$c")
database forget_replayed
give_tombstones forget_live forget_replayed
feed forget_replayed <"$work/events"
is "forgotten between the messages = forgotten before them" \
    "$(digest_of "$(config forget_replayed forget_replayed)")" "$live"
for part in 0 1 2 3; do
    "$JOURNEYD" offsets set -c "$c" "plain.$run_id" $part 0 >/dev/null
done
drain "$c"
is "a replay from offset 0 brings nothing back" "$(digest_of "$c")" "$live"
verified "after the replay" forget_live "$c"

# ---- killed while it waits for a lock, and made again
sql forget_live "select k.hash from journey_internal.key as k limit 1" >/dev/null
PGAPPNAME=holder psql -X -q -d "$server dbname=forget_live" -c \
    "begin; select count(*) from (select from journey_internal.key for update) as k; select pg_sleep(3)" \
    >/dev/null 2>&1 &
children+=("$!")
sleep 1
start killed forget -c "$c" --key card=1006
sleep 0.5
kill -KILL "$pid"
wait "$pid" 2>/dev/null
forget forget_live --key card=1006 --json
is "made again after a kill" "$? $(json "d['after']['events']")" '0 0'
verified "made again" forget_live "$c"
finish
