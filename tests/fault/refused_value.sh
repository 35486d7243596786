#!/bin/bash
# The database refuses a value (SQLSTATE 22): the record is found by halving and quarantined, all
# others are committed, once. SQLSTATE 23 twice: stop. 25P03, a transaction that waited too long for
# its client: smaller ones; a message that alone takes too long is named.
. "$(dirname "$0")/../e2e/lib.sh"

events --events 300 --customers 20 >"$work/good"
line='{"id":"bad","time":"2026-01-15T10:00:00Z","touchpoint":"discover.search","keys":{"card":"bad"}}'
{
    head -n 123 "$work/good"
    printf '%s\n' "$line"
    tail -n +124 "$work/good"
} >"$work/events"
truth=$(reference fault_refused_truth "$work/good")
lines=$(wc -l <"$work/events")

# The key of the bad record is the one that only a database with that record has.
new_database fault_refused_key
printf '%s\n' "$line" >"$work/bad"
"$JOURNEYD" replay -c "$(config fault_refused_key fault_refused_key)" --source plain --quiet \
    "$work/bad" >"$work/key.log" 2>&1
hash=$(sql fault_refused_key 'select hash from journey_internal.key')
refuse="create function public.refuse() returns trigger language plpgsql as
        \$\$begin if new.hash = '$hash' then raise exception 'no' using errcode = 'CODE'; end if;
        return new; end\$\$;
    create trigger refuse before insert on journey_internal.key
        for each row execute function public.refuse()"

topic "plain.$run_id" 1
produce "plain.$run_id" "$work/events"
new_database fault_refused
sql fault_refused "${refuse/CODE/22023}"
c=$(config fault_refused fault_refused)
check "drains" drain "$c"
is "the record is in quarantine" \
    "$(sql fault_refused 'select partition, kafka_offset, reason, detail from journey.quarantine')" \
    '0|123|malformed|SQLSTATE 22023'
is "all others are there: same digest as without it" "$(digest_of "$c")" "$truth"
is "every message is counted once" \
    "$(sql fault_refused 'select sum(read), sum(quarantined) from journey_internal.source_tally')" \
    "$lines|1"
sound "refused" fault_refused "$c"

new_database fault_refused_stop
sql fault_refused_stop "${refuse/CODE/23514}"
c=$(config fault_refused_stop fault_refused_stop)
"$JOURNEYD" run -c "$c" --drain >"$work/stop.log" 2>&1
is "SQLSTATE 23: it stops with 70" $? 70
check "SQLSTATE 23: the message says so" grep -q 'SQLSTATE 23514' "$work/stop.log"

new_database fault_refused_slow
sql fault_refused_slow "create function public.refuse() returns trigger language plpgsql as
        \$\$begin if (select count(*) from fresh) > 20 then raise exception 'no' using errcode = '25P03';
        end if; return null; end\$\$;
    create trigger refuse after insert on journey_internal.timeline
        referencing new table as fresh for each statement execute function public.refuse()"
c=$(config fault_refused_slow fault_refused_slow)
"$JOURNEYD" replay -c "$c" --source plain "$work/good" >"$work/slow.log" 2>&1
is "what takes too long at once is done in parts" "$? $(digest_of "$c")" "0 $truth"
check "it is tried again once" says slow 'waited too long for this process, trying again'
check "then halved" says slow 'its halves come alone'

new_database fault_refused_slow_one
sql fault_refused_slow_one "${refuse/CODE/25P03}"
c=$(config fault_refused_slow_one fault_refused_slow_one)
timeout 60 "$JOURNEYD" run -c "$c" --drain >"$work/slow_one.log" 2>&1
is "one message that takes too long alone: it stops with 70" $? 70
check "and names the message" grep -q "topic plain.$run_id, partition 0, offset 123 " \
    "$work/slow_one.log"
is "what came before it is committed" "$(sql fault_refused_slow_one \
    'select next_offset from journey_internal.kafka_offset')" 123
finish
