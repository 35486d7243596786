#!/bin/bash
# The queries of queries/ on a library whose stories are known (queries_world.py): each prints what
# stands in the .out file beside it, as the role its header names, and a part of the answers is
# compared with numbers worked out from the stories by hand.
#
#     tests/e2e/queries.sh [--update]       --update writes the .out files anew
#
# A .out file begins with the command that prints it; -v in that line sets parameters where the
# defaults would show little of so small a world. What a clock of this machine says is made the end
# of the world, so that every byte is the same tomorrow. Sizes of tables differ with the version of
# PostgreSQL: of that file only the head and the first word of the first line are compared.
. "$(dirname "$0")/lib.sh"

db=e2e_queries
cd "$root" || exit 1
export PGTZ=UTC PGOPTIONS='-c statement_timeout=60s'

# ---- the world ----
cat >"$work/gate.yaml" <<'END'
source: gate
topic: ^gate$
decode: json
id: "{/id}"
time: [{at: /time, format: rfc3339}]
touchpoint: {from: /action, values: {OUT: borrow.checkout, IN: return.checkin}, default: skip}
keys: {card: /card}
END
printf 'the secret of all tests, long enough\n' >"$work/secret"
chmod 600 "$work/secret"
cat >"$work/$db.$db.yaml" <<END
library: {name: Test Library, time_zone: Europe/Berlin}
kafka: {brokers: "$JOURNEYD_TEST_BROKERS", group: queries}
postgres: {dsn: "$server dbname=$db"}
identity:
  secret_file: secret
  namespaces:
    - {name: folio.user, kind: person, unique: true}
    - {name: card, kind: person}
    - {name: email, kind: person, normalise: [lower]}
    - {name: web.user, kind: person}
    - {name: zammad.user, kind: person}
    - {name: web.anon, kind: device}
    - {name: hold, kind: case}
    - {name: loan, kind: case}
    - {name: ticket, kind: case}
  max_aliases: 3
  kiosks: ["web.anon:kiosk-1"]
  exclude: ["card:9000"]
sessions: {gap: 30m, max_day_events: 20}
journeys: {segment_by: branch}
privacy: {small_groups: 1}
vocabulary: $root/deploy/vocabulary.yaml
scenarios: $root/deploy/scenarios.yaml
sources: [$root/deploy/sources/plain.yaml, gate.yaml]
END
new_database $db
python3 tests/e2e/queries_world.py >"$work/world"
"$JOURNEYD" replay -c "$work/$db.$db.yaml" --quiet --watermark 2025-11-05T06:00:00Z "$work/world" \
    >"$work/replay.log" 2>&1 || bad "replay of the world" "$(tail -n 3 "$work/replay.log")"
# Partitions as an instance would have left them: one is behind, one holds the watermark, two are
# idle and somebody looks at them for ever.
sql $db "
    update journey_internal.writer set last_commit_at = '2025-11-05 06:01Z';
    update journey_internal.quarantine set first_seen_at = '2025-11-05 06:01Z';
    update journey_internal.unmapped set last_seen_at = '2025-11-05 06:01Z';
    insert into journey_internal.kafka_offset (grp, topic, part, next_offset, log_end_offset,
        greatest_us, seen_at, idle_since, last_commit_at)
    select 'queries', p.topic, p.part, p.next_offset, p.log_end,
           extract(epoch from p.greatest) * 1000000, '2999-01-01', p.idle_since, p.committed
    from (values
        ('plain.website', 0, 190, 190, '2025-11-05 06:10Z'::timestamptz, null::timestamptz,
         '2025-11-05 06:01Z'::timestamptz),
        ('plain.website', 1, 80, 95, '2025-11-05 06:20Z', null, '2025-11-05 06:01Z'),
        ('plain.circulation', 0, 120, 120, '2025-11-01 14:00Z', '2025-11-01 14:01Z',
         '2025-11-01 14:00Z'),
        ('plain.helpdesk', 0, 20, 20, '2025-11-03 14:00Z', '2025-11-03 14:01Z',
         '2025-11-03 14:00Z')
    ) as p (topic, part, next_offset, log_end, greatest, idle_since, committed)"
for role in reader detail; do
    sql $db "drop role if exists ${db}_$role"
    sql $db "create role ${db}_$role login in role journey_$role"
done

# ---- running a query ----
anybody=$(sed 's/user=[^ ]*//' <<<"$server")
needs() { sed -n 's/^-- Needs: journey_//p' "$1"; }
as() { # ROLE ARGUMENTS...: psql, logged in as a member of the role
    local role=$1
    shift
    psql -X -q -d "$anybody user=${db}_$role dbname=$db" \
        -v ON_ERROR_STOP=1 -P pager=off "$@" 2>&1
}
ask() { # FILE [-v name=value]...: the lines of the answer, columns between |
    local file=queries/$1.sql
    shift
    as "$(needs "$file")" -A -t "$@" -f "$file"
}
command_of() { # FILE: the first line of its .out
    local line
    line=$(head -n 1 "${1%.sql}.out" 2>/dev/null)
    [[ $line == '$ psql '* ]] && echo "$line" || echo "\$ psql -f $1"
}
transcript() { # FILE: what its .out should be
    local line words
    line=$(command_of "$1")
    read -ra words <<<"${line#\$ psql }"
    printf '%s\n' "$line"
    as "$(needs "$1")" "${words[@]}"
}
compared() { # FILE: of a .out on standard input, what has to be the same
    case $1 in
    */06-table-sizes.sql) sed -n '1,2p; 4p' | tr -s ' ' | cut -d ' ' -f 1-6 | sed '3s/|.*//' ;;
    *) cat ;;
    esac
}

same() { # FILE: the sample is what was printed
    diff <(compared "$1" <"${1%.sql}.out") <(compared "$1" <"$work/out") >"$work/diff" 2>&1
}

# Every number is shown, and where the question is what is not, those of three customers.
small_groups() { # K
    sql $db "update journey_internal.setting set value = '$1' where name = 'privacy.small_groups'"
}
for file in queries/*/*.sql; do
    case $file in
    */08-what-readers-are-told.sql)
        small_groups 3
        transcript "$file" >"$work/out"
        small_groups 1
        ;;
    *) transcript "$file" >"$work/out" ;;
    esac
    same "$file" || [ "${1:-}" != --update ] || cp "$work/out" "${file%.sql}.out"
    if same "$file"; then
        ok "$file prints its sample, as journey_$(needs "$file")"
    else
        bad "$file prints its sample, as journey_$(needs "$file")" "$(head -n 20 "$work/diff")"
    fi
done

# ---- parameters ----
# Files one after the other in one psql, each after a line "== FILE" and with the given parameters
# alone; errors do not end it.
together() { # ROLE FILES [NAME=VALUE]...
    local role=$1 files=$2 file parameter run=()
    shift 2
    grep -ohP '^\\if :\{\?\K\w+' queries/*/*.sql | sort -u | sed 's/^/\\unset /' >"$work/reset.psql"
    for parameter in "$@"; do
        echo "\\set ${parameter%%=*} '${parameter#*=}'" >>"$work/reset.psql"
    done
    for file in $files; do
        run+=(-f "$work/reset.psql" -c "\\echo == $file" -f "$file")
    done
    as "$role" -v ON_ERROR_STOP=0 -A -t "${run[@]}"
}
having() { grep -l -- "$1" queries/*/*.sql; } # PATTERN
lines_of() { # FILE ANSWERS
    awk -v of="== $1" '/^== / { on = $0 == of; next } on' <<<"$2"
}

# All parameters at once, each with another value than its default.
all=(from_date=2025-09-01 to_date=2025-10-31 scenario=find segment=main
    touchpoint=discover.search min_count=1 min_reached=1 lines=1 next=2 days=2
    weeks=2 steps=2 hours=48 channel=website customers=all month=2025-10-01
    month_before=2025-09-30 since=2025-01-01 as_of=2025-11-05T07:00Z
    "customer_id=$(sql $db 'select max(customer_id::text) from journey.customer
        where flood_days > 0')")
answers=$(together detail "$(echo queries/*/*.sql)" "${all[@]}")
is "every query takes its parameters" "$(grep -E 'ERROR|syntax' <<<"$answers")" ''
is "every parameter of every query was set" "$(having '^\\if :{?' | xargs grep -ohP '^\\if :\{\?\K\w+' |
    sort -u | while read -r name; do [[ " ${all[*]} " == *" $name="* ]] || echo "$name"; done)" ''
wrong=()
for file in $(having '^\\if :{?lines}'); do
    [ "$(lines_of "$file" "$answers" | wc -l)" -eq 1 ] || wrong+=("$file")
done
is "lines=1 shows one line" "${wrong[*]:-}" ''

# What does not exist gives an error or nothing, never a number: zeros, where a line stands for a
# day or a week.
nothing='^(psql:.*ERROR:  .*|LINE [0-9]+: .*|[ ]*\^|CONTEXT: .*|HINT: .*|DETAIL: .*|PL/pgSQL .*|== .*|)$'
zeros='^([a-z_]+\|)?20[0-9]{2}-[0-9W-]+(\|0?)*$'
for parameter in scenario segment; do
    answers=$(together detail "$(having "^\\\\if :{?$parameter}")" $parameter=no_such)
    is "$parameter=no_such: an error or nothing" \
        "$(grep -vE -e "$nothing" -e "$zeros" -e '^\(open\)\|0\|\|\|$' <<<"$answers")" ''
done
has_errors() { grep -c "ERROR:  $1" <<<"$2"; }
check "an unknown scenario is told" test "$(has_errors "there is no scenario 'no_such'" \
    "$(together detail "$(having '^\\if :{?scenario}')" scenario=no_such)")" -ge 5
answers=$(together detail "$(having '^\\if :{?from_date}')" from_date=2999-01-01)
is "dates the wrong way round: an error or nothing" \
    "$(grep -vE -e "$nothing" <<<"$answers")" ''
check "dates the wrong way round are told" \
    test "$(has_errors 'from_date 2999-01-01 is later than to_date' "$answers")" -ge 10

files=$(having '^-- Needs: journey_detail')
answers=$(together reader "$files")
is "what needs journey_detail is refused to journey_reader" \
    "$(has_errors 'permission denied for view' "$answers")" "$(wc -w <<<"$files")"

# ---- answers worked out by hand from the stories ----
has() { # WHAT ANSWER LINE...: the answer has each line; a line is a pattern of bash
    local what=$1 answer=$2 line found wanted
    shift 2
    for line in "$@"; do
        found=
        while IFS= read -r wanted; do
            # shellcheck disable=SC2053 # a pattern
            [[ $wanted == $line ]] && found=1
        done <<<"$answer"
        if [ -z "$found" ]; then
            bad "$what" "no line $line in:" "$answer"
            return
        fi
    done
    ok "$what"
}
found='discover.search > discover.record_viewed'
vain='discover.search > discover.search_no_result'

# f: 10 + 10, and five first tries of 3001 (2), 3002, 3004 (2): 23 customers. n: 11 + 3, and 2005.
has "top paths" "$(ask analyst/01-top-paths -v scenario=find)" \
    "find|$found|25|0.446|25|0|0|23|t" "find|$vain|15|0.268|0|15|0|15|t" \
    "find|$vain > $found|9|*|9|0|0|9|t" 'find|discover.search|4|*|0|4|0|4|t'
# at search: all 56, 4 left (g). Without result: 11 + 1 in September, 3 + 8 + 1 and 2005 in October
# = 25; 11 + 3 + 1 and 2005 left; nine nf went on, nnn searched again twice and left: 10 journeys.
has "drop-off and the others" "$(ask analyst/02-drop-off-and-the-others -v scenario=find)" \
    'find|Search without result|25|16|0.640|*|*|0|9|Search the catalogue 10' \
    'find|Search the catalogue|56|4|0.071|*|0|52|View a title 34, Search without result 25, Place a hold 2'
# 21 holds and H31, H32; ready: 12 + 3 + H21 + H31; picked up: 12 + H31. Cards 1001-1006, 3003, 3005.
# main: the even ones of 2-12, 14, 16, 18, 20; still in the queue 20.
has "funnel by segment" "$(ask analyst/03-funnel-by-segment)" \
    '(all)|1|placed|23|*|17|0|3|3|8' '(all)|2|ready|17|*|13|0|3|1|7' \
    '(all)|3|picked up|13|*|0|13|0|0|7' 'main|0|(started)|10|*|10|0|0|0|3' \
    'main|1|placed|10|*|7|0|2|1|3' 'main|3|picked up|6|*|0|6|0|0|3'
# ready after 1 to 12 days, four times after about 3: the 8th of 16 is 4 days, the 15th 11 (to 1 %).
# pick-up after 1 day (6), 1 day 4 hours (H31), 2 days (6): the 7th of 13. Altogether the 7th is 8.
has "from hold to pick-up" "$(ask analyst/04-hold-to-pick-up)" \
    'Place a hold|Hold ready for pick-up|16|4.0|1[01].[019]|4' \
    'Hold ready for pick-up|Pick up a hold|13|1.2|2.0|4' '(placed)|(picked up)|13|8.[01]|12.[01]|4'
# of the 25 who came to a first search without result 15 left there, 10 went on
has "paths before a drop-off" "$(ask analyst/05-path-before-a-drop-off)" \
    "$vain|15|*|10|0.600|*|15" "$vain > $vain > $vain|1|*|0||||1"
# borrow: 3001 twice, 3002 and 3003 got it at the desk, 3005 waits; 3004 twice and 2005 did not
has "changed channel" "$(ask analyst/06-changed-channel)" \
    'borrow|circulation + website|5|4|1.0|4|0|1|*' 'borrow|(one channel)|3|2|0.0|0|3|0|*' \
    'get_help|helpdesk + website|1|1|1.0|1|0|0|*'
# 2001 asks an hour after the first and 58 minutes after the second failure; 2002 a minute too late,
# 2003 just in time; 2005 after three hours; 2006 failed too recently
has "help after a failed step" "$(ask analyst/07-help-after-a-failed-step -v min_count=1)" \
    'Log-in failed|3|2|1|0.500|*|58|1' 'Online resource refused|2|2|1|*|1440|0' \
    'Search without result|1|1|1|1.000|*|180|0'
# a minute more and 2002 is in time
has "help within 25 hours" "$(ask analyst/07-help-after-a-failed-step -v hours=25)" \
    'Online resource refused|2|2|2|*'
# first days: 3001, 3002, 3003 got it, 3004 and 2005 did not, 3005 waits; later: 3001 did, 3004 not
has "first-time and returning" "$(ask analyst/08-first-time-and-returning -v scenario=borrow)" \
    'borrow|first-time|6|6|3|2|1|||' 'borrow|returning|2|2|1|1|0|||'
# none: 20 f, 7 of the borrowers, 4 g; once: 11 + 1 + 3 + 8 and 2005; three times: nnn
has "repeated searches without result" "$(ask analyst/09-repeated-searches-without-result)" \
    '0|31|*|27|4|0.871|*|t' '1|24|*|9|15|0.375|*|t' '3|1|*|0|1||||t'
# never: L1-L4, L31-L34, L51, and L10 lost; L5-L7 once, L8 twice; L9, L11 and L12 are still out
has "loans by renewals" "$(ask analyst/10-loans-by-renewals)" \
    '0|10|9|1|1' '1|3|3|0|0' '2|1|1|0|1' '(open)|3|||'
has "unfinished journeys" "$(ask analyst/11-what-unfinished-journeys-wait-for)" \
    '*pick it up|Place a hold|3|2025-10-15|Hold ready for pick-up|system|17|17' \
    '*pick it up|Hold ready for pick-up|1|2025-10-27|Pick up a hold|customer|13|13' \
    '*bring it back|Check out|2|2025-09-02|Return an item|customer|9|15' \
    '*get it|Ask for help|1|2025-11-03|Staff answers|staff|4|5'
# 11 of 12 in September, 5 of 13 in October. By the formulas: Wilson 0.646-0.985 and 0.177-0.645,
# difference -0.532, from -0.532 - sqrt(0.2075^2 + 0.0684^2) to -0.532 + sqrt(0.2602^2 + 0.2706^2).
has "two months" "$(ask analyst/12-compare-two-months -v min_count=5)" \
    'find|Search without result|12|11|0.917|13|5|0.385|-0.532|-0.75[01]|-0.15[67]|lower' \
    'find|Search the catalogue|28|2|0.071|28|2|0.071|0.000|*|no difference shown' \
    'hold|Place a hold|14|1|0.071|9|2|||||cannot tell yet'
timeline=$(ask analyst/13-customer-timeline)
is "a customer's timeline has eleven events in nine sessions" \
    "$(tail -n 1 <<<"$timeline" | cut -d '|' -f 1,2) $(wc -l <<<"$timeline")" \
    '2025-10-23 09:00:00|9 11'
has "a customer's timeline, by the clocks of the library" "$timeline" \
    '2025-09-03 16:00:00|2|1|circulation|customer|Check out|borrow 3, loan 1' \
    '2025-10-22 10:00:00|7|1|helpdesk|customer|Ask for help|get_help 1'
has "journeys through a touchpoint" \
    "$(ask analyst/14-journeys-through-a-touchpoint -v scenario=hold -v touchpoint=request.hold_ready)" \
    '2025-10-27 15:00:00|north|open||2|2|*' '2025-10-03 09:00:00|north|lost|request.hold_expired|2|2|*'
is "journeys through a touchpoint are those that reached it" "$(ask \
    analyst/14-journeys-through-a-touchpoint -v scenario=hold -v touchpoint=request.hold_ready | wc -l)" 17

has "drop-off points" "$(ask dashboard/01-drop-off-points)" \
    'find|discover.search_no_result|*|25|16|0.640|*' 'hold|request.hold_placed|*|23|3||*'
# 22 to 28 October without result: nf n nnn n
has "drop-off per day" "$(ask dashboard/02-drop-off-per-day -v min_count=4)" \
    '2025-10-26|1|1|0|*' '2025-10-28|1|1|0|0.750|*' '2025-10-31|0|0|0||*'
from_8_october=(-v from_date=2025-10-08 -v to_date=2025-11-04)
# 24 visits, 3004, 2005 and 3005; found: 18, 3004, and 3005 by a hold
has "funnel" "$(ask dashboard/03-funnel -v scenario=find "${from_8_october[@]}")" \
    'find|1|searched|27|1.000|*|20|0|7|0|27' 'find|2|found something|20|0.741|*|0|20|0|0|20'
has "links for a Sankey chart" "$(ask dashboard/04-links-for-a-sankey "${from_8_october[@]}")" \
    '1 Search the catalogue|2 Search without result|13|t' '2 Search without result|(lost)|4|t' \
    '3 Search the catalogue|4 Search without result|1|t'
has "transitions for a map" "$(ask dashboard/05-transitions-for-a-map "${from_8_october[@]}")" \
    'Search without result|Search the catalogue|10|1.000|9|10|1.0|1.0|t'
has "open journeys" "$(ask dashboard/06-open-journeys)" \
    'hold|*|4|0|4|0|2025-10-15|365.0' 'loan|*|3|0|0|3|2025-09-02|400.0' \
    'get_help|*|1|1|0|0|2025-11-03|90.0'
# 27 October to 2 November: f n f g f; the week before: g nf f nf n f nnn, and 3005
has "week over week" "$(ask dashboard/07-week-over-week -v min_count=5)" \
    'find|2025-W44|5|-3|5|3|2|0|0.600|*' 'find|2025-W43|8|0|8|5|3|0|0.625|*'

has "lag and freshness" "$(ask operations/01-lag-and-freshness -v as_of=2025-11-05T06:05Z)" \
    '2025-11-05 07:00|5|2025-11-05 07:10|2025-11-05 07:01|4' \
    'plain.website|0|0|2025-11-05 07:10|2025-11-05 07:00|f|t|*' \
    'plain.website|1|15|*|f|f|*' 'plain.helpdesk|0|0|*|t|f|*'
has "quarantine" "$(ask operations/02-quarantine-by-reason)" \
    'plain|touchpoint|3|*' 'plain|initiator|1|*' 'plain|malformed|1|*' 'plain|no_key|1|*' \
    'plain|future|1|*' 'plain|too_old|1|*'
has "quarantined messages" "$(ask operations/07-quarantined-messages)" \
    'plain|touchpoint|discover.serach|2|*' 'plain|touchpoint|help.fax|1|*' \
    'plain|initiator|robot|1|*'
is "unmapped values" "$(ask operations/03-unmapped-values | cut -d '|' -f 2-4 | paste -sd ' ')" \
    '/action|RESET|2 /action|PAY|1'
has "shared keys" "$(ask operations/04-shared-keys)" \
    'card|max_aliases|4|1|2|*' 'email|several_customers|2|1|2|*'
has "floods" "$(ask operations/05-floods)" '2025-09-24|26|6|discover.page_viewed|device|1|*'
small_groups 3
# holds of October end at touchpoints of more than three customers, of fewer at each branch
has "what readers are told" "$(ask operations/08-what-readers-are-told -v month=2025-10-01)" \
    'hold|drop_off|6|0.00|0.00|0.00|1.00' 'visit|scenario_day|45|0.05|*|1.00|1.00'
small_groups 1

# ---- readers of small groups: an interval holds the exact rate, and a rate without one is empty ----
# Both roles ask everything, once by the defaults and once for a range of single days.
told() { # ROLE DIRECTORY [NAME=VALUE]...
    local role=$1 file
    mkdir -p "$2"
    for file in $(having '^-- Needs: journey_reader'); do
        as "$role" --csv "${@:3}" -f "$file" >"$2/$(basename "$(dirname "$file")")-$(basename "$file")"
    done
}
for k in 3 10; do
    small_groups $k
    for role in reader detail; do
        told $role "$work/$k.all.$role" -v min_count=1 -v min_reached=1 -v lines=100
        told $role "$work/$k.days.$role" -v min_count=1 -v min_reached=1 -v lines=100 \
            -v from_date=2025-09-10 -v to_date=2025-10-20
    done
done
small_groups 1
python3 - "$work" >"$work/held" <<'END'
"""Lines of readers beside the exact ones: wrong ones, and how many intervals there were."""
import csv
import glob
import os
import sys

KEYS = ("scenario", "touchpoint", "segment", "no", "day_on", "iso_week", "path", "times", "from_step",
        "to_step")
INTERVALS = {"rate": ("rate_low", "rate_high"), "share": ("share_low", "share_high"),
             "difference": ("low", "high")}
ALONE = ("share", "share_of_lost")  # where there is no interval


def lines(path):
    with open(path, encoding="utf-8") as f:
        return list(csv.DictReader(f))


held = 0
for of_reader in sorted(glob.glob(sys.argv[1] + "/*.reader/*.sql")):
    name = of_reader[len(sys.argv[1]) + 1:]
    exact = {tuple(row.get(k) for k in KEYS): row for row in lines(of_reader.replace(".reader/", ".detail/"))}
    if not exact:
        print("nothing for analysts:", name)
    for row in lines(of_reader):
        true = exact.get(tuple(row.get(k) for k in KEYS), {})
        for rate, (low, high) in INTERVALS.items():
            if low not in row or not row[low]:
                continue
            held += 1
            if true.get(rate) and not float(row[low]) <= float(true[rate]) <= float(row[high]):
                print(f"{name}: {row[low]}..{row[high]} and exactly {true[rate]}: {row}")
        for rate, (low, _) in INTERVALS.items():
            if row.get(rate) and low in row and not row[low]:
                print(f"{name}: {rate} without an interval: {row}")
        for rate in ALONE:
            if row.get(rate) and INTERVALS.get(rate, ("",))[0] not in row:
                print(f"{name}: {rate} of steps: {row}")
print("intervals:", "some" if held else "none")
END
is "readers: intervals hold the exact rates, and rates of steps are empty" "$(cat "$work/held")" \
    'intervals: some'
is "readers: what is not exact is said in the head" "$(having '^-- Needs: journey_reader' |
    xargs grep -lE '(journey\.(\w+_between|drop_off|scenario_day|raw_path|unmapped|suppression))\b' |
    xargs grep -L '^-- As journey_reader: ')" ''
# months of events: August (none), September, October, November
has "table sizes" "$(ask operations/06-table-sizes)" '(all)|*' 'timeline|3|*' 'journey|1|*'

for role in reader detail; do
    sql $db "drop role ${db}_$role"
done
finish
