#!/bin/bash
# journeyd test: the shipped mappings do what their cases say, and the command itself finds
# every difference, says where a case cannot be read, and rewrites nothing but expectations.
. "$(dirname "$0")/lib.sh"
run() { # ARGUMENTS...: out, err, code
    "$journeyd" test "$@" >"$folder/out" 2>"$folder/err" </dev/null
    code=$?
}
ends() { # CODE WHAT
    if [ "$code" = "$1" ]; then ok; else
        cat "$folder/out" "$folder/err" >"$folder/both"
        not_ok "$2: ended with $code, not $1" "$folder/both"
    fi
}
says() { # out|err TEXT WHAT
    if grep -qF -- "$2" "$folder/$1"; then ok; else
        not_ok "$3: does not say \"$2\"" "$folder/$1"
    fi
}

# ---- the shipped mappings ----

run --every-rule deploy/sources/
ends 0 "the shipped mappings"
cat "$folder/err"
grep '^deploy\|^  ' "$folder/out"
counts=$(tail -n 1 "$folder/out")
if [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
else
    not_ok "the shipped mappings: no sum" "$folder/out"
fi

# ---- the example of the README ----

mkdir -p "$folder/doc/sources"
cp deploy/*.yaml "$folder/doc/"
python3 -c '
import re, sys
for text in re.findall(r"```yaml\n(.*?)```", open("deploy/sources/README.md").read(), re.S):
    name = re.match(r"# (rooms(?:\.cases\.yaml)?)\b", text)
    if name:
        end = "" if name[1].endswith(".yaml") else ".yaml"
        open(f"{sys.argv[1]}/{name[1]}{end}", "w").write(text)' "$folder/doc/sources"
run "$folder/doc"
ends 78 "the README: its case file is no source" # sources/*.yaml takes both
mkdir "$folder/doc/sources/tests"
mv "$folder/doc/sources/rooms.cases.yaml" "$folder/doc/sources/tests/"
run "$folder/doc"
ends 0 "the README: its source and its cases"
says out "2 passed, 0 failed" "the README"

# ---- the command ----

mkdir -p "$folder/lib/sources/tests/deep"
cp deploy/*.yaml "$folder/lib/"
cp deploy/sources/*.yaml "$folder/lib/sources/"
cases=$folder/lib/sources/tests/deep/two.cases.yaml
cat >"$cases" <<'YAML'
# A comment that stays.
source: plain
topic: plain.events
kafka_time: 2026-03-05T10:00:03Z
cases:
  - name: one
    shows: A search.   # stays too
    headers: {trace: abc}
    message: |
      {"id": "e1", "time": "2026-03-05T10:00:00Z", "touchpoint": "discover.search",
       "keys": {"card": " 2001 "}, "dimensions": {"branch": "main"}}
    expect:
      - touchpoint: discover.search
        time: 2026-03-05T11:00:00.000+01:00
        channel: website
        initiator: customer
        keys: {card: "2001"}
        dimensions: {branch: main}
        id: e1
        rule: plain

  # between
  - name: two
    shows: Broken bytes before the message.
    first_bytes: 2a 2a 2a 2a 2a
    expect: [{quarantine: malformed, detail: not JSON}]
    message: '{"id": "e2"}'
YAML
cp "$cases" "$folder/whole"
broken() { # NAME SED: the case file with one thing changed
    sed -E "$2" "$folder/whole" >"$cases"
    if cmp -s "$cases" "$folder/whole"; then not_ok "$1: changed nothing"; fi
}

run "$folder/lib"
ends 0 "two cases that hold, found below a folder, any layout"
says out "2 passed, 0 failed" "two cases that hold"
run "$cases"
ends 0 "the configuration above a file"
(cd "$folder/lib/sources" && "$journeyd" test . >/dev/null 2>&1)
code=$?
ends 0 "the configuration above the current folder"
run -c deploy/journeyd.yaml "$cases"
ends 0 "another configuration by name"
run --every-rule "$cases"
ends 5 "--every-rule wants a case for each source"
says err "source web has no case" "--every-rule"

differs() { # WHAT SED LINE-OF-THE-DIFF...
    local what=$1
    broken "$what" "$2"
    shift 2
    run "$folder/lib"
    ends 5 "$what"
    for line; do says out "$line" "$what"; done
}
differs "another key" 's/card: "2001"/card: "2002"/' '-     card: 2002' '+     card: 2001'
differs "a key too many" 's/"keys": \{/&"email": "a@example.org", /' '+     email: a@example.org'
differs "a dimension nobody expected" 's/^ +dimensions: .*$//' '+   dimensions:' '+     branch: main'
differs "a dimension that is missing" 's/main\}$/main, item_type: book}/' '-     item_type: book'
differs "another time" 's/11:00:00.000/11:00:01/' '-   time: 2026-03-05T10:00:01Z'
differs "another id" 's/ id: e1/ id: e9/' '-   id: e9'
differs "an event in place of a skip" 's/plain.events/other/' '+ - skip: no source'
differs "another detail" 's/detail: not JSON/detail: cut off/' '+   detail: not JSON'
differs "another source" 's/^source: plain/source: web/' '+   source: plain'
differs "an expectation too many" 's/^(    expect: \[)/\1tombstone, /' '- - tombstone'
differs "nothing expected yet" 's/^(    expect:) \[.*/\1/' 'nothing is expected yet'

unreadable() { # WHAT SED MESSAGE
    broken "$1" "$2"
    run "$folder/lib"
    ends 78 "$1"
    says err "$3" "$1"
}
unreadable "a key that is none" 's/ initiator:/ initator:/' 'two.cases.yaml:16:9:'
unreadable "the same" 's/ initiator:/ initator:/' 'did you mean "initiator"?'
unreadable "no name" 's/- name: two/- key: two/' 'name'
unreadable "no expect" 's/^    expect: .*//' 'expect is missing'
unreadable "no message" 's/^    message: .\{.*//' 'message is missing'
unreadable "a message that is a map" "s/'(\{.*\})'/\1/" 'the message as text is wanted'
unreadable "a time without zone" 's/^(kafka_time: .*)Z/\1/' 'kafka_time'
unreadable "no topic" 's/^topic:.*//' 'topic is missing'
unreadable "a name twice" 's/name: two/name: one/' 'a second case named "one"'
unreadable "a source that is not there" 's/^source: plain/source: plan/' 'did you mean "plain"?'
unreadable "bytes that are none" 's/2a 2a$/2a 2/' 'hex digits'
unreadable "two outcomes in one" 's/quarantine: malformed/&, skip: rule/' 'either touchpoint or fact'

broken "--update" 's/card: "2001"/card: "2002"/; s/^(    expect:) \[.*/\1/'
run --update "$folder/lib"
ends 0 "--update"
says out "2 updated" "--update"
run "$folder/lib"
ends 0 "after --update all holds"
cat >"$folder/wanted" <<'YAML'
    expect:
      - touchpoint: discover.search
        time: 2026-03-05T10:00:00Z
        channel: website
        initiator: customer
        keys:
          card: 2001
        dimensions:
          branch: main
        id: e1
        rule: plain

  # between
  - name: two
    shows: Broken bytes before the message.
    first_bytes: 2a 2a 2a 2a 2a
    expect:
      - quarantine: malformed
        detail: not JSON
    message: '{"id": "e2"}'
YAML
if { sed '/^    expect:/,$d' "$folder/whole" && cat "$folder/wanted"; } | diff - "$cases" >"$folder/diff"
then ok; else not_ok "--update changes expectations only" "$folder/diff"; fi
cp "$cases" "$folder/updated"
run --update "$folder/lib"
if cmp -s "$cases" "$folder/updated"; then ok; else not_ok "--update twice is --update once"; fi

cat >"$cases" <<'YAML'
source: plain
topic: plain.events
kafka_time: 2026-03-05T10:00:03Z
cases:
  - {name: two, shows: In braces.,
     expect: [tombstone],
     message: x}
YAML
cp "$cases" "$folder/flow"
run --update "$folder/lib"
ends 78 "--update of a case in braces"
says err "on a line of its own" "--update of a case in braces"
if cmp -s "$cases" "$folder/flow" && [ ! -e "$cases.new" ]; then ok; else
    not_ok "--update of a case in braces changes nothing"
fi
cp "$folder/updated" "$cases"

# whatever a value holds, what is written is read as the same
mkdir "$folder/lib/odd"
python3 -c '
import json
values = ["a: b", "#x", "- y", "\u00fcn\u00ef", "it\u0027s", "{x", "a\tb", "a\u0085b", "\ufeffq", "~", "NULL",
          "true", "a #b", "x:", "\"q\"", "a\\b", "a\nb", "\u2028z", "*a", "!t", "%d", "@x", "`y", "| z",
          "> z", "?", "=", "<<", "a,b", "[]", "\U0001f600", "\u007f", "\ud7ff", "\uffff", "\u00a0n", "0x1f"]
event = {"id": "odd: {id} #1", "time": "2026-03-05T10:00:00Z", "touchpoint": "discover.search",
         "keys": {"card": values}, "dimensions": {"branch": "a: b, [c] #d"}}
print("source: plain\ntopic: plain.x\nkafka_time: 2026-03-05T10:00:03Z\ncases:\n"
      "  - name: odd\n    shows: Odd values.\n    message: |\n      " + json.dumps(event)
      + "\n    expect:")' >"$folder/lib/odd/odd.cases.yaml"
run --update "$folder/lib/odd"
ends 0 "odd values are written"
run "$folder/lib/odd"
ends 0 "odd values are read as they were"
rm -r "$folder/lib/odd"

# headers and bytes before the message reach the decode steps
cat >"$folder/lib/sources/framed.yaml" <<'YAML'
source: framed
topic: ^framed$
decode: [confluent, json]
id: /id
time: [/time]
touchpoint: request.space_booked
keys: {card: /card}
YAML
sed 's/framed/bookings/; s/confluent, json/cloudevents/; s|card: /card|card: /data/card|' \
    "$folder/lib/sources/framed.yaml" >"$folder/lib/sources/bookings.yaml"
mkdir "$folder/lib/more"
cat >"$folder/lib/more/framed.cases.yaml" <<'YAML'
source: framed
topic: framed
kafka_time: 2026-03-05T10:00:03Z
cases:
  - name: a frame
    shows: The frame of a schema registry comes off.
    first_bytes: 00 0000002a
    message: '{"id": "e1", "time": "2026-03-05T10:00:00Z", "card": 7}'
    expect:
YAML
cat >"$folder/lib/more/bookings.cases.yaml" <<'YAML'
source: bookings
topic: bookings
kafka_time: 2026-03-05T10:00:03Z
cases:
  - name: binary mode
    shows: Id and time stand in headers.
    headers:
      ce_specversion: "1.0"
      ce_id: b7
      ce_source: /rooms
      ce_type: booked
      ce_time: 2026-03-05T10:00:00Z
      content-type: application/json
    message: '{"card": "2001"}'
    expect:
YAML
run "$folder/lib/more"
ends 5 "headers and first bytes"
says out '+   id: e1' "first bytes"
says out '+     card: 7' "first bytes"
says out '+   id: b7' "headers"
says out '+     card: 2001' "headers"
rm -r "$folder/lib/more" "$folder/lib/sources/framed.yaml" "$folder/lib/sources/bookings.yaml"

run --json "$folder/lib"
python3 -c '
import json, sys
got = [json.loads(line) for line in open(sys.argv[1])]
assert [g["case"] for g in got] == ["one", "two"], got
assert all(g["result"] == "passed" and g["expected"] == g["got"] for g in got), got
assert [g["line"] for g in got] == [6, 25], got' "$folder/out" 2>"$folder/err"
code=$?
ends 0 "--json"

run "$folder/nowhere"
ends 2 "an input that is not there"
mkdir "$folder/lib/empty"
run "$folder/lib/empty"
ends 2 "a folder without cases"
says err "*.cases.yaml" "a folder without cases"
rm "$folder/lib/journeyd.yaml"
run "$folder/lib/sources"
ends 2 "no configuration above"
says err "-c" "no configuration above"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
