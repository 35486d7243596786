#!/bin/bash
# make demo, small: it ends well, tells what it promises, keeps names, titles and searches out of the
# database and out of its files, and leaves nothing behind when it is stopped. Then once more with
# the real broker.
# Runs alone: its sources read every topic of theirs, those of other scripts too.
. "$(dirname "$0")/lib.sh"
export JOURNEYD DEMO_STATE=$work/demo
out=$work/out
mkdir -p "$work"

says() { grep -qE -- "$1" "$out"; }
ask() { "$root/deploy/demo/psql" -X -q -At -c "$1"; }
gives() { [ "$("${@:2}")" = "$1" ]; }
between() { # FROM TO: lines of a table between two headings
    sed -n "/$1/,/$2/p" "$out" | grep -c '│'
}
# names, titles, searches, subjects, addresses, cards: as the simulator spells them
secret_words='Quillhaven|Zwirnbein|Osterholm|Wellenbruch|zanzibar|asylum|mail\.example|198\.51\.100|\b2191300[0-9]{7}\b|kiosk-[1-9]|TEST-[12]'
no_secret_in_database() {
    local dir
    dir=$(cat "$DEMO_STATE/pg.dir")
    ! pg_dump -h "$dir" -U postgres journeys | grep -qE "$secret_words"
}
no_secret_in_files() {
    ! grep -rqE "$secret_words" "$out" "$DEMO_STATE" --include=out --include=*.log \
        --include=drain* --include=held --include=produced
}
gone() { [ ! -e "$DEMO_STATE" ] && [ ! -e "$1" ]; }

demo() { # BROKER
    (cd "$root" && BROKER=$1 EVENTS=15000 timeout 240 deploy/demo/run) >"$out" 2>&1
}
promised() {
    check "counts are proved" says 'produced = read = accounted for: [0-9]+'
    check "a step is under way all the time" says '^\[ *[0-9.]+ s\] journeyd run --drain'
    check "counts events" says 'events: .*│ +[0-9,]+'
    check "ten paths" gives 11 between 'ten commonest paths' 'five worst drop-off points'
    check "five drop-off points" gives 6 between 'five worst drop-off points' 'Three queries'
    check "drop-off points are never of visits" gives 0 \
        bash -c "sed -n '/five worst/,/Three queries/p' '$out' | grep -c '│ *visit'"
    check "three queries" gives 3 grep -cE '^[123]\. ' "$out"
    check "how to go on" says 'make demo-psql'
    check "nothing is inconsistent" gives 0 ask 'select count(*) from journey.conservation'
    check "rates are final" gives 0 ask \
        'select count(*) from journey.drop_off
         where not is_final and started_on < current_date - 300'
    check "no journey is open" gives 0 ask 'select sum(open) from journey.scenario_day'
    check "three channels meet in customers" [ "$(ask \
        'select count(*) from journey.customer where channel_count = 3')" -gt 0 ]
    check "nothing personal in the database" no_secret_in_database
    check "nothing personal in output and logs" no_secret_in_files
}

check "the demo ends well" demo ''
promised
dir=$(cat "$DEMO_STATE/pg.dir" 2>/dev/null || echo none)
check "stop" "$root/deploy/demo/stop" --quiet
check "nothing is left" gone "$dir"
check "stop again" "$root/deploy/demo/stop" --quiet
check "psql says that there is no demo" bash -c \
    "'$root/deploy/demo/psql' -c 'select 1' 2>&1 | grep -q 'make demo first'"

for topic in folio.diku.circulation.{loan,request,check-in} folio.diku.users.users \
    folio.college.circulation.loan rudder.events zammad.tickets plain.library; do
    topics+=("$topic")
done
check "the demo ends well with a real broker" demo "$JOURNEYD_TEST_BROKERS"
promised
"$root/deploy/demo/stop" --quiet

[ "$failed" -eq 0 ] || tail -n 60 "$out"
finish
