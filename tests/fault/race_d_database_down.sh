#!/bin/bash
# Race (d): the database is down when partitions are assigned, for longer than the session timeout
# (6 s here). The membership survives: nothing is assigned anew when the database is back. Also:
# the database is away in the middle of work, and at the start.
. "$(dirname "$0")/../e2e/lib.sh"

own_server start

events --events 900 >"$work/events"
split -n l/3 -d "$work/events" "$work/part."
truth=$(reference fault_d_truth "$work/events" 2026-06-01T00:00:00Z)
topic "plain.$run_id" 4
new_database fault_d
c=$(config fault_d fault_d 'watermark: {allowed_disorder: 10m, idle_after: 1h}')
wanted=0
send() {
    produce_spread "plain.$run_id" "$work/part.$1" 4
    wanted=$((wanted + $(wc -l <"$work/part.$1")))
}
times() { grep -c "$2" "$work/$1.log"; } # NAME PATTERN

start one run -c "$c"
one=$pid
start two run -c "$c"
two=$pid
send 00
check "two instances read" until_true 30 eval 'at_least fault_d $wanted && says two claimed &&
    [ "$(times one claimed)" -ge 1 ]'

own_server stop
before=$(times one 'partitions assigned')
kill -TERM "$two"
until_true 20 gone "$two"
# An eager rebalance revokes first; that is over when they are assigned.
check "partitions are assigned while the database is down" \
    until_true 30 eval '[ "$(times one "partitions assigned")" -gt $before ]'
# The rebalance of a member that left may still be under way.
quiet_for() { # SECONDS: one's assignment stays as it is
    local was
    was=$(times one 'partitions ')
    sleep "$1"
    [ "$(times one 'partitions ')" -eq "$was" ]
}
check "the group settles" until_true 30 quiet_for 2
assigned=$(times one 'partitions assigned') revoked=$(times one 'partitions revoked')
send 01
sleep 10
check "it says that the database is away" says one 'database is away'
own_server start
check "it goes on when the database is back" until_true 30 at_least fault_d $wanted
# A broker that stalls for 6 s ends the session by itself, whatever the instance does: then once
# more. An instance that does not poll while the database is away is told off both times.
if [ "$(times one 'partitions assigned') $(times one 'partitions revoked')" != "$assigned $revoked" ]; then
    say "  # the group rebalanced, once more"
    tail -n 20 "$work/one.log"
    until_true 30 quiet_for 5
    assigned=$(times one 'partitions assigned') revoked=$(times one 'partitions revoked')
    own_server stop
    sleep 10
    own_server start
    check "it goes on again" until_true 30 eval '[ "$(times one "database works again")" -ge 2 ]'
fi
is "nothing was assigned anew" "$(times one 'partitions assigned')" "$assigned"
is "nothing was revoked" "$(times one 'partitions revoked')" "$revoked"

# In the middle of work: a crash of the server.
own_server kill
send 02
sleep 2
own_server start
check "it goes on after a crash of the server" until_true 30 at_least fault_d $wanted
kill -TERM "$one"
until_true 20 gone "$one"

# At the start.
own_server stop
start three run -c "$c"
three=$pid
check "absent at the start: it says so and keeps trying" \
    until_true 15 eval 'says three "database is away" && ! gone $three'
"$JOURNEYD" status -c "$c" >"$work/status" 2>&1
is "status exits with 69" $? 69
check "status says why" grep -q '^database .*connect' "$work/status"
check "status knows that Kafka answers" grep -q '^kafka *answers' "$work/status"
own_server start
check "it starts when the database is there" until_true 30 says three claimed
kill -TERM "$three"
until_true 20 gone "$three"
check "drains" drain "$c" --watermark 2026-06-01T00:00:00Z
is "same digest" "$(digest_of "$c")" "$truth"
sound "database down" fault_d "$c"
is "every message is counted once" \
    "$(sql fault_d 'select sum(read) from journey_internal.source_tally')" "$wanted"

# Kafka is away: nothing listens at the discard port.
away=$(config fault_d away 'kafka: {brokers: "127.0.0.1:9", group: away}')
start away run -c "$away"
check "Kafka absent: it says so and keeps trying" \
    until_true 15 eval 'says away "Kafka is away" && ! gone $pid'
kill -TERM "$pid"
check "Kafka absent: it ends when asked" until_true 10 gone "$pid"
"$JOURNEYD" status -c "$away" >"$work/status" 2>&1
is "Kafka absent: status exits with 69" $? 69
check "Kafka absent: status says why" grep -q '^kafka *no Kafka broker answers' "$work/status"
finish
