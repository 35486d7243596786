#!/bin/bash
# What is held about one person, as export-person shows it: every section against the tables, every
# table of the database accounted for, nothing of anybody else, one moment, and who asked for it.
. "$(dirname "$0")/lib.sh"

new_database export
c=$(config export export)
m() { # ID TIME TOUCHPOINT KEYS [MORE]
    printf '{"id":"%s","time":"2026-03-%sZ","touchpoint":"%s","keys":{%s}%s}\n' "$1" "$2" "$3" \
        "$4" "${5:-}"
}
feed() {
    "$JOURNEYD" replay -c "$c" --source plain --quiet "$@" - >"$work/feed.log" 2>&1 ||
        bad "replay" "$(tail -n 3 "$work/feed.log")"
}
export_of() { # ARGUMENTS...: into $work/out
    "$JOURNEYD" export-person -c "$c" "$@" >"$work/out" 2>"$work/err"
}
json() { python3 -c "import json; d=json.load(open('$work/out')); print($1)"; }

# ---- maria (card 7001), ben (card 7002), a computer that both used, an address that both gave
{
    m a1 02T09:00:00 discover.search '"web.anon":"pc"'
    m a2 02T09:10:00 discover.record_viewed '"web.anon":"pc","web.user":"maria"'
    m a3 02T09:20:00 discover.search '"web.anon":"pc"'
    m a4 03T10:00:00 request.hold_placed '"card":"7001"' ',"cases":{"hold":"H1"}'
    m a5 05T10:00:00 request.hold_ready '' ',"cases":{"hold":"H1"}'
    m a6 06T10:00:00 discover.search '"card":"7001","email":"house@example.org"'
    m a7 07T10:00:00 discover.search '"card":"7001"' ',"dimensions":{"branch":"main"}'
    echo '{"id":"i1","time":"2026-03-01T08:00:00Z","fact":"identity","keys":{"card":"7001","web.user":"maria"}}'
    echo '{"id":"i2","time":"2026-03-02T09:30:00Z","fact":"logout","keys":{"web.anon":"pc"}}'
    m b1 20T10:00:00 discover.search '"web.anon":"pc","web.user":"ben"'
    m b2 20T10:05:00 discover.record_viewed '"card":"7002","web.user":"ben"'
    m b3 21T10:05:00 discover.record_viewed '"card":"7002","email":"house@example.org"'
    m b4 21T10:06:00 discover.record_viewed '"email":"house@example.org"'
    m b5 22T10:00:00 request.hold_placed '"card":"7002"' ',"cases":{"hold":"H2"}'
    echo '{"id":"i3","time":"2026-03-20T10:30:00Z","fact":"logout","keys":{"web.anon":"pc"}}'
    # one message with two cards: it is the least one's, and names the other one too
    m x1 23T10:00:00 discover.search '"card":"7003"'
    m x2 23T10:10:00 discover.search '"card":["7001","7003"]'
} | feed
export_of --key card=7001 --json
is "exit code" $? 0
customer=$(json "d['customer'][0]['customer_id']")
lines() { sql export "$1"; }
of="where customer_id = '$customer'"

# ---- each section
is "customer: as the view tells it" \
    "$(json "'|'.join(str(d['customer'][0][k]) for k in ('kind','event_count','session_count','journey_count'))")" \
    "$(lines "select kind, event_count, session_count, journey_count from journey.customer $of")"
is "key: card and web account" "$(json "','.join(k['namespace'] for k in d['key'])")" card,web.user
is "alias: to each other, and to the shared address" \
    "$(json "sorted((a['other_namespace'], a['other_is_shared']) for a in d['alias'])[1:]")" \
    "[('email', True), ('web.user', False)]"
is "device: when it was hers" "$(json "[(x['from_at'][:16], x['to_at'][:16]) for x in d['device']]")" \
    "[('2026-02-23T09:10', '2026-03-02T09:30')]"
is "login: hers" "$(json "[(x['logged_in_at'], len(x['keys'])) for x in d['login']]")" \
    "[('2026-03-02T09:10:00+00:00', 1)]"
is "logout: hers" "$(json "[x['logged_out_at'] for x in d['logout']]")" \
    "['2026-03-02T09:30:00+00:00']"
is "case: her hold" "$(json "[(x['namespace'], x['is_owned'], x['by_namespace']) for x in d['case']]")" \
    "[('hold', True, 'card')]"
is "event: all of hers" "$(json "sorted(x['event_id'] for x in d['event'])")" \
    "$(lines "select event_id from journey.event $of order by 1" |
        python3 -c 'import sys; print(sorted(sys.stdin.read().split()))')"
is "event: its keys" "$(json "[[k.split()[0] for k in x['keys']] for x in d['event']][:4]")" \
    "[['web.anon'], ['web.user', 'web.anon'], ['web.anon'], ['card', 'hold']]"
is "event: what is stored with it" "$(json "[x['branch'] for x in d['event'] if x['branch']]")" \
    "['main']"
is "case_event: hers and what nobody is named in" "$(json "len(d['case_event'])")" 2
other=$(lines "select count(*) from journey.event as e where e.occurred_at =
    '2026-03-23T10:10:00Z' and e.customer_id <> '$customer'")
is "other_event: what carries her card beside another one" "$(json "len(d['other_event'])")" "$other"
is "session" "$(json "sorted(x['session_id'] for x in d['session'])")" \
    "$(lines "select session_id from journey.session $of order by 1" |
        python3 -c 'import sys; print(sorted(sys.stdin.read().split()))')"
is "journey" "$(json "sorted(x['journey_id'] for x in d['journey'])")" \
    "$(lines "select journey_id from journey.journey $of order by 1" |
        python3 -c 'import sys; print(sorted(sys.stdin.read().split()))')"
is "journey_step" "$(json "len(d['journey_step'])")" \
    "$(lines "select sum(step_count) from journey.journey $of")"
is "identity_message: her record, her logout" \
    "$(json "[(x['is_logout'], len(x['keys'])) for x in d['identity_message']]")" \
    "[(False, 2), (True, 1)]"
is "nothing is forgotten or switched off" "$(json "(d['tombstone'], d['link_switch'])")" '([], [])'
is "no act but this one is not told yet" "$(json "d['operator_act']")" '[]'

# Ben's and hers together are all there is.
n=$(json "len(d['event'])")
export_of --key card=7002 --json
ben=$(json "len(d['event'])")
export_of --key card=7003 --json
is "every event is exactly one person's, or the shared address's" \
    "$((n + ben + $(json "len(d['event'])") + 1))" "$(lines 'select count(*) from journey.event')"
is "one of the two cards has the event, the other is told of it" \
    "$(($(json "len(d['other_event'])") + other))" 1
export_of --key email=house@example.org --json
is "a shared key: said so, and only what nobody better is named in" \
    "$(json "(d['is_shared'], d['customer'][0]['kind'], len(d['event']))")" "(True, 'shared', 1)"
export_of --key web.anon=pc --json
is "a device: only what nobody did on it" \
    "$(json "(d['customer'][0]['kind'], len(d['event']), d['login'])")" "('device', 0, [])"
export_of --key hold=H1 --json
is "a case: what nobody is named in, and its customer has" \
    "$(json "(d['customer'][0]['kind'], len(d['event']))")" "('case', 0)"

# ---- each table
export_of --key card=7001 --json
is "every table is in a section, or has a reason" "$(json "'\n'.join(sorted(d['tables']))")" \
    "$(lines "select c.relname from pg_class as c where c.relnamespace = 'journey_internal'::regnamespace
        and c.relkind in ('r', 'p') and not c.relispartition order by c.relname collate \"C\"")"
is "each section that is named is there" \
    "$(json "[t for t, w in d['tables'].items() if w.get('section', 'key') not in d]")" '[]'
is "no table that names a customer or a key is without" "$(lines "select string_agg(distinct table_name, ' '
        order by table_name) from information_schema.columns as i
    join pg_class as c on c.oid = format('journey_internal.%I', i.table_name)::regclass
    where i.table_schema = 'journey_internal' and c.relkind in ('r', 'p') and not c.relispartition
      and column_name ~ '(key|customer|device|case|partner|owner|other)_no\$|hash|key_ids|customer_id'")" \
    "$(json "' '.join(sorted(t for t, w in d['tables'].items() if 'section' in w))")"
is "who exported" "$(lines "select count(*), count(distinct action), min(os_user) = '$(id -un)'
    from journey.operator_act")" '7|1|t'
is "and the person is told, of the times before, of the hold too" "$(json "[x['action'] for x in d['operator_act']]")" \
    "['export', 'export']"

# ---- text, and what is refused
export_of --key card=7001
check "text: a heading for each section" \
    test "$(grep -cE '^[a-z_]+: .* \([0-9]+\)$' "$work/out")" = 18
check "text: an event" grep -q '  event_id .*, occurred_at 2026-03-03T10:00:00+00:00, source plain, touchpoint request.hold_placed' \
    "$work/out"
check "text: what is not here, and why" grep -q '^  quarantine .*nothing tells whose they are' \
    "$work/out"
check "no value is told" bash -c "! grep -qiE '7001|maria|\bH1\b|house@' '$work/out' '$work/err'"
printf 'card=7001\n' | "$JOURNEYD" export-person -c "$c" --key - >"$work/out2"
is "a key from standard input" "$(grep -c . "$work/out2")" "$(($(grep -c . "$work/out") + 1))"
keys=$(lines 'select count(*) from journey_internal.key')
export_of --key card=secret7
is "a key nobody has: exit code" $? 0
check "a key nobody has: says so" grep -q '^nothing is held about whom this key names' "$work/out"
is "and it gets no row for being asked about" "$(lines 'select count(*) from journey_internal.key')" \
    "$keys"
export_of --key card=secret7 --json
is "a key nobody has: as JSON" "$(json "(d['is_known'], 'event' in d)")" '(False, False)'
for arguments in '' 'secret7' '--key secret7' '--key card=secret7 --key card=7001' '--key card=0'; do
    # shellcheck disable=SC2086 # words
    export_of $arguments
    is "refused, \"$arguments\": exit code" $? 2
    check "refused, \"$arguments\": tells nothing of it" bash -c "! grep -qE 'secret7|7001' '$work/err'"
done

# ---- one moment: what comes while it reads is not in it
holder="begin; lock table journey_internal.operator_act; select pg_sleep(2)"
PGAPPNAME=holder psql -X -q -d "$server dbname=export" -c "$holder" >/dev/null 2>&1 &
children+=("$!")
until_true 10 sql export "do \$\$ begin assert exists (select from pg_stat_activity
    where application_name = 'holder' and wait_event = 'PgSleep'); end \$\$"
"$JOURNEYD" export-person -c "$c" --key web.user=maria --json >"$work/out" 2>"$work/err" &
reader=$!
children+=("$reader")
until_true 10 sql export "do \$\$ begin assert exists (select from pg_locks as l
    where not l.granted and l.relation = 'journey_internal.operator_act'::regclass); end \$\$"
is "its arguments hold no key" \
    "$(tr '\0' '\n' <"/proc/$reader/cmdline" | grep -cE 'maria|web.user=')" 0
if [ "$(id -u)" -eq 0 ]; then # nobody else may look
    is "nor does its memory" \
        "$(python3 "$root/tests/e2e/memory.py" "$reader" maria 'Test Library')" 'Test Library'
fi
m a8 08T10:00:00 discover.search '"card":"7001"' | feed
is "an event came" "$(lines "select event_count from journey.customer $of")" "$((n + 1))"
wait "$reader"
is "it is in no part of what was being read" \
    "$(json "(d['customer'][0]['event_count'], len(d['event']))")" "($n, $n)"

# ---- after a forget
"$JOURNEYD" forget -c "$c" --key card=7001 >"$work/forget" 2>&1
export_of --key card=7001 --json
is "after a forget: nothing, and that it was forgotten" \
    "$(json "([s for s in d if isinstance(d[s], list) and d[s] and s not in
        ('customer', 'key', 'tombstone', 'operator_act')], len(d['tombstone']) > 0,
        d['operator_act'][-1]['action'])")" "([], True, 'forget')"
sound "at the end" export "$c"
finish
