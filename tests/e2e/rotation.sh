#!/bin/bash
# Another secret: in the database that has the old one it is refused; in a fresh one the same messages
# give the same figures, and no id that leads back. Forgotten people and the opt-out list have to be
# told again, before the messages are read; then nothing of them comes back. And the same database goes
# on with another secret: what it holds stays, nothing that comes meets it, nothing counts twice.
. "$(dirname "$0")/lib.sh"

events --events 1500 --customers 40 >"$work/events"
{
    echo '{"id":"m1","time":"2026-03-02T09:00:00Z","touchpoint":"discover.search","keys":{"card":"7001"}}'
    echo '{"id":"m2","time":"2026-03-02T09:01:00Z","touchpoint":"discover.search","keys":{"card":"7002"}}'
} >>"$work/events"
new_database rotation_old
old=$(config rotation_old rotation_old)
new_database rotation_new
printf 'the next secret of all tests, long enough\n' >"$work/next"
chmod 600 "$work/next"
new=$work/next.yaml
sed 's|secret_file: .*|secret_file: next|' "$(config rotation_new rotation_new)" >"$new"

fill() { # CONFIG
    for key in card=7001 card=7002; do # forgotten, opted out: before anything is read
        verb=(forget)
        [ $key = card=7001 ] || verb=(opt-out add)
        "$JOURNEYD" "${verb[@]}" -c "$1" --key $key >>"$work/forget.log" 2>&1 || bad "${verb[@]}"
    done
    "$JOURNEYD" replay -c "$1" --source plain --quiet "$work/events" >>"$work/replay.log" 2>&1 ||
        bad "replay" "$(tail -n 3 "$work/replay.log")"
}
fill "$old"
fill "$new"
sed 's|secret_file: .*|secret_file: next|' "$old" >"$work/refused.yaml"
"$JOURNEYD" replay -c "$work/refused.yaml" --source plain "$work/events" >"$work/out" 2>&1
is "another secret over the old database: exit code" $? 78

ids() { # DATABASE: every id that a view tells
    sql "$1" "select customer_id from journey.customer union select event_id from journey.event
        union select session_id from journey.session union select journey_id from journey.journey
        union select case_id from journey.event_case order by 1"
}
ids rotation_old >"$work/old"
ids rotation_new >"$work/new"
check "there are ids" test "$(wc -l <"$work/old")" -gt 1500
is "as many of them" "$(wc -l <"$work/new")" "$(wc -l <"$work/old")"
is "none leads from one to the other" "$(comm -12 "$work/old" "$work/new")" ''
hashes() { sql "$1" 'select hash from journey_internal.key order by 1'; }
hashes rotation_old >"$work/old"
hashes rotation_new >"$work/new"
is "no hash of a key is in both" "$(comm -12 "$work/old" "$work/new")" ''
figures() { "$JOURNEYD" digest -c "$1" | grep -E '  (scenario_day|path|path_link|transition|drop_off|funnel_step) '; }
check "there are figures" test "$(figures "$old" | wc -l)" -ge 6
is "the figures are the same" "$(figures "$new")" "$(figures "$old")"
for name in card=7001 card=7002; do
    "$JOURNEYD" identity show -c "$new" --key $name --json >"$work/out"
    is "nothing of $name came back" \
        "$(python3 -c "import json; print(json.load(open('$work/out'))['customer']['events'])")" 0
done
sound "the new one" rotation_new "$new"

# ---- the same database goes on
topic "plain.$run_id" 1
sed -i '/^identity:/a \  kiosks: ["web.anon:d1"]\n  exclude: ["card:1001"]' "$old" "$work/refused.yaml"
"$JOURNEYD" rebuild -c "$old" --quiet >>"$work/rebuild.log" 2>&1
before=$(digest_of "$old")
excluded() { sql rotation_old "select count(*), sum(event_count) from journey.customer where is_excluded"; }
excluded_before=$(excluded)
check "somebody is excluded" test "${excluded_before%%|*}" -ge 2
rotate() { "$JOURNEYD" rotate-secret -c "$@" >"$work/out" 2>"$work/err"; }
rotate "$old"
is "the same secret: exit code" $? 78
check "and says so" grep -q 'there is nothing to change' "$work/err"
rotate "$work/refused.yaml"
is "there is an opt-out: exit code" $? 1
check "and says what to do" grep -q '1 opt-outs would end.*--opt-outs-end' "$work/err"
sed 's/^sessions:.*//; $a sessions: {gap: 7m}' "$work/refused.yaml" >"$work/more.yaml"
rotate "$work/more.yaml" --opt-outs-end
is "other settings differ too: exit code" $? 78
is "what was refused changed nothing" \
    "$(digest_of "$old") $(sql rotation_old 'select count(*) from journey_internal.secret_epoch')" \
    "$before 0"
start running run -c "$old"
running=$pid
check "an instance runs" until_true 30 says running claimed
# a COMMIT without an answer: done or not, and asked again it says so
proxy_dir=$(mktemp -d /tmp/journeyd-proxy.XXXXXX)
trap 'rm -rf "$proxy_dir"; cleanup' EXIT
server_dir=$(sed 's/.*host=\([^ ]*\).*/\1/' <<<"$server")
python3 "$root/tests/fault/pg_proxy.py" "$proxy_dir" "$server_dir" "$work/mode" &
children+=($!)
until_true 5 test -S "$proxy_dir/.s.PGSQL.5432"
sed "s|host=[^ ]* |host=$proxy_dir |" "$work/refused.yaml" >"$work/proxy.yaml"
epochs() { sql rotation_old 'select count(*) from journey_internal.secret_epoch'; }
echo before >"$work/mode"
rotate "$work/proxy.yaml" --opt-outs-end
is "a COMMIT that is lost: exit code, and nothing is changed" "$? $(epochs)" '69 0'
check "and says what to do" grep -q 'may be done or not. Say rotate-secret again' "$work/err"
rotate "$work/proxy.yaml" --opt-outs-end
is "rotate: exit code" $? 0
rotate "$work/proxy.yaml" --opt-outs-end
is "again, as if it had not been told: exit code" "$? $(epochs)" '78 1'
check "and says since when it is done" grep -q "the secret of secret_file since $(date -u +%Y-).*rotate-secret was done last" "$work/err"
echo '{"id":"r1","time":"2026-03-02T09:00:00Z","touchpoint":"discover.search","keys":{"card":"7003"}}' \
    >"$work/message"
produce "plain.$run_id" "$work/message" 0
until_true 30 gone "$running"
wait "$running"
is "the running instance ends: it has the old secret" $? 78
"$JOURNEYD" replay -c "$old" --source plain "$work/events" >"$work/out" 2>&1
is "the old secret is refused now" $? 78
c=$work/refused.yaml
is "what was stored is what it was" "$(digest_of "$c")" "$before"
sound "rotated" rotation_old "$c"
last=$(sql rotation_old 'select max(key_no) from journey_internal.key')
"$JOURNEYD" replay -c "$c" --source plain --quiet "$work/events" >>"$work/replay.log" 2>&1
is "events of before, again: none is accepted" \
    "$(sql rotation_old 'select count(*) from journey.event')" \
    "$(sql rotation_new 'select count(*) from journey.event')"
check "they are in quarantine" test "$(sql rotation_old "select sum(messages)
    from journey.quarantine_count where reason = 'past_retention'")" -gt 1000
python3 - "$work/events" >"$work/later" <<'END'
import datetime, json, sys
now = datetime.datetime.now(datetime.timezone.utc)
for i, line in enumerate(open(sys.argv[1])):
    message = json.loads(line)
    at = now + datetime.timedelta(milliseconds=200 * i)
    print(json.dumps(message | {"id": f"n{i}", "time": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}))
END
"$JOURNEYD" replay -c "$c" --source plain --quiet "$work/later" >>"$work/replay.log" 2>&1
check "what comes is accepted" test "$(sql rotation_old 'select count(*) from journey.event')" -gt 2500
is "no fact ties a key of before to one of after" "$(sql rotation_old "select
    (select count(*) from journey_internal.alias where key_no <= $last and partner_no > $last)
    + (select count(*) from journey_internal.case_fact where (case_no <= $last) <> (key_no <= $last))
    + (select count(*) from journey_internal.login_device
       where (key_no <= $last) <> (device_no <= $last))")" 0
is "no customer of before has an event of after, or the other way round" "$(sql rotation_old "select count(*)
    from journey_internal.customer where events > 0 and (customer_no <= $last)
    <> (last_us < (select from_us from journey_internal.secret_epoch))")" 0
is "who was excluded is still" "$(sql rotation_old "select count(*), sum(events) from
    journey_internal.customer join journey_internal.key on key_no = customer_no
    where customer_no <= $last and (is_excluded or is_kiosk or shared <> 0)")" "$excluded_before"
all=$(digest_of "$c")
"$JOURNEYD" rebuild -c "$c" --quiet >>"$work/rebuild.log" 2>&1
is "rebuild changes nothing" "$(digest_of "$c")" "$all"
sound "gone on" rotation_old "$c"
is "who did it" "$(sql rotation_old "select count(*), count(key_id) from journey.operator_act
    where action = 'rotate'")" '1|0'
finish
