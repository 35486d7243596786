#!/bin/bash
# Retention: months older than the term go, what was counted from them stays, and everything after the
# cut is what it was; beside running instances, in any order of arrival, through rebuild.
. "$(dirname "$0")/lib.sh"

# A scenario without goal and deadline, so that journeys are open when the cut meets them.
eval "plain_$(declare -f scenarios)"
scenarios() {
    plain_scenarios
    cat <<'END'
- name: hold_watch
  label: Everything about a hold
  scope: hold
  start: [request.hold_placed]
  steps: [request.hold_ready, request.hold_filled]
  patience: 150d
END
}
settings() { # DATABASE NAME [LINES]
    local file
    file=$(config "$@")
    grep -q '^retention:' "$file" || echo 'retention: {events: 100d, quarantine: 1d}' >>"$file"
    echo "$file"
}
copy() { # FROM TO
    sql postgres "drop database if exists $2 with (force)"
    sql postgres "create database $2 template $1"
    echo "$2" >>"$work/databases"
}
replay() { # CONFIG FILE
    "$JOURNEYD" replay -c "$1" --source plain --quiet "$2" >>"$work/replay.log" 2>&1 ||
        bad "replay with $1" "$(tail -n 2 "$work/replay.log")"
}
verified() { # WHAT CONFIG: conservation is looked at in the end, in every database
    if "$JOURNEYD" verify -c "$2" >"$work/verify.log" 2>&1; then
        ok "$1: verify finds no difference"
    else
        bad "$1: verify finds no difference" "$(tail -n 20 "$work/verify.log")"
    fi
}
let_go() { # CONFIG [ARGUMENTS...]
    local c=$1
    shift
    "$JOURNEYD" retention run -c "$c" "$@" 2>>"$work/retention.log"
}
# What is told about the time from a day on, and of the days before it by cells.
told() { # DATABASE CUT
    sql "$1" "
        select 'event', e::text from journey.event as e where occurred_on >= '$2'
            and session_id not in (select session_id from journey.session where started_on < '$2')
        union all select 'case', c::text from journey.event_case as c
            join journey.event as e using (event_id) where e.occurred_on >= '$2'
        union all select 'session', to_jsonb(s)::text from journey.session as s
            where started_on >= '$2'
        union all select 'journey', to_jsonb(j)::text from journey.journey as j
            where started_on >= '$2'
        union all select 'step', s::text from journey.journey_step as s
            join journey.journey as j using (journey_id) where j.started_on >= '$2'
        union all select 'key', k::text from journey.shared_key as k
        order by 1, 2"
}
cells() { # DATABASE [WHERE]
    sql "$1" "
        select 'day', to_jsonb(x)::text from journey.scenario_day as x ${2:-}
        union all select 'path', to_jsonb(x)::text from journey.path as x ${2:-}
        union all select 'link', to_jsonb(x)::text from journey.path_link as x ${2:-}
        union all select 'transition', to_jsonb(x)::text from journey.transition as x ${2:-}
        union all select 'drop_off', to_jsonb(x)::text from journey.drop_off as x ${2:-}
        union all select 'funnel', to_jsonb(x)::text from journey.funnel_step as x ${2:-}
        order by 1, 2"
}
range() { # DATABASE: distinct customers over a range that reaches over the cut
    sql "$1" "select * from journey.drop_off_between('find', '2026-01-05', '2026-07-20')
        order by touchpoint"
}

events --events 1400 --customers 60 --days 210 >"$work/all"
n=$(($(wc -l <"$work/all") * 2 / 3))
head -n "$n" "$work/all" >"$work/first"
tail -n "+$((n + 1))" "$work/all" >"$work/rest"

# ---- what goes and what stays ----
new_database e2e_retention
c=$(settings e2e_retention base)
replay "$c" "$work/first"
sql e2e_retention 'analyze'
"$JOURNEYD" retention show -c "$c" --json >"$work/show.json" 2>&1 || bad "show" "$(cat "$work/show.json")"
cut=$(sed -n 's/.*"target_on":"\([0-9-]*\)".*/\1/p' "$work/show.json")
watermark=$(sql e2e_retention "select to_char(date_trunc('month', (watermark_at - interval '100 days')
    at time zone 'Europe/Berlin'), 'YYYY-MM-DD') from journey.published")
is "the cut belongs at the month of the watermark less the term" "$cut" "$watermark"
due=$(sql e2e_retention "select count(*) from journey.event where occurred_on < '$cut'")
check "some events are older, most are not" test "$due" -gt 300
messages() { # DATABASE: with a device before the cut; user records
    sql "$1" "select count(*) filter (where has_device and at < extract(epoch from
            '$cut'::timestamp at time zone 'Europe/Berlin') * 1000000),
        count(*) filter (where not has_device) from journey_internal.identity_message"
}
messages=$(messages e2e_retention)
check "so are log-outs that are no event, and user records" test "${messages%|*}" -gt 5 -a "${messages#*|}" -gt 5
before=$(digest_of "$c")
told e2e_retention "$cut" >"$work/told.before"
cells e2e_retention "where scenario <> 'hold_watch' or started_on >= '$cut'" >"$work/cells.before"
range e2e_retention >"$work/range.before"
open=$(sql e2e_retention "select count(*) from journey.journey where state = 'open'
    and started_on < '$cut'")
check "a journey is open over the cut" test "$open" -gt 0
check "a session lies over the cut or a journey does" test "$(sql e2e_retention "
    select count(*) from journey.journey where started_on < '$cut' and closed_at >= '$cut'")" -gt 0

let_go "$c" --dry-run >"$work/dry"
check "a dry run tells how many events would go, and identity messages" \
    grep -q " $due events, ${messages%|*} identity messages" "$work/dry"
is "and changes nothing" "$(digest_of "$c")" "$before"
let_go "$c" --json >"$work/run.json"
is "run tells how many events went" "$(sed -n 's/.*"events":\([0-9]*\).*/\1/p' "$work/run.json")" "$due"
is "and how many identity messages" \
    "$(sed -n 's/.*"identity_messages":\([0-9]*\).*/\1/p' "$work/run.json")" "${messages%|*}"
is "none of these is left, user records are" "$(messages e2e_retention)" "0|${messages#*|}"
is "no event before the cut is left" \
    "$(sql e2e_retention "select count(*) from journey.event where occurred_on < '$cut'")" 0
is "nor in the run of a case" "$(sql e2e_retention "select count(*) from journey_internal.case_timeline
    where first_us < journey_internal.cut_us()")" 0
is "nor a partition" "$(sql e2e_retention "select count(*)
    from journey_internal.timeline_months('$cut')")" 0
sound "after the cut" e2e_retention "$c"
told e2e_retention "$cut" >"$work/told.after"
check "everything after the cut is what it was" cmp "$work/told.before" "$work/told.after"
cells e2e_retention "where scenario <> 'hold_watch' or started_on >= '$cut'" >"$work/cells.after"
check "cells are what they were" cmp "$work/cells.before" "$work/cells.after"
range e2e_retention >"$work/range.after"
check "customers of a range over the cut too" cmp "$work/range.before" "$work/range.after"
is "nothing that began before it is open" "$(sql e2e_retention "select count(*) from journey.journey
    where is_frozen and state = 'open'")" 0
is "frozen journeys have no steps" "$(sql e2e_retention "select count(*) from journey.journey_step
    join journey.journey using (journey_id) where is_frozen")" 0
after=$(digest_of "$c")
let_go "$c" >"$work/again"
check "doing it again drops nothing" grep -q ' 0 steps, 0 events' "$work/again"
is "and changes nothing" "$(digest_of "$c")" "$after"

# ---- what comes later ----
replay "$c" "$work/first"
is "a message of a dropped month is refused" "$(sql e2e_retention "select reason
    from journey.quarantine where reason = 'past_retention' limit 1")" past_retention
is "the same messages again change nothing" "$(digest_of "$c")" "$after"
is "late log-outs are refused, too; user records are not" "$(messages e2e_retention) $(sql e2e_retention "
    select count(*) >= $due + ${messages%|*} from journey.quarantine where reason = 'past_retention'")" \
    "0|${messages#*|} t"
copy e2e_retention e2e_retention_two
copy e2e_retention e2e_retention_kafka
replay "$c" "$work/rest"
verified "with late events" "$c"
two=$(settings e2e_retention_two two)
sort -R --random-source="$work/rest" "$work/rest" >"$work/shuffled"
head -n 300 "$work/shuffled" >"$work/shuffled.first"
replay "$two" "$work/shuffled.first"
replay "$two" "$work/shuffled"
is "the order of arrival changes nothing" "$(digest_of "$two")" "$(digest_of "$c")"
verified "another order" "$two"

# ---- rebuild keeps what is frozen ----
frozen=$(cells e2e_retention "where started_on < '$cut'")
"$JOURNEYD" rebuild -c "$c" >"$work/rebuild.log" 2>&1 || bad "rebuild" "$(tail -n 3 "$work/rebuild.log")"
is "rebuild changes nothing" "$(digest_of "$c")" "$(digest_of "$two")"
verified "after rebuild" "$c"
gap=$(settings e2e_retention gap 'sessions: {gap: 7m}')
"$JOURNEYD" rebuild -c "$gap" >"$work/rebuild.log" 2>&1 || bad "rebuild" "$(tail -n 3 "$work/rebuild.log")"
verified "rebuild with another gap" "$gap"
is "what is frozen stays" "$(cells e2e_retention "where started_on < '$cut'")" "$frozen"
zone=$(settings e2e_retention zone 'library: {time_zone: America/New_York}')
"$JOURNEYD" rebuild -c "$zone" >"$work/rebuild.log" 2>&1
is "another time zone is refused" "$?" 78
check "and said why" grep -q 'time_zone cannot be changed' "$work/rebuild.log"
sed -i 's/events: 100d/events: 95d/' "$gap"
echo '{"id":"far","time":"2026-11-20T10:00:00Z","touchpoint":"discover.search","keys":{"card":"far"}}' \
    >"$work/far"
replay "$gap" "$work/far"
let_go "$gap" >"$work/again"
check "the cut moves on" grep -Eq ' [2-9] steps, [0-9]{3,} events' "$work/again"
verified "after the next cut" "$gap"

# ---- beside running instances ----
topic "plain.$run_id" 2
k=$(settings e2e_retention_kafka live)
cat "$work/rest" "$work/far" >"$work/live"
produce_spread "plain.$run_id" "$work/live" 2
start one run -c "$k"
start two run -c "$k"
until_true 20 at_least e2e_retention_kafka 100 || bad "they read"
let_go "$k" >"$work/beside" || bad "retention beside running instances" "$(tail -n 2 "$work/retention.log")"
until_true 20 at_least e2e_retention_kafka "$(wc -l <"$work/live")"
for pid in "${children[@]}"; do kill -TERM "$pid"; done
wait
drain "$k"
let_go "$k" >"$work/beside" || bad "retention after them" "$(tail -n 2 "$work/retention.log")"
sound "beside running instances" e2e_retention_kafka "$k"

# ---- many journeys that are open over the cut, by who may only write ----
new_database e2e_retention_many
many=$(settings e2e_retention_many many)
sql e2e_retention_many 'revoke temporary on database e2e_retention_many from public'
for ((i = 0; i < 2500; i++)); do
    for what in 2026-01-1$((i % 9)):hold_placed 2026-02-1$((i % 8)):hold_ready; do
        printf '{"id":"%s","time":"%sT10:00:00Z","touchpoint":"request.%s","keys":{"card":"m%d"},"cases":{"hold":"h%d","loan":"l%d"}}\n' \
            "$i" "${what%:*}" "${what#*:}" $((i / 2)) "$i" "$i"
    done
done >"$work/many"
echo '{"id":"far","time":"2026-05-20T10:00:00Z","touchpoint":"discover.search","keys":{"card":"far"}}' \
    >>"$work/many"
replay "$many" "$work/many"
watched() { sql e2e_retention_many "select count(*), count(*) filter (where is_frozen),
    count(*) filter (where state = 'open') from journey.journey where scenario = 'hold_watch'"; }
is "journeys are open" "$(watched)" '2500|0|2500'
PGOPTIONS='-c role=journey_writer' let_go "$many" >"$work/again" || bad "many" "$(tail -n 2 "$work/retention.log")"
check "the month goes, the runs of cases without a journey are cut afterwards" \
    grep -q ' 1 steps, 2500 events .* 2500 runs of cases cut' "$work/again"
is "they are closed and frozen" "$(watched)" '2500|2500|0'
verified "many open journeys" "$many"

# ---- forgotten by a message, then dropped ----
# Of what others did beside the forgotten 901, facts are left: a log-out without its person, an e-mail
# that 901 has too, a hold that 901 had touched. The forgotten one's spans of time do not take them.
new_database e2e_retention_forget
f=$(settings e2e_retention_forget forget)
sed "s/^topic: .*/topic: ^forget\\\\.${run_id/./\\\\.}\$/" "$root/deploy/sources/forget.yaml" >"$work/forget.yaml"
sed -i 's/^sources: .*/sources: [sources.yaml, forget.yaml]/' "$f"
facts() { # what is known of logouts, holds and aliases
    sql e2e_retention_forget "select
        (select count(*) from journey_internal.login), (select count(*) from journey_internal.logout),
        (select count(*) from journey_internal.case_fact),
        (select count(*) from journey_internal.alias where key_no < partner_no)"
}
rebuilt() { # WHAT
    local before
    verified "$1" "$f"
    before=$(digest_of "$f")
    "$JOURNEYD" rebuild -c "$f" >"$work/rebuild.log" 2>&1 || bad "rebuild" "$(tail -n 3 "$work/rebuild.log")"
    is "$1: rebuild changes nothing" "$(digest_of "$f")" "$before"
}
line() { # TIME TOUCHPOINT KEYS [MORE]
    lines=$((${lines:-0} + 1))
    printf '{"id":"f%d","time":"2026-%s:00Z",%s"keys":{%s}%s}\n' "$lines" "$1" \
        "${2:+\"touchpoint\":\"$2\",}" "$3" "${4:+,$4}"
}
lines=0
{
    line 02-28T22:20 discover.search '"card":"901","web.anon":"pc"'
    line 02-28T22:21 request.hold_placed '"card":"901","email":"home"' '"cases":{"hold":"H1"}'
    line 02-28T22:24 request.hold_placed '"card":"902","web.anon":"pc"' '"cases":{"hold":"H1"}'
    line 02-28T22:30 discover.search '"card":"902","web.anon":"pc"'
    line 02-28T22:32 discover.search '"card":"902","email":"two"'
    line 02-28T22:35 discover.search '"card":"903","email":"home","web.user":"w3","web.anon":"pc"'
    line 02-28T22:36 request.hold_placed '"card":"903","email":"home"' '"cases":{"hold":"H3"}'
    line 02-28T22:40 '' '"card":"902","web.anon":"pc"' '"fact":"logout"'
    line 02-28T22:50 '' '"card":"903","web.anon":"pc"' '"fact":"logout"'
    line 02-28T22:55 discover.search '"card":"904","web.anon":"pc"'
    line 03-01T00:05 discover.search '"web.anon":"pc"'
    line 03-01T00:10 '' '"card":"904","web.anon":"pc"' '"fact":"logout"'
    line 03-02T10:00 request.hold_ready '"card":"902"' '"cases":{"hold":"H1"}'
    line 03-02T10:01 request.hold_ready '"card":"903"' '"cases":{"hold":"H3"}'
    line 03-25T10:00 discover.search '"card":"902","email":"two"'
    line 06-20T10:00 discover.search '"card":"far"'
} >"$work/beside"
replay "$f" "$work/beside"
forget_by_message() { # CARD TIME
    printf '{"id":"r%s","time":"%s","keys":{"card":"%s"}}\n' "$1" "$2" "$1" >"$work/request"
    "$JOURNEYD" replay -c "$f" --source forget --quiet "$work/request" >>"$work/replay.log" 2>&1 ||
        bad "a request" "$(tail -n 2 "$work/replay.log")"
}
forget_by_message 901 2026-03-20T10:00:00Z
verified "forgotten, before the month goes" "$f"
stays=$(facts)
let_go "$f" >"$work/again"
check "then the month goes" grep -q ' 1 steps, [1-9]' "$work/again"
is "facts of the others stay" "$(facts)" "$stays"
rebuilt "forgotten, then dropped"
forget_by_message 902 2026-03-20T10:00:00Z
rebuilt "another one, by a message after the cut"
"$JOURNEYD" forget -c "$f" --key card=903 >>"$work/replay.log" 2>&1 ||
    bad "forget" "$(tail -n 2 "$work/replay.log")"
is "nothing is left of whom a log-in or a hold named" "$(sql e2e_retention_forget "
    select count(*) from journey_internal.key as k join journey_internal.tombstone as t
        on t.key_no = k.key_no and t.is_strict
    where exists (select from journey_internal.login as l where k.key_no = any (l.keys))
       or exists (select from journey_internal.case_fact as c where c.key_no = k.key_no)
       or not t.spreads
           and exists (select from journey_internal.alias as a where a.key_no = k.key_no)")" 0
rebuilt "and one by an operator"

# ---- terms and settings ----
sql e2e_retention "
    insert into journey_internal.quarantine (topic, part, kafka_offset, reason)
    select 'bulk', 0, i, 'past_retention' from generate_series(1, 45000) as i;
    update journey_internal.quarantine set first_seen_at = now() - interval '2 days'"
PGOPTIONS='-c track_functions=all' let_go "$gap" >/dev/null
is "rows of the quarantine go after their term" \
    "$(sql e2e_retention 'select count(*) from journey.quarantine')" 0
is "and nothing is done again for each of their slices" "$(sql e2e_retention "select calls
    from pg_stat_user_functions where funcname = 'retention_drop_facts'")" 1
short=$(settings e2e_retention short 'limits: {batch_bytes: 64MiB}')
sed -i 's/^retention:.*/retention: {events: 60d}/' "$short"
"$JOURNEYD" validate -c "$short" >"$work/short" 2>&1
is "a term shorter than a deadline is refused" "$?" 78
check "with the way out" grep -q 'deadline of scenario hold is 90d; keep events at least as long' "$work/short"
"$JOURNEYD" retention walk -c "$c" >/dev/null 2>&1
is "another word is a wrong usage" "$?" 2
"$JOURNEYD" retention show -c "$c" --dry-run >"$work/out" 2>&1
is "show has no dry run" "$?" 2
check "and says so" grep -q -- '--dry-run belongs to .retention run' "$work/out"
finish
