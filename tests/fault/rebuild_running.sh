#!/bin/bash
# A rebuild while an instance writes: the rebuild gets through, and the instance, which still has
# the settings of before, counts nothing more with them.
. "$(dirname "$0")/../e2e/lib.sh"

events --events 6000 --customers 200 >"$work/events"
new_database fault_rebuild
old=$(config fault_rebuild fault_rebuild)
new=$(config fault_rebuild changed 'sessions: {gap: 20m}')

read_so_far() { sql fault_rebuild 'select coalesce(sum(read), 0) from journey_internal.source_tally'; }
start writer replay -c "$old" --source plain --quiet --batch 10 "$work/events"
writer=$pid
check "an instance writes" until_true 20 eval '[ "$(read_so_far)" -gt 300 ]'
"$JOURNEYD" rebuild -c "$new" --quiet >"$work/rebuild.log" 2>&1
is "the rebuild gets through" $? 0
wait "$writer"
is "the instance ends: its settings are not those of the database" $? 78
check "it says which" grep -q 'sessions.gap' "$work/writer.log"
sound "after the rebuild" fault_rebuild "$new"
check "not everything was read yet" eval '[ "$(read_so_far)" -lt 6000 ]'

# The rest, with the new settings: as if there had never been others.
"$JOURNEYD" replay -c "$new" --source plain --quiet "$work/events" >"$work/rest.log" 2>&1
is "the rest is read with the new settings" $? 0
new_database fault_rebuilt
fresh=$(config fault_rebuilt fault_rebuilt 'sessions: {gap: 20m}')
"$JOURNEYD" replay -c "$fresh" --source plain --quiet "$work/events" >"$work/fresh.log" 2>&1
is "same digest as from the beginning" "$(digest_of "$new")" "$(digest_of "$fresh")"
sound "in the end" fault_rebuild "$new"
finish
