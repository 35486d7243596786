#!/bin/bash
# Quarantine as a product: messages that a wrong mapping refused are listed, shown as what they would
# become, and taken back by `retry` once the mapping is right, beside a running instance and by two
# at once. The numbers are those of a database whose mapping was right from the start, and every
# message stays counted once. What is poison, or gone from Kafka, stays and is told.
. "$(dirname "$0")/lib.sh"

topic=plain.$run_id
marker=MARKER9f3a
q() { # OUT VERB ARGUMENTS...: journeyd quarantine, its output in $work/OUT
    local out=$1
    shift
    "$JOURNEYD" quarantine "$@" >"$work/$out" 2>"$work/$out.err"
}
tally() { # of one source: read accepted duplicate skipped quarantined tombstone
    sql quarantine "select sum(read), sum(accepted), sum(duplicate), sum(skipped),
        sum(quarantined), sum(tombstone) from journey_internal.source_tally
        where source = '${1:-plain}'"
}
rows() { sql quarantine "select count(*) from journey.quarantine where ${1:-true}"; }
place() { # of the first row of a reason: TOPIC PARTITION OFFSET
    sql quarantine "select topic || ' ' || partition || ' ' || kafka_offset from journey.quarantine
        where $1 order by topic, partition, kafka_offset limit 1"
}
stop() {
    kill -TERM "$pid"
    until_true 10 gone "$pid"
}

# ---- messages: a third of the searches is spelt as the mapping does not know it, some are tests of
# the staff, four are poison; the first of partition 1 will be gone from Kafka
events --events 400 >"$work/good"
python3 - "$work" "$marker" <<'END'
import json
import sys

work, marker = sys.argv[1:]
lines = [line.rstrip("\n") for line in open(f"{work}/good")]
out, wrong = [], 0
for line in lines:
    m = json.loads(line)
    m["title"] = f"{marker} {m['id']}"
    if m.get("touchpoint") == "discover.search" and wrong % 3 == 0:
        m["touchpoint"] = "discover.serach"
    wrong += m.get("touchpoint", "").startswith("discover.se")
    out.append(json.dumps(m))
late = {"id": "last", "time": "2026-03-20T10:00:00Z", "touchpoint": "discover.serach",
        "keys": {"card": "1001"}, "title": marker}
out.append(json.dumps(late))
for i in range(2):
    out.insert(50 * i + 20, json.dumps({"id": f"t{i}", "time": "2026-01-15T10:00:00Z", "keys": {"card": marker},
                                        "touchpoint": "staff.test"}))
first = [json.dumps({"id": marker, "time": "1970-01-01T00:00:00Z", "touchpoint": "discover.search",
                     "keys": {"card": marker}})] * 2
poison = [f"{marker} is not JSON",
          json.dumps({"id": marker, "time": "2026-01-15T10:00:00Z", "touchpoint": marker + " 12345",
                      "keys": {"card": "1"}})]
half = len(out) // 2
parts = [out[:half] + poison, first + out[half:]]
for i in range(2):
    with open(f"{work}/part.{i}", "w") as f:
        f.writelines(line + "\n" for line in parts[i])
END
cat "$work/part.0" "$work/part.1" >"$work/all"
lines=$(wc -l <"$work/all")
misspelt=$(grep -c discover.serach "$work/all")
topic "$topic" 2
for part in 0 1; do produce "$topic" "$work/part.$part" $part; done

# ---- the truth: the mapping is right from the start
new_database quarantine
wrong=$(config quarantine quarantine)
cp "$work/sources.yaml" "$work/right.source"
cat >>"$work/right.source" <<'END'
rules:
  - name: old spelling
    when: {at: /touchpoint, equals: discover.serach}
    touchpoint: discover.search
  - name: test
    when: {at: /touchpoint, equals: staff.test}
    skip: true
  - name: plain
END
fixed() { # DATABASE: its configuration with the right mapping
    sed 's/^sources: .*/sources: [right.source]/' "$(config "$1" "$1")" >"$work/$1.right.yaml"
    echo "$work/$1.right.yaml"
}
new_database quarantine_truth
truth_config=$(fixed quarantine_truth)
"$JOURNEYD" replay -c "$truth_config" --source plain --quiet "$work/all" >"$work/truth.log" 2>&1
is "the truth is replayed" $? 0
truth=$(digest_of "$truth_config")

# ---- refused, listed, shown
check "a wrong mapping refuses" drain "$wrong"
refused=$((misspelt + 6))
is "what it does not know is in quarantine" "$(rows "source = 'plain'")" $refused
is "every message is counted once" "$(tally | cut -d '|' -f 1,5)" "$lines|$refused"
right=$(fixed quarantine)
old="$(digest_of "$wrong")"
q list list -c "$wrong" --limit 3
is "list: exit code" $? 0
check "list counts by source and reason" \
    grep -qE "^plain +touchpoint +$((misspelt + 3)) " "$work/list"
is "list shows at most so many rows" "$(grep -c "^$topic " "$work/list")" 3
check "with the value of an enumeration" grep -qE ' touchpoint .* discover.serach$' "$work/list"
q count list -c "$wrong" --count --reason too_old
is "list --count of one reason" "$(grep -c . "$work/count") $(grep -cE '^plain +too_old +2 ' "$work/count")" \
    '3 1'
q json list -c "$wrong" --json --limit 1000
is "list --json: the same" "$(python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
print(sum(c["messages"] for c in d["counts"]), len(d["rows"]), d["rows"][0]["source"])' "$work/json")" \
    "$refused $refused plain"
q since list -c "$wrong" --since 2999-01-01T00:00:00Z
check "list --since: nothing is newer" grep -q 'no message is in quarantine' "$work/since"
q bad list -c "$wrong" --reason tuchpoint
is "an unknown reason: exit code, hint" "$? $(grep -c 'did you mean touchpoint?' "$work/bad.err")" '2 1'
q bad retry -c "$wrong"
is "retry of nothing in particular: exit code" $? 2
q bad show -c "$wrong" "$topic" 0 100000
is "show of a message that is not in quarantine: exit code" $? 2

read -r t p o <<<"$(place "detail = 'discover.serach'")"
q before show -c "$wrong" "$t" "$p" "$o"
is "show, before: the row, and that it would be refused again" \
    "$? $(grep -cE '^(detail +discover.serach|now .*quarantined: touchpoint)' "$work/before")" '0 2'
q after show -c "$right" "$t" "$p" "$o"
check "show, after: the event it would become" \
    grep -qE '^now .*plain  discover.search .*\[old spelling\]' "$work/after"
is "show, after: the row is as it was" "$(rows)" $refused
"$JOURNEYD_TEST_TOPIC" "$JOURNEYD_TEST_BROKERS" truncate "$topic" 1 2
q gone show -c "$right" "$topic" 1 0
is "show: Kafka has it no more" "$? $(grep -c 'now .*Kafka has it no more: the log goes from 2' "$work/gone")" \
    '0 1'

# ---- one message by its coordinates; again: nothing to do
q one retry -c "$right" "$t" "$p" "$o"
is "retry of one message: exit code" $? 0
is "it left the quarantine" "$(rows)" $((refused - 1))
is "read stays, quarantined less one" "$(tally | cut -d '|' -f 1,5)" "$lines|$((refused - 1))"
q again retry -c "$right" "$t" "$p" "$o"
is "once more: exit code, and that there is nothing" \
    "$? $(grep -c 'nothing of that is in quarantine' "$work/again")" '0 1'

# ---- all, by two at once, beside a running instance. A lock makes them meet at the same rows.
start run run -c "$right"
check "an instance runs" until_true 20 says run claimed
PGAPPNAME=holder sql quarantine "begin; select 1 from journey_internal.quarantine
    where part = 0 and detail = 'discover.serach' limit 1 for update; select pg_sleep(1); commit" \
    >/dev/null &
children+=("$!")
waiting() { [ "$(sql postgres "select count(*) from pg_stat_activity where application_name = '$1'
    and $2")" = "$3" ]; }
until_true 5 waiting holder "query like '%pg_sleep%'" 1
q two.a retry -c "$right" --all &
a=$!
q two.b retry -c "$right" --all
b=$?
wait "$a"
is "two at once: exit codes say that some stay" "$b $?" '5 5'
is "two at once: each message was taken back by one of them" \
    "$(cat "$work/two.a" "$work/two.b" | awk '$1 == "plain" {n += $3 + $4; s += $5} END {print n, s}')" \
    "$((misspelt - 1)) 2"
is "poison and what is gone stay" \
    "$(sql quarantine "select string_agg(reason || ' ' || n, ', ' order by reason)
        from (select reason, count(*) as n from journey.quarantine group by 1) as x")" \
    'malformed 1, too_old 2, touchpoint 1'
is "what is gone from Kafka is told" \
    "$(grep -c "^$topic \[1\] [01] stays: Kafka has it no more" "$work/two.a")" 2
is "the greatest event counts for the watermark of its partition" \
    "$(sql quarantine "select max(last_event_at) = '2026-03-20T10:00:00Z' from journey.freshness")" t
stop
before=$(tally)
is "every message is counted once, where it is now" \
    "$(cut -d '|' -f 1,4,5 <<<"$before")" "$lines|2|4"
check "the watermark goes to the end" drain "$right"
is "the numbers: as if the mapping had been right from the start" "$(digest_of "$right")" "$truth"
check "they were not before" test "$old" != "$truth"
is "accepted and duplicate, too" "$before" "$(sql quarantine_truth "select sum(read), sum(accepted),
    sum(duplicate), sum(skipped), sum(quarantined), sum(tombstone) from journey_internal.source_tally")"
q poison retry -c "$right" --source plain --reason malformed
is "poison: exit code" $? 5
is "poison stays, and nothing else changes" "$(tally) $(rows)" "$before 4"
is "and no number" "$(digest_of "$right")" "$truth"
sound "taken back" quarantine "$right"

# ---- another source takes the topic now: the reading moves with the message
sed 's/^source: .*/source: renamed/; s/equals: staff.test/matches: MARKER/' "$work/right.source" \
    >"$work/renamed.source"
sed 's/^sources: .*/sources: [renamed.source]/' "$right" >"$work/renamed.yaml"
q renamed retry -c "$work/renamed.yaml" --reason touchpoint
is "another source: exit code" $? 0
is "the reading is that of the present source" "$(tally renamed) $(tally | cut -d '|' -f 1,5)" \
    "1|0|0|1|0|0 $((lines - 1))|3"
q renamed retry -c "$work/renamed.yaml" --reason malformed
is "refused by another source: the row has its name" \
    "$? $(sql quarantine "select string_agg(coalesce(source, '-') || ' ' || reason, ', '
        order by source) from journey.quarantine where reason = 'malformed'")" '5 renamed malformed'
sed 's/^topic: .*/topic: ^other$/' "$work/right.source" >"$work/other.source"
sed 's/^sources: .*/sources: [other.source]/' "$right" >"$work/other.yaml"
q other retry -c "$work/other.yaml" --all
is "no source takes the topic: exit code, and that it is said" \
    "$? $(grep -c 'stays: no source takes the topic' "$work/other")" '5 3'
is "nothing is lost" "$(rows)" 3
is "read = accepted + duplicate + skipped + quarantined + tombstone, by source" \
    "$(sql quarantine 'select count(*) from (select source from journey_internal.source_tally
        group by source having sum(read - accepted - duplicate - skipped - quarantined - tombstone)
        <> 0) as wrong')" 0

# ---- a new touchpoint: the vocabulary asks for a rebuild first
topic "$topic.new" 1
echo '{"id":"n","time":"2026-01-15T10:00:00Z","touchpoint":"visit.new","keys":{"card":"1"}}' >"$work/new"
produce "$topic.new" "$work/new"
new_database quarantine_new
c=$(config quarantine_new quarantine_new)
sed -i "s/^topic: .*/topic: ^$topic\\.new$/" "$work/sources.yaml"
check "a touchpoint that the vocabulary lacks is refused" drain "$c"
{
    cat "$root/deploy/vocabulary.yaml"
    echo '- {stage: visit, label: Visit, channel: space}'
    echo '- {code: visit.new, label: New, initiator: customer}'
} >"$work/vocabulary.yaml"
sed -i 's/^vocabulary: .*/vocabulary: vocabulary.yaml/' "$c"
q new retry -c "$c" --all
is "retry asks for a rebuild: exit code" "$? $(grep -c 'journeyd rebuild' "$work/new.err")" '78 1'
"$JOURNEYD" rebuild -c "$c" >"$work/rebuild.log" 2>&1
q new retry -c "$c" --all
is "after it the message is taken back" \
    "$? $(sql quarantine_new "select string_agg(touchpoint, ' ') from journey.event")" '0 visit.new'

# ---- nothing of a message is told
dump=$work/dump
pg_dump -a -d "$server dbname=quarantine" >"$dump" 2>"$work/dump.err"
check "the dump holds the rows" grep -q renamed "$dump"
is "no text of a message in the database, the output or the logs" \
    "$(grep -l "$marker" "$dump" "$work"/list* "$work"/json* "$work"/before* "$work"/after* \
        "$work"/gone* "$work"/one* "$work"/two* "$work"/poison* "$work"/renamed "$work"/other \
        "$work"/*.err "$work"/*.log 2>/dev/null)" ""
finish
