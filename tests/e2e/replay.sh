#!/bin/bash
# Replaying files: the same messages give the same database whatever the order, the batch size and
# the number of times, and every message is accounted for.
. "$(dirname "$0")/lib.sh"

events --events 1500 --poison >"$work/events"
events --events 1500 --poison --shuffle 7 >"$work/shuffled"
gzip -k "$work/events"
lines=$(wc -l <"$work/events")

truth=$(reference e2e_replay "$work/events")
c=$(config e2e_replay e2e_replay)
is "a digest is a SHA-256" "$(wc -c <<<"${truth%% *}")" 65
sound "first replay" e2e_replay "$c"
is "every line is read" \
    "$(sql e2e_replay 'select sum(read) from journey_internal.source_tally')" "$lines"
is "poison is in quarantine, by file and line, without its text" \
    "$(sql e2e_replay "select count(*), count(distinct kafka_offset), min(topic)
        from journey.quarantine")" '9|9|file:events'
is "reasons" "$(sql e2e_replay "select string_agg(distinct reason, ' ' order by reason)
    from journey.quarantine")" 'future initiator malformed no_key too_old touchpoint'

accepted=$(sql e2e_replay 'select sum(accepted) from journey_internal.source_tally')

replay() { # DATABASE ARGUMENTS...
    local database=$1
    shift
    "$JOURNEYD" replay -c "$(config "$database" "$database")" --source plain --quiet "$@" \
        >>"$work/$database.log" 2>&1 || tail -n 3 "$work/$database.log"
    digest_of "$(config "$database" "$database")"
}
is "again: nothing changes" "$(replay e2e_replay "$work/events")" "$truth"
is "shuffled, again: nothing changes" "$(replay e2e_replay "$work/shuffled")" "$truth"
is "again: only duplicates were added" \
    "$(sql e2e_replay 'select sum(accepted) from journey_internal.source_tally')" "$accepted"

for case in 1:events 7:shuffled 100000:shuffled 500:events.gz; do
    database=e2e_replay_${case%%:*}
    new_database "$database"
    is "--batch ${case%%:*}, ${case#*:}: same digest" \
        "$(replay "$database" --batch "${case%%:*}" "$work/${case#*:}")" "$truth"
done
sound "batches of 7" e2e_replay_7 "$(config e2e_replay_7 e2e_replay_7)"

# An early watermark leaves journeys open; moving it later gives what one step gives.
new_database e2e_replay_steps
replay e2e_replay_steps --watermark 2026-01-10T00:00:00Z "$work/shuffled" >/dev/null
is "the watermark stands where it was asked for" \
    "$(sql e2e_replay_steps 'select watermark_at from journey.published')" \
    '2026-01-10 00:00:00+00'
check "journeys are open" test \
    "$(sql e2e_replay_steps "select count(*) from journey.journey where state = 'open'")" -gt 0
sound "early watermark" e2e_replay_steps "$(config e2e_replay_steps e2e_replay_steps)"
is "in two steps: same digest" "$(replay e2e_replay_steps "$work/events")" "$truth"
replay e2e_replay_steps --watermark 2026-01-05T00:00:00Z "$work/events" >/dev/null
is "the watermark never goes back" "$(digest_of "$(config e2e_replay_steps e2e_replay_steps)")" \
    "$truth"

# Standard input, wrong inputs.
new_database e2e_replay_stdin
is "from standard input" "$(replay e2e_replay_stdin - <"$work/events")" "$truth"

# A pipe on which nothing comes: what was read is committed when it is asked to end.
new_database e2e_replay_pipe
mkfifo "$work/pipe"
exec 9<>"$work/pipe" # keeps it open for writing
"$JOURNEYD" replay -c "$(config e2e_replay_pipe e2e_replay_pipe)" --source plain --quiet - \
    <"$work/pipe" >"$work/pipe.log" 2>&1 9>&- &
pid=$!
children+=("$pid")
{ head -n 20 "$work/events" && printf '{"id":"half a li'; } >&9
sleep 1.5
kill -TERM "$pid"
check "an idle pipe: it ends when asked" until_true 5 gone "$pid"
kill -KILL "$pid" 2>/dev/null
wait "$pid"
is "an idle pipe: exit code" $? 1
check "an idle pipe: it says how to go on" grep -q 'stopped by a signal.*replay again' "$work/pipe.log"
is "an idle pipe: whole lines are committed" \
    "$(sql e2e_replay_pipe 'select sum(read) from journey_internal.source_tally')" 20
exec 9>&-

"$JOURNEYD" replay -c "$c" --source plain "$work/no-such-file" >"$work/wrong.log" 2>&1
check "a file that is missing is an error" test $? -ne 0
"$JOURNEYD" replay -c "$c" --source nobody "$work/events" >"$work/wrong.log" 2>&1
is "a source that is missing is a usage error" $? 2
finish
