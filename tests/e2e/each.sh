#!/bin/bash
# Messages that fan out (`each`), through Kafka: good elements are kept beside bad ones, which are in
# quarantine with their index; retry takes back a whole message as its elements, one element, what is
# an element no more; a message that the database refuses is refused with all of its elements. After
# every step the counters add up to the rows, and at the end the numbers, skips and clocks are those of a
# database whose mapping was right from the start.
. "$(dirname "$0")/lib.sh"

topic=lists.$run_id
q() { # OUT VERB ARGUMENTS...: journeyd quarantine, its output in $work/OUT
    local out=$1
    shift
    "$JOURNEYD" quarantine "$@" >"$work/$out" 2>"$work/$out.err"
}
rows() { # as OFFSET:ELEMENT:REASON
    sql "${1:-each}" "select string_agg(kafka_offset || ':' || coalesce(element::text, '-') || ':' || reason, ' '
        order by kafka_offset, element) from journey.quarantine"
}
tally() { # read accepted duplicate skipped quarantined tombstone; and whether that adds up to the rows
    sql "${1:-each}" "select sum(read), sum(accepted), sum(duplicate), sum(skipped), sum(quarantined),
        sum(tombstone), sum(quarantined) = (select count(*) from journey.quarantine)
        and sum(read - accepted - duplicate - skipped - quarantined - tombstone) = 0
        from journey_internal.source_tally"
}
counters() { # of skips and clocks
    sql "$1" "select string_agg(concat_ws('|', source, reason, rule, messages), ' ' order by reason, rule)
        from journey.skipped"
    sql "$1" "select string_agg(concat_ws('|', source, clock, events), ' ' order by clock)
        from journey.event_clock"
}

# ---- messages and mappings: wrong (no list there), half (a touchpoint misspelt), right
python3 - >"$work/messages" <<'END'
import json

def element(n, touchpoint="discover.search", **more):
    return {"n": n, "at": f"2026-01-15T10:0{n}:00Z", "card": f"20{n}", "touchpoint": touchpoint, **more}

late = element(2)
del late["at"]
messages = [
    {"id": "a", "time": "2026-01-15T11:00:00Z",
     "items": [element(1), element(3, "discover.serach"), late, element(4, "staff.test")]},
    {"id": "b", "items": []},
    {"id": "c", "items": [element(5, "discover.serach"), element(6, "discover.serach")],
     "first": [element(5)]},
    element(7) | {"id": "d"},
    "no object",
    {"id": "f", "items": [element(8)] * 1001},
]
print("\n".join(json.dumps(m) for m in messages))
END
cat >"$work/half.source" <<END
source: lists
topic: ^lists\\.$run_id
each: /items
id: /id
time: [item:/at, /at, /time]
keys: {card: [item:/card, /card]}
touchpoint: [item:/touchpoint, /touchpoint]
rules:
  - name: test
    when: {at: item:/touchpoint, equals: staff.test}
    skip: true
  - name: any
END
sed 's,^each: .*,each: /elements,' "$work/half.source" >"$work/wrong.source"
sed '/^rules:/a\  - {name: old spelling, when: {at: item:/touchpoint, equals: discover.serach}, touchpoint: discover.search}' \
    "$work/half.source" >"$work/right.source"
sed 's,^each: .*,each: /first,' "$work/right.source" >"$work/first.source"
mapped() { # DATABASE NAME: a configuration with $work/NAME.source
    sed "s/^sources: .*/sources: [$2.source]/" "$(config "$1" "$1")" >"$work/$1.$2.yaml"
    echo "$work/$1.$2.yaml"
}
topic "$topic" 1
produce "$topic" "$work/messages"
new_database each_truth
new_database each
right=$(mapped each right)
half=$(mapped each half)
truth=$(mapped each_truth right)
check "the truth: the mapping is right from the start" drain "$truth"
is "its elements are counted as messages are" "$(tally each_truth) $(rows each_truth)" \
    '10|6|0|2|2|0|t 4:-:malformed 5:-:malformed'

# ---- whole messages were refused, and fan out now
check "a wrong place: messages are refused as a whole" drain "$(mapped each wrong)"
is "rows of whole messages" "$(rows)" \
    '0:-:malformed 1:-:malformed 2:-:malformed 4:-:malformed 5:-:malformed'
is "counted" "$(tally)" '6|1|0|0|5|0|t'
q retried retry -c "$half" --all
is "retry: exit code says that some stay" $? 5
is "elements still refused are rows of their own, the message is none" "$(rows)" \
    '0:1:touchpoint 2:0:touchpoint 2:1:touchpoint 4:-:malformed 5:-:malformed'
is "counted: the message as its elements" "$(tally)" '10|3|0|2|5|0|t'
is "first seen: when their message was" "$(sql each "select count(distinct first_seen_at)
    from journey.quarantine")" 1
q again retry -c "$half" --all
is "once more: nothing changes" "$? $(tally) $(rows | wc -w)" '5 10|3|0|2|5|0|t 5'

# ---- listed, shown
q list list -c "$half" --limit 10
is "list tells the element" "$(awk -v t="$topic" '$1 == t && $3 == 2 {print $4}' "$work/list" | sort | xargs)" \
    '0 1'
q json list -c "$half" --json
is "list --json, too" "$(python3 -c '
import json, sys
print(sorted(r.get("element", -1) for r in json.load(open(sys.argv[1]))["rows"]))' "$work/json")" \
    '[-1, -1, 0, 1, 1]'
q show show -c "$right" "$topic" 0 2
is "show: all rows of the message, and all of what it would be" \
    "$(grep -c '^element' "$work/show") $(grep -cE 'lists  discover.search .* element [01]  .old spelling' "$work/show")" '2 2'
q one show -c "$right" "$topic" 0 2 1
is "show of one element" \
    "$(grep -c '^element *1$' "$work/one") $(grep -c 'old spelling' "$work/one")" '1 1'
q none show -c "$right" "$topic" 0 2 7
is "show of an element that is not there: exit code" $? 2

# ---- one element; an element the message has no more; all
q one retry -c "$right" "$topic" 0 2 1
is "retry of one element: exit code" $? 0
is "it alone left" "$(tally) $(rows)" \
    '10|4|0|2|4|0|t 0:1:touchpoint 2:0:touchpoint 4:-:malformed 5:-:malformed'
q gone retry -c "$(mapped each first)" "$topic" 0 0 1
is "no list any more: the row is that of the message's one record" \
    "$? $(rows | cut -d ' ' -f 1) $(tally)" '5 0:1:malformed 10|4|0|2|4|0|t'
sql each "update journey_internal.quarantine set element = 3 where kafka_offset = 2"
q short retry -c "$(mapped each first)" "$topic" 0 2 3
is "an element that the list has no more stays, and why" "$? $(sql each "select element || ' ' || detail
    from journey.quarantine where kafka_offset = 2") $(tally)" '5 3 each: no such element, the list has 1 10|4|0|2|4|0|t'
sql each "update journey_internal.quarantine set element = 0 where kafka_offset = 2"
q all retry -c "$right" --all
is "all: exit code" $? 5
is "only what is no list stays" "$(rows)" '4:-:malformed 5:-:malformed'
is "counted as if the mapping had been right from the start" "$(tally)" "$(tally each_truth)"
is "so are skips and clocks" "$(counters each)" "$(counters each_truth)"
is "skips and clocks" "$(counters each_truth)" \
    "$(printf '%s\n' 'lists|no elements|1 lists|rule|test|1' 'lists|/at|1 lists|/time|1 lists|item:/at|4')"
check "the watermark goes to the end" drain "$right"
is "the numbers are those of the truth" "$(digest_of "$right")" "$(digest_of "$truth")"
sound "taken back" each "$right"

# ---- the database refuses one element: its message is refused whole, and nothing else
hash=$(sql each_truth 'select hash from journey_internal.key order by key_no limit 1')
new_database each_refused
sql each_refused "create function public.refuse() returns trigger language plpgsql as
        \$\$begin if new.hash = '$hash' then raise exception 'no' using errcode = '22023'; end if;
        return new; end\$\$;
    create trigger refuse before insert on journey_internal.key
        for each row execute function public.refuse()"
c=$(mapped each_refused right)
check "drains" drain "$c"
is "offsets are past the last message" \
    "$(sql each_refused 'select next_offset from journey_internal.kafka_offset')" 6
n=$(sql each_refused "select count(*) from journey.quarantine where detail = 'SQLSTATE 22023'")
first=$(sql each_refused "select kafka_offset from journey.quarantine where detail = 'SQLSTATE 22023' limit 1")
is "all elements of one message are in quarantine" \
    "$n $(sql each_refused "select count(distinct kafka_offset) from journey.quarantine
        where detail = 'SQLSTATE 22023'")" "$([ "$first" = 0 ] && echo 4 || echo 2) 1"
is "the others are there" "$(tally each_refused | cut -d '|' -f 1,7)" '10|t'
sql each_refused 'drop trigger refuse on journey_internal.key'
q refused retry -c "$c" --all
is "once it takes the value, they are taken back" "$(tally each_refused)" "$(tally each_truth)"
check "its watermark goes to the end" drain "$c"
is "and the numbers are right" "$(digest_of "$c")" "$(digest_of "$truth")"
finish
