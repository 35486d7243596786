#!/bin/bash
# Mined = planted: what journeyd makes of simulated messages is, cell by cell, what the simulator's
# own books say (simulate --truth). Clean worlds, each knob alone, and ten seeds with all knobs on;
# with the shipped sources, vocabulary and scenarios and the demo's settings.
. "$(dirname "$0")/lib.sh"

events=${TRUTH_EVENTS:-3000}
keep=${TRUTH_KEEP:-} # a directory: what was planted and mined stays there

# The books must not borrow from the program they check.
is "the truth includes nothing of core/" \
    "$(grep -l '"core/' "$root"/consumer/io/sim/truth/sim_truth*.[ch])" ''

demo_config() { # DATABASE
    printf 'the secret of all tests, long enough\n' >"$work/secret"
    chmod 600 "$work/secret"
    sed -e "s|@ROOT@|$root|g" -e "s|@BROKERS@|localhost:1|g" -e "s|@DSN@|$server dbname=$1|g" \
        "$root/deploy/demo/journeyd.yaml.in" >"$work/$1.yaml"
    echo "$work/$1.yaml"
}

database() { # an empty one with the schema: a copy of the template
    sql postgres "drop database if exists e2e_truth with (force)"
    sql postgres "create database e2e_truth template e2e_truth_template"
}

# world KNOBS SEED DAYS [shuffled]
world() {
    local knobs=$1 seed=$2 days=$3 order=${4:-} dir=$work/world
    local what="seed $seed, $days days, knobs $knobs${order:+, $order}"
    local options=(--seed "$seed" --knobs "$knobs" --days "$days" --from 2024-08-01
        --events "$events")
    rm -rf "$dir"
    "$JOURNEYD" simulate "${options[@]}" --quiet --truth "$work/truth.ndjson" -o "$dir" \
        >"$work/simulate.log" 2>&1 || {
        bad "$what: simulate" "$(tail -n 3 "$work/simulate.log")"
        return
    }
    if [ -n "$order" ]; then
        cat "$dir"/*.ndjson >"$work/all"
        rm "$dir"/*.ndjson
        shuf --random-source=<(yes "$seed") "$work/all" >"$dir/all.ndjson"
    fi
    database
    "$JOURNEYD" replay -c "$config" --quiet "$dir"/*.ndjson >"$work/replay.log" 2>&1 || {
        bad "$what: replay" "$(tail -n 3 "$work/replay.log")"
        return
    }
    psql -X -q -d "$server dbname=e2e_truth" -f "$root/tests/e2e/truth.sql" \
        >"$work/mined.ndjson" 2>"$work/psql.log" || bad "$what: views" "$(cat "$work/psql.log")"
    if [ -n "$keep" ]; then
        cp "$work/mined.ndjson" "$keep/$seed.$knobs.$days.mined"
        echo "${options[*]}" >"$keep/$seed.$knobs.$days.options"
    fi
    if python3 "$root/tests/e2e/truth.py" "$what" "$work/truth.ndjson" "$work/mined.ndjson"; then
        passed=$((passed + 1))
    else
        bad "$what: mined = planted"
    fi
    is "$what: journey.conservation is empty" \
        "$(sql e2e_truth 'select count(*) from journey.conservation')" 0
}

config=$(demo_config e2e_truth)
sql postgres 'drop database if exists e2e_truth_template with (force)'
sql postgres 'create database e2e_truth_template'
"$JOURNEYD" schema apply -c "$(demo_config e2e_truth_template)" >"$work/schema.log" 2>&1 || {
    bad "schema" "$(tail -n 3 "$work/schema.log")"
    finish
}

world clean 1 31
world clean 2 365 shuffled
for knob in anonymous=600 late=300 duplicates=200 kiosks=3 family=400 devices=500 staff=500 \
    poison=50; do
    world "clean,$knob" 3 62
done
# Long enough that tablets are handed on, devices replaced, visitors come back after a log-out.
events=$((events * 2))
for seed in 1 2 3 4 5 6 7 8 9; do
    world all "$seed" 90
done
world all 10 90 shuffled

# A world that differs by one message must not pass.
sed -i '0,/borrow.checkout/s//use.renewed/' "$work/truth.ndjson"
check "a changed cell is found" test "$(python3 "$root/tests/e2e/truth.py" changed \
    "$work/truth.ndjson" "$work/mined.ndjson" | grep -c ' 0 differ')" -eq 0
finish
