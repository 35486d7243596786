#!/bin/bash
# What a forget costs of somebody with many events: 20,000 with two person keys, all on one computer,
# each of them a login. By command and by message; what is looked at more than once for each event
# takes minutes. A message must end without a retry, as PostgreSQL ends the session of a transaction
# that waits for its client for 10 s, and the next attempt would take as long.
. "$(dirname "$0")/lib.sh"

many=20000
python3 - $many >"$work/events" <<'END'
import sys, datetime
start = datetime.datetime(2026, 3, 2)
def line(i, keys, at):
    t = (start + datetime.timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")
    print('{"id":"%s","time":"%s","touchpoint":"%s","keys":{%s}%s}' % (
        i, t, "discover.record_viewed" if at % 2 else "discover.search", keys,
        ',"fact":"logout"' if at % 50 == 0 else ''))
for i in range(int(sys.argv[1])):  # two days
    line("m%d" % i, '"card":"7001","web.user":"maria","web.anon":"pc"', i * 8)
for i in range(100):
    line("b%d" % i, '"card":"7002","web.user":"ben","web.anon":"pc"', i * 1600 + 3)
END
grep '"b[0-9]' "$work/events" >"$work/others"
cp "$root/deploy/sources/forget.yaml" "$work/forget.yaml"
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
printf '{"id":"r1","time":"%s","keys":{"card":"7001"}}\n' "$now" >"$work/request"

# patient SECONDS COMMAND...: the command, ended if it is still busy then; log in $work/out
patient() { timeout -s KILL "$@" >"$work/out" 2>"$work/err"; }
feed() { # CONFIG SOURCE FILE [ARGUMENTS...]
    "$JOURNEYD" replay -c "$1" --source "$2" --quiet "${@:4}" "$3" >"$work/feed.log" 2>&1 ||
        bad "replay of $2" "$(tail -n 3 "$work/feed.log")"
}
configure() { # DATABASE: empty; its configuration
    local c
    c=$(config "$1" "$1")
    sed -i 's/^sources: .*/sources: [sources.yaml, forget.yaml]/' "$c"
    new_database "$1"
    echo "$c"
}
left() { # DATABASE
    sql "$1" "select (select sum(n) from journey_internal.timeline),
        (select count(*) from journey_internal.alias) / 2,
        (select sum(cardinality(at)) from journey_internal.login),
        (select sum(cardinality(keys)) from journey_internal.login),
        (select count(*) from journey_internal.logout)"
}
others='100|1|100|200|0'

c=$(configure forget_cost)
feed "$c" plain "$work/events"
sql postgres "drop database if exists forget_cost_message with (force)"
sql postgres "create database forget_cost_message template forget_cost"
echo forget_cost_message >>"$work/databases"
is "before" "$(left forget_cost)" "$((many + 100))|2|$((many + 100))|$((2 * many + 200))|$((many / 25))"

patient 60 "$JOURNEYD" forget -c "$c" --key card=7001 --json
is "by command: it ends in less than a minute" $? 0
is "it took all that was hers" "$(python3 -c "import json
d = json.load(open('$work/out'))
print(*(d['removed'][k] for k in ('events', 'aliases', 'logins', 'logouts')))")" \
    "$many 1 $many $((many / 25))"
is "others stay" "$(left forget_cost)" "$others"

m=$(config forget_cost_message forget_cost_message)
sed -i 's/^sources: .*/sources: [sources.yaml, forget.yaml]/' "$m"
patient 60 "$JOURNEYD" replay -c "$m" --source forget "$work/request"
is "by message: it ends in less than a minute" $? 0
is "without a retry" "$(grep -cE 'trying again|25P03' "$work/err" "$work/out" | cut -d: -f2 | xargs)" '0 0'
is "others stay, by message" "$(left forget_cost_message)" "$others"
finish
