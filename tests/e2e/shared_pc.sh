#!/bin/bash
# 200 persons in a day on one kiosk, and on two shared computers that nobody declared (shared_pc.py): how
# many events lie with who did them, how many with nobody, and none with another person; where people
# leave without logging out, those that look like the last one's, which the rules give to that one, are
# told exactly; identity check names both computers; once they are declared kiosks, none is left.
. "$(dirname "$0")/lib.sh"

persons=200
kiosks() { # LIST: into the configuration
    sed -i "/^  kiosks:/d; s/^  secret_file: .*/&\n  kiosks: [$1]/" "$c"
}
# right, nobody, wrong: events on the computer NAME, less those at the desk. Who is who is told by the
# events at the desk.
owners() { # NAME [POINTS]
    sql shared_pc "with desk as (select branch, customer_id from journey.event
            where device_class = '$1 desk'),
        told as (select e.branch, case when c.kind <> 'person' then 'nobody'
                when e.customer_id = d.customer_id then 'right' else 'wrong' end as owner
            from journey.event as e join journey.customer as c on c.customer_id = e.customer_id
            left join desk as d on d.branch = e.branch
            where e.device_class like '$1 %' and e.device_class <> '$1 desk'
            and ('${2:-}' = '' or replace(e.device_class, '$1 ', '') = any ('{${2:-}}')))
        select count(*) filter (where owner = 'right'), count(*) filter (where owner = 'nobody'),
            count(*) filter (where owner = 'wrong') from told" | tr '|' ' '
}
quote() { # WHAT NAME
    local right nobody wrong
    read -r right nobody wrong < <(owners "$2")
    say "# $1: $persons persons, $((right + nobody + wrong)) events: $right with the right person," \
        "$nobody with nobody, $wrong with another person"
}

c=$(config shared_pc shared_pc)
kiosks '"web.anon:kiosk-1"'
new_database shared_pc
python3 "$root/tests/e2e/shared_pc.py" "$persons" >"$work/messages"
"$JOURNEYD" replay -c "$c" --source plain --quiet --batch 700 "$work/messages" \
    >"$work/replay.log" 2>&1 || bad "replay" "$(tail -n 3 "$work/replay.log")"
is "every person is a customer" "$(sql shared_pc "select count(*), count(distinct customer_id)
    from journey.event where device_class like '% desk'")" "$((3 * persons))|$((3 * persons))"

# ---- a declared kiosk: what carries a card, and nothing else
quote 'a kiosk' kiosk
is "kiosk: events that carry the card lie with its person" "$(owners kiosk login,named)" \
    "$((2 * persons)) 0 0"
is "kiosk: all others lie with nobody" "$(owners kiosk 'before,after,logout,after logout,passing by')" \
    "0 $((6 * persons + persons / 2)) 0"

# ---- everybody logs out: what is between log-in and log-out, too
quote 'a shared computer, everybody logs out' careful
is "careful: from log-in to log-out" "$(owners careful login,named,after,logout)" "$((5 * persons)) 0 0"
is "careful: before, after and passers-by" "$(owners careful 'before,after logout,passing by')" \
    "0 $((3 * persons + persons / 2)) 0"

# ---- every second one (p0, p2, ...) walks away: what follows, up to the next log-in, looks like theirs:
# two pages of the next one, and those of passers-by, who come after p0, p4, ...
quote 'a shared computer, every second one leaves without logging out' careless
is "careless: from log-in on" "$(owners careless login,named,after,logout)" \
    "$((4 * persons + persons / 2)) 0 0"
is "careless: what the next one did before the log-in" "$(owners careless before)" \
    "0 $persons $persons"
is "careless: after a log-out" "$(owners careless 'after logout')" "0 $((persons / 2)) 0"
is "careless: passers-by" "$(owners careless 'passing by')" "0 0 $((persons / 2))"

# ---- the remedy
"$JOURNEYD" identity check -c "$c" --json >"$work/check" 2>/dev/null
is "identity check finds something" $? 5
ids=$(for device in reading-room-2 reading-room-7; do
    "$JOURNEYD" identity show -c "$c" --key "web.anon=$device" --json |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["customer"]["customer_id"])'
done | sort)
is "it names both computers, and the persons of each" "$(python3 -c '
import json, sys
found = json.load(open(sys.argv[1]))["devices_of_several"]["worst"]
print("\n".join(sorted(d["id"] for d in found)))
print(*{d["customers"] for d in found})' "$work/check")" "$ids
$persons"
kiosks '"web.anon:kiosk-1", "web.anon:reading-room-2", "web.anon:reading-room-7"'
"$JOURNEYD" rebuild -c "$c" --quiet >"$work/rebuild.log" 2>&1 ||
    bad "rebuild" "$(tail -n 3 "$work/rebuild.log")"
for name in careful careless; do
    quote "the same ($name), declared a kiosk" "$name"
    is "$name, declared: with who carries the card, else with nobody" \
        "$(owners "$name" login,named) $(owners "$name" 'before,after,logout,after logout,passing by')" \
        "$((2 * persons)) 0 0 0 $(($(owners "$name" | awk '{ print $1 + $2 + $3 }') - 2 * persons)) 0"
done
"$JOURNEYD" identity check -c "$c" --json >"$work/check" 2>/dev/null
is "identity check has no more to say of devices" "$(python3 -c '
import json, sys
print(json.load(open(sys.argv[1]))["devices_of_several"]["count"])' "$work/check")" 0
"$JOURNEYD" verify -c "$c" >"$work/verify.log" 2>&1
is "verify finds no difference" $? 0
finish
