#!/bin/bash
# Small groups: an attacker who may read what journey_reader may, has read it in five states of the
# database, and knows how numbers are stepped, tries to find a group of fewer customers than
# privacy.small_groups. attacker_world.py makes the library, attacker_state.py asks and counts what is
# so, attacker.py judges (attacks a to d), attacker_doors.py tries ways around the views (e). Each line
# tells how many were tried.
#
#     JOURNEYD_ATTACKER_SEED=7 tests/e2e/attacker.sh     another library
#     JOURNEYD_ATTACKER_K=1                              exact numbers for everybody: all attacks succeed
#
# A login belongs to all databases of a server, so the server is one of its own.
. "$(dirname "$0")/lib.sh"

export PYTHONDONTWRITEBYTECODE=1
seed=${JOURNEYD_ATTACKER_SEED:-1}
configured=${JOURNEYD_ATTACKER_K:-10}
k=10 # what is tried against
own_server start
sql postgres 'alter system set fsync = off'
sql postgres 'select pg_reload_conf()' >/dev/null
socket=$(cat "$work/server/pg.dir")
here=$root/tests/e2e
scenarios() { python3 "$here/attacker_world.py" scenarios; }
c=$(config attacker attacker)
printf 'journeys: {segment_by: branch}\nprivacy: {small_groups: %s}\n' "$configured" >>"$c"
new_database attacker
sql postgres 'create role watcher login in role journey_reader'
states=$work/states
mkdir "$states"
python3 "$here/attacker_world.py" "$seed" "$work"

ask() { python3 "$here/attacker.py" "$@"; }
answers() { # DSN FILE: what psql says to standard input
    PGOPTIONS='-c jit=off' psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$1 dbname=attacker" >"$2" 2>"$2.err"
}
reader="host=$socket user=watcher"
look() { # STATE full|few: what is so and what the reader sees
    local views
    ask views "$2" | answers "$reader" "$states/$1.views" &
    views=$!
    ask truth | answers "$server" "$states/$1.truth" &&
        ask ranges "$2" | answers "$reader" "$states/$1.ranges" && wait "$views" ||
        bad "state $1: asked" "$(cat "$states/$1".*.err)"
}
feed() { # FILE
    "$JOURNEYD" replay -c "$c" --source plain --quiet "$1" >"$work/feed.log" 2>&1 ||
        bad "replay" "$(tail -n 3 "$work/feed.log")"
}
busiest() { # KEY PLACE: the value with the PLACEth most messages
    sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p" "$work/1.ndjson" | sort | uniq -c | sort -k1,1nr -k2 |
        sed -n "$2s/^ *[0-9]* //p"
}
take() { # lines of ok and not ok
    local line
    while IFS= read -r line; do
        case $line in
        ok*) passed=$((passed + 1)) ;;
        not*) failed=$((failed + 1)) ;;
        esac
        say "$line"
    done
}

# ---- five states
feed "$work/1.ndjson"
look 1 full
feed "$work/2.ndjson" # one more day, and late events of earlier months
look 2 few
ask late "$states/2" >"$work/3.ndjson" # one late event, where it moves a number
feed "$work/3.ndjson"
look 3 few
"$JOURNEYD" forget -c "$c" --key "card=$(busiest card 1)" >"$work/forget.log" 2>&1 ||
    bad "forget" "$(tail -n 3 "$work/forget.log")"
look 4 few
accounts=$(for i in 1 2 3 4 5 6 7 8; do busiest web.user $i; done | sed 's/.*/"&"/' | paste -sd,)
printf '{"id":"one","time":"2026-02-20T10:00:00Z","fact":"identity","keys":{"card":"%s","web.user":[%s]}}\n' \
    "$(busiest card 2)" "$accounts" >"$work/5.ndjson"
feed "$work/5.ndjson" # eight accounts turn out to be one card's
look 5 few
is "the fifth state has eight customers fewer" "$(sql attacker "select count(*) from journey.customer")" \
    "$(($(python3 -c "import json,sys
print(len({json.loads(l)[3] for l in open('$states/4.truth') if l[0] == '['}))") - 8))"

# ---- what they tell, and the doors beside it
sql attacker "select s.name || ' ' || d.day || ' ' || coalesce(j.n, 0)
    from journey_internal.scenario as s
    cross join (select distinct day from journey_internal.journey) as d
    left join lateral (select count(*) as n, count(distinct x.customer_no) as customers
        from journey_internal.journey as x where x.scenario_no = s.scenario_no and x.day = d.day)
        as j on true
    where coalesce(j.customers, 0) <= $k and s.name in ('ask', 'hold')
    order by coalesce(j.n, 0) % 4, 1 limit 24" >"$work/hidden"
python3 "$here/attacker_doors.py" "$socket" attacker watcher "$k" "$work/hidden" >"$work/doors" 2>&1 &
doors=$!
ask judge "$states" "$k" >"$work/judged" 2>&1
is "the judge came to an end" $? 0
wait "$doors"
is "all doors were tried" $? 0
take <"$work/judged"
take <"$work/doors"
say "in all: $(cat "$work/judged" "$work/doors" | grep -oE '[0-9]+ tried' |
    awk '{ n += $1 } END { print n }') tried"

# ---- the setting
is "small_groups is told" "$(sql attacker 'select smallest_group from journey.published')" "$configured"
sed -i 's/small_groups: .*/small_groups: 25}/' "$c"
: >"$work/none.ndjson"
feed "$work/none.ndjson"
is "another one is taken over at the next start, and nothing is refused" \
    "$(sql attacker 'select smallest_group from journey.published')" 25
finish
