#!/bin/bash
# No step of identity may cost more the more there is: a thousandth of tests/bench/identity, told by what
# PostgreSQL counts, not by a clock. A user import joins from the side of its batch, whatever the
# statistics said when the tables were empty; a key that 2,000 patrons share is not read with all of
# them when one is told something new, nor when an operator unlinks one; a log-in moves what is its.
. "$(dirname "$0")/lib.sh"

messages() { # FUNCTION ARGUMENTS...: of tests/bench/people.py, to $work/messages
    python3 -B - "$root/tests/bench" "$work/messages" "$@" <<'END_OF_PROGRAM'
import sys
sys.path.insert(0, sys.argv[1])
import people
getattr(people, sys.argv[3])(sys.argv[2], *[int(a) if a.isdigit() else a for a in sys.argv[4:]])
END_OF_PROGRAM
}
feed() { # BATCH
    "$JOURNEYD" replay -c "$c" --source plain --quiet --batch "$1" "$work/messages" \
        >"$work/replay.log" 2>&1 || bad "replay" "$(tail -n 3 "$work/replay.log")"
}
count() { # read|written: rows so far, when every back end has told its own
    sleep 0.1
    sql costs "select case '$1' when 'read' then tup_returned + tup_fetched
        else tup_inserted + tup_updated + tup_deleted end
        from pg_stat_database where datname = 'costs'"
}
at_most() { # WHAT NUMBER LIMIT
    if [ "$2" -le "$3" ]; then ok "$1"; else bad "$1" "$2 rows, at most $3"; fi
}
at_device() {
    sql costs "select coalesce(sum(events), 0) from journey_internal.customer as c
        join journey_internal.key as k on k.key_no = c.customer_no
        join journey_internal.namespace as n on n.ns_no = k.ns_no where n.kind = 'device'"
}

c=$(config costs costs)
sed -i 's/^    - {name: card,/    - {name: folio.user, kind: person}\n&/' "$c"
new_database costs
sql costs 'select journey_internal.refresh_statistics()' # all tables are known to be empty

# ---- a user import after the events of the users
messages card_events 600 3600
feed 50000
messages users 3600
feed 1200
for index in identity_message_keyset alias_pkey; do
    n=$(sql costs "select idx_scan from pg_stat_user_indexes where indexrelname = '$index'")
    check "import: $index is asked for each record once it is no longer empty ($n times)" \
        [ "$n" -ge 2400 ]
done
is "import: every user's events are found" "$(sql costs "select sum(events) from
    journey_internal.customer as c join journey_internal.key as k on k.key_no = c.customer_no
    where k.ns_no = 0")" 600

# ---- a late log-in
messages anonymous 50 s
feed 50000
messages anonymous 500 l
feed 50000
is "a device has its page views" "$(at_device)" 550
messages login s
from=$(count written)
feed 50000
short=$(($(count written) - from))
messages login l
from=$(count written)
feed 50000
long=$(($(count written) - from))
is "the log-ins move them all" "$(at_device)" 0
at_most "ten times the events are not ten times the rows ($short, $long)" "$long" $((2 * short + 50))

# ---- a shared key
messages patrons 20000 100 '' card
feed 50000
messages ids_of_cards 20000 100
from=$(count read)
feed 10
own=$(($(count read) - from))
messages patrons 0 2000 office@example.org card
feed 50000
is "an e-mail has 2,000 partners and is shared" "$(sql costs "select shared, partners from
    journey_internal.key order by partners desc limit 1")" '1|2000'
messages ids_of_cards 0 100
from=$(count read)
feed 10
shared=$(($(count read) - from))
at_most "what is told of its patrons reads no more than of others ($own, $shared)" "$shared" \
    $((own + 2000))
keys=(--key email=office@example.org --key card=hub1)
from=$(count read)
"$JOURNEYD" identity unlink -c "$c" "${keys[@]}" >"$work/unlink.log" 2>&1 || bad "unlink"
unlink=$(($(count read) - from))
from=$(count read)
"$JOURNEYD" identity relink -c "$c" "${keys[@]}" >"$work/unlink.log" 2>&1 || bad "relink"
relink=$(($(count read) - from))
at_most "to unlink a patron reads as little as to relink it ($unlink, $relink)" "$unlink" \
    $((relink + 1000))
"$JOURNEYD" verify -c "$c" >"$work/verify.log" 2>&1
is "verify finds no difference" $? 0
finish
