#!/bin/bash
# Looking at whom a key names, and switching facts off and on: by hand on a small world, where each
# number is known, then beside two running instances, compared with a database that had the switches
# before it had the messages.
. "$(dirname "$0")/lib.sh"

# identity DATABASE ARGUMENTS...: its output in $work/out, what it says of errors in $work/err
identity() {
    local c
    c=$(config "$1" "$1")
    "$JOURNEYD" identity "$2" -c "$c" "${@:3}" >"$work/out" 2>"$work/err"
}
m() { # ID TIME TOUCHPOINT KEYS [MORE]
    printf '{"id":"%s","time":"2026-03-%sZ","touchpoint":"%s","keys":{%s}%s}\n' "$1" "$2" "$3" \
        "$4" "${5:-}"
}
feed() { # DATABASE: messages on standard input
    "$JOURNEYD" replay -c "$(config "$1" "$1")" --source plain --quiet - >"$work/feed.log" 2>&1 ||
        bad "replay" "$(tail -n 3 "$work/feed.log")"
}
json() { python3 -c "import json,sys; d=json.load(open('$work/out')); print($1)"; }

verified() { # WHAT DATABASE CONFIG: what `sound` is for, at a third of its time
    if "$JOURNEYD" verify -c "$3" >"$work/verify.log" 2>&1; then
        ok "$1: verify finds no difference"
    else
        bad "$1: verify finds no difference" "$(tail -n 20 "$work/verify.log")"
    fi
}

# ---- a small world: maria (card 7001) and ben (card 7002) on one computer
new_database identity
c=$(config identity identity)
{
    m a1 02T09:00:00 discover.search '"web.anon":"pc"'
    m a2 02T09:10:00 discover.record_viewed '"web.anon":"pc","web.user":"maria"'
    m a3 02T09:20:00 discover.search '"web.anon":"pc"'
    m a4 03T10:00:00 request.hold_placed '"card":"7001"' ',"cases":{"hold":"H1"}'
    m a5 05T10:00:00 request.hold_ready '' ',"cases":{"hold":"H1"}'
    echo '{"id":"a6","time":"2026-03-01T08:00:00Z","fact":"identity",
        "keys":{"card":"7001","email":"Maria@example.org","web.user":"maria"}}' | tr -d '\n'
    echo
    m b1 20T10:00:00 discover.search '"web.anon":"pc","web.user":"ben"'
    m b2 20T10:05:00 discover.record_viewed '"card":"7002","web.user":"ben"'
    m b3 21T10:05:00 discover.record_viewed '"card":"7002","email":"maria@example.org"'
} | feed identity
before=$(digest_of "$c")

identity identity show --key card=7001 --json
is "show: exit code" $? 0
is "show: its keys" "$(json "','.join(k['namespace'] for k in d['keys'])")" 'card,web.user'
is "show: its events" "$(json "d['customer']['events']")" 5
is "show: a shared key, and why" \
    "$(json "[(k['namespace'], k['shared'], k['partners']) for k in d['neighbours']]")" \
    "[('email', 'several_customers', 3)]"
is "show: when the device was hers" \
    "$(json "[(s['from'][:16], s['to'][:16]) for s in d['devices'][0]['slices']]")" \
    "[('2026-02-23T09:10', '2026-03-02T21:10')]"
is "show: how many log in on it" "$(json "d['devices'][0]['customers']")" 2
is "show: her case" "$(json "[(c['namespace'], c['events'], c['is_owned']) for c in d['cases']]")" \
    "[('hold', 2, True)]"
customer=$(json "d['customer']['customer_id']")
is "show: the id of the views" \
    "$(sql identity "select event_count from journey.customer where customer_id = '$customer'")" 5
identity identity show --key 'email= MARIA@example.org ' --json
is "a value is normalised; a shared key is told" \
    "$(json "(d['key']['shared'], d['customer']['kind'])")" "('several_customers', 'shared')"
printf 'web.user=maria\n' | "$JOURNEYD" identity show -c "$c" --key - --json >"$work/out"
is "a key from standard input" "$(json "d['customer']['customer_id']")" "$customer"
identity identity show --key card=7001 --dot
is "dot: it is a graph" "$(head -c 16 "$work/out") $(grep -c ' -- ' "$work/out")" 'graph customer { 5'
identity identity show --key card=7001
check "text: tells the shared key" grep -q 'email .* shared (several_customers), 3 partners' \
    "$work/out"
check "no value is told" bash -c "! grep -qiE '7001|maria|H1' '$work/out' '$work/err'"

# ---- bad input
refused() { # WHAT CODE PATTERN ARGUMENTS...
    identity identity "${@:4}"
    is "$1: exit code" $? "$2"
    check "$1: says it" grep -q -- "$3" "$work/err"
    check "$1: tells nothing of it" bash -c "! grep -qiE 'secret7|7001|maria' '$work/err'"
}
refused "a key nobody has" 1 'no message .* carried this key' show --key card=secret7
refused "no namespace" 2 'namespace=value' show --key secret7
refused "a wrong namespace" 2 'no declared namespace' show --key secret7=7001
refused "never a key" 2 'never a key' show --key card=0
refused "no key" 2 'takes 1 --key' show
refused "a key as an argument" 2 'say .identity' show secret7
refused "an option that is none" 2 'unknown option --kee; did you mean --key' show --kee=card=secret7
refused "a key for a number" 2 'wants a whole number .*, not a key' check --keys card=secret7
refused "two ways to show" 2 'json or --dot, not both' show --key card=7001 --json --dot
refused "three keys" 2 'takes 2 --key' unlink --key card=secret7 --key card=secret7 --key card=7001
refused "twice the same" 2 'both keys are the same' unlink --key card=7001 --key 'card= 7001'
refused "no fact between them" 1 'no fact between' unlink --key card=7001 --key card=7002
refused "a key that was never met" 1 'no fact between' unlink --key card=7001 --key email=secret7
refused "nothing is off" 1 'nothing is switched off' relink --key card=7001 --key web.user=maria
is "what was refused changed nothing" "$(digest_of "$c")" "$before"
is "and is no act" "$(sql identity 'select count(*) from journey.operator_act')" 0
is "keys that were asked about have no row" \
    "$(sql identity 'select count(*) from journey_internal.key')" 7

# ---- typed at a terminal: it is not shown; Ctrl-C ends the question and leaves a terminal that shows
cat >"$work/terminal.py" <<'END'
import os, pty, sys, termios
pid, fd = pty.fork()
if pid == 0:
    os.execvp("bash", ["bash", "-c", '"$@"; echo "code $?"; read -r typed', "bash"] + sys.argv[2:])
out = b""
def until(word):
    global out
    while word not in out:
        out += os.read(fd, 4096)
until(b"it is not shown")
while termios.tcgetattr(fd)[3] & termios.ECHO:
    pass
os.write(fd, sys.argv[1].encode().decode("unicode_escape").encode())
until(b"code ")
while not out.endswith(b"\n"):
    out += os.read(fd, 4096)
print(out.decode().strip(), bool(termios.tcgetattr(fd)[3] & termios.ECHO))
os.write(fd, b"\n")
END
at_terminal() { # TYPED
    timeout 20 python3 "$work/terminal.py" "$1" "$JOURNEYD" identity show -c "$c" --key - >"$work/out" 2>&1
    tail -n 1 "$work/out"
}
is "typed: shown again afterwards" "$(at_terminal 'card=secret7\n')" 'code 1 True'
check "typed: not shown" bash -c "! grep -q secret7 '$work/out'"
is "Ctrl-C: shown again afterwards" "$(at_terminal 'card=sec\x03')" 'code 1 True'
check "Ctrl-C: says so" grep -q 'stopped by a signal; nothing was done' "$work/out"

# ---- unlink and relink, each kind of fact
owners() { # events of the customers, the greatest first
    sql identity "select string_agg(kind || ' ' || event_count, ', ' order by event_count desc, kind)
        from journey.customer"
}
is "owners at first" "$(owners)" 'person 5, person 3'
unlink() { identity identity unlink --key "$1" --key "$2" --json; }
relink() { identity identity relink --key "$1" --key "$2" --json; }
unlink card=7001 web.user=maria
is "alias off: exit code" $? 0
is "alias off: her web account is somebody else" "$(owners)" 'person 3, person 3, person 2'
is "alias off: what moved, and they are two now" \
    "$(json "(d['events_moved'], d['still_together'])")" '(3, False)'
identity identity show --key card=7001 --json
is "alias off: show tells it" \
    "$(json "[(s['a_namespace'], s['b_namespace']) for s in d['switches']]")" "[('card', 'web.user')]"
verified "alias off" identity "$c"
off=$(digest_of "$c")
unlink web.user=maria card=7001
is "again, the other way round: nothing happens" "$? $(json "d['is_changed']") $(digest_of "$c")" \
    "0 False $off"
echo '{"id":"a9","time":"2026-03-01T08:30:00Z","fact":"identity","keys":{"card":"7001","web.user":"maria"}}' |
    feed identity
is "a fact that comes later is off too" "$(digest_of "$c")" "$off"
"$JOURNEYD" rebuild -c "$c" --quiet >/dev/null
is "so it is after rebuild" "$(digest_of "$c")" "$off"
relink web.user=maria card=7001
is "on again: as before" "$? $(digest_of "$c")" "0 $before"

unlink web.anon=pc web.user=maria
is "logins off: what nobody was logged in for is the device's" "$(owners)" \
    'person 3, person 3, device 2'
verified "logins off" identity "$c"
unlink web.anon=pc web.user=ben
relink web.anon=pc web.user=maria
relink web.anon=pc web.user=ben
is "logins on again" "$(digest_of "$c")" "$before"

unlink hold=H1 card=7001
is "case off: its events that name nobody are the case's" "$(owners)" 'person 4, person 3, case 1'
verified "case off" identity "$c"
relink card=7001 hold=H1
is "case on again" "$(digest_of "$c")" "$before"

unlink email=maria@example.org card=7002
identity identity show --key email=maria@example.org --json
is "a wrong alias off: the key is shared no more" \
    "$(json "(d['key']['shared'], d['customer']['customer_id'] == '$customer')")" "(None, True)"
relink email=maria@example.org card=7002
is "on again: shared again" "$(digest_of "$c")" "$before"
verified "all on again" identity "$c"
is "every act is told, twice a key" \
    "$(sql identity "select count(*), count(distinct database_user), min(os_user) = '$(id -un)'
        from journey.operator_act")" '20|1|t'

# ---- what to look at
identity identity check --keys 1 --customers 1
is "check: finds what is over the limits" \
    "$? $(grep -c '^  ' "$work/out") $(grep -E -c '^(2|1|1) ' "$work/out")" '5 4 3'
identity identity check --json
is "check: with the usual limits the shared key only" \
    "$? $(json "[d[k]['count'] for k in sorted(d)]")" '5 [0, 0, 1]'
sql identity "update journey_internal.key set shared_since = now() - interval '9 days'
    where shared <> 0"
identity identity check
is "check: what became shared long ago is no news" $? 0

# ---- a fact of several is not enough
for pair in '"card":"7301","web.user":"zoe"' '"card":"7301","email":"zoe@example.org"' \
    '"email":"zoe@example.org","web.user":"zoe"'; do
    echo '{"id":"z'"${#pair}"'","time":"2026-03-01T08:00:00Z","fact":"identity","keys":{'"$pair"'}}'
done | feed identity
identity identity unlink --key card=7301 --key web.user=zoe
said="$? $(tail -n 1 "$work/out")"
identity identity show --key card=7301 --json
customer=$(json "d['customer']['customer_id']")
is "still together: says through what" "$said" \
    "0 both still name customer $customer, through email"
unlink card=7301 web.user=zoe
is "still together: also when it is said again" \
    "$(json "(d['still_together'], d['through'], d['is_changed'])")" "(True, 'email', False)"
unlink card=7301 email=zoe@example.org
is "then they are two" "$(json "d['still_together']")" False

# ---- the value cannot be seen while it runs
holder="begin; lock table journey_internal.key; select pg_sleep(5)"
PGAPPNAME=holder psql -X -q -d "$server dbname=identity" -c "$holder" >/dev/null 2>&1 &
children+=("$!")
until_true 10 sql identity "do \$\$ begin assert exists (select from pg_stat_activity
    where application_name = 'holder' and wait_event = 'PgSleep'); end \$\$"
start hidden identity unlink -c "$c" --key card=7001 --key=web.user=maria
sleep 1
is "the arguments of the process hold no key" \
    "$(tr '\0' '\n' <"/proc/$pid/cmdline" | grep -cE '7001|maria') $(tr '\0' '\n' \
        <"/proc/$pid/cmdline" | grep -c -- '--key')" '0 2'
wait "$pid"
is "and it waits for its turn" $? 0
check "nor does its log" bash -c "! grep -qE '7001|maria' '$work/hidden.log'"

# ---- beside two running instances
events --events 2000 --customers 60 >"$work/events"
head -n 1000 "$work/events" >"$work/first"
tail -n +1001 "$work/events" >"$work/second"
python3 - "$work/first" >"$work/pairs" <<'END'
import json, sys
wanted = [("card", "email"), ("web.anon", "web.user"), ("hold", "card"), ("email", "web.user")]
for line in open(sys.argv[1]):
    message = json.loads(line)
    keys = {**message["keys"], **message.get("cases", {})}
    for pair in wanted:
        if all(k in keys for k in pair):
            print(*(f"{k}={keys[k]}" for k in pair))
            wanted.remove(pair)
            break
END
is "four pairs of keys" "$(wc -l <"$work/pairs")" 4
unlink_pairs() { # DATABASE
    while read -r a b; do
        identity "$1" unlink --key "$a" --key "$b" || bad "unlink" "$(cat "$work/err")"
    done <"$work/pairs"
}
reference identity_ref "$work/events" >"$work/linked"
unlink_pairs identity_ref
truth=$(digest_of "$(config identity_ref identity_ref)")
check "the switches change something" test "$truth" != "$(cat "$work/linked")"

topic "plain.$run_id" 4
new_database identity_live
c=$(config identity_live identity_live 'watermark: {allowed_disorder: 10m, idle_after: 1h}')
start one run -c "$c"
one=$pid
start two run -c "$c"
two=$pid
produce_spread "plain.$run_id" "$work/first" 4
check "the first half is read" until_true 30 at_least identity_live 1000
produce_spread "plain.$run_id" "$work/second" 4 &
unlink_pairs identity_live
wait $!
check "the second half is read" until_true 30 at_least identity_live 2000
sound "two instances run" identity_live "$c"
kill -TERM "$one" "$two"
wait "$one" "$two"
check "both took part" bash -c "grep -q claimed '$work/one.log' && grep -q claimed '$work/two.log'"
drain "$c"
is "unlinked between the messages = unlinked after them" "$(digest_of "$c")" "$truth"
while read -r a b; do
    identity identity_live relink --key "$b" --key "$a"
done <"$work/pairs"
is "all on again = never unlinked" "$(digest_of "$c")" "$(cat "$work/linked")"
verified "all on again" identity_live "$c"
finish
