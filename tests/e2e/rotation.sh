#!/bin/bash
# Another secret: in the database that has the old one it is refused; in a fresh one the same messages
# give the same figures, and no id that leads back. Forgotten people and the opt-out list have to be
# told again, before the messages are read; then nothing of them comes back.
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
finish
