#!/bin/bash
# journeyd tap --steps: each decode step and each rule asked is shown, with the guard that did not
# hold, for people and as JSON; nothing of the message is; without --steps a message stays one line.
set -u
cd "$(dirname "$0")/../.."
journeyd=${JOURNEYD:-$PWD/build/journeyd}
folder=$(mktemp -d "${TMPDIR:-/tmp}/journeyd-tap-XXXXXX")
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0

ok() { passed=$((passed + 1)); }
not_ok() { # WHAT [FILE]
    failed=$((failed + 1))
    echo "not ok - $1"
    [ -z "${2-}" ] || sed 's/^/    /' "$2"
}
same() { # WHAT GOT-FILE < WANTED
    if diff - "$2" >"$folder/diff"; then ok; else not_ok "$1 (expected <, got >)" "$folder/diff"; fi
}

cp -r deploy/. "$folder/"
cp tests/golden/tap/*.yaml "$folder/sources/"
printf 'the secret of this test, long enough\n' >"$folder/secret"
chmod 600 "$folder/secret"
sed -i -e "s|secret_file: .*|secret_file: $folder/secret|" -e 's|kiosks: \[\]|kiosks: ["web.anon:kiosk-1"]|' \
    -e 's|exclude: \[\]|exclude: ["card:20017"]|' "$folder/journeyd.yaml"

tap() { # ARGUMENTS...: out, err, code
    "$journeyd" tap -c "$folder/journeyd.yaml" "$@" >"$folder/out" 2>"$folder/err" </dev/null
    code=$?
    # keys are hashes of a secret
    sed -i -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/KEY/g' "$folder/out"
}
line() { # FILE TOPIC OFFSET VALUE
    python3 -c 'import json, sys
print(json.dumps({"topic": sys.argv[1], "partition": 3, "tstype": "create", "offset": int(sys.argv[2]),
                  "ts": 1772359203000, "key": "Zqkey", "payload": sys.argv[3]}))' \
        "$2" "$3" "$4" >>"$folder/$1"
}

line whole steps.diku 7 '{"id": "Zqid", "twin": "Zqid", "other": "Zqother", "kind": "Zqkind",
    "url": "/Zqpath", "before": {"state": "Zqold", "status": 1}, "after": {"state": "Zqold", "status": 2}, "at": "Zqnever",
    "sent": 1772359200, "card": "Zqcard", "list": ["Zqlist"], "number": 7,
    "log": "Zqhost Zqwho", "body": "{\"a\": \"Zqbody\"}"}'
tap --steps "$folder/whole"
same "a message no rule takes" "$folder/out" <<'END'
-  steps  skipped: no rule
    message steps.diku, partition 3, offset 7, 2026-03-01T10:00:03.000000Z (create time)
    source  steps, of topics ^steps\.(?<library>\w+)$
    decode  confluent: done
    decode  json: done
    decode  json-string /body: done
    decode  regex /log: done
    rule    all of: line 12: /kind is not "first"
    rule    one of several: line 15: /kind is none of the 2 values
    rule    there: line 17: nothing stands at /there
    rule    not there: line 19: something stands at /id
    rule    found: line 21: /where does not match
    rule    not found: line 23: /url matches
    rule    edited: line 25: /state did not change
    rule    not edited: line 27: /status changed
    rule    the same: line 29: /id and /other are not the same
    rule    not the same: line 31: /id and /twin are the same
    rule    any: line 35: /kind is not "first"; line 36: something stands at /id
    rule    nothing of these: line 38: /number is "7"
    rule    the rest: line 40: something stands at /list
END

tap "$folder/whole"
same "without --steps it is one line" "$folder/out" <<'END'
-  steps  skipped: no rule
END

line rule steps.diku 8 '{"id": "e1", "kind": "beta", "at": "no time", "sent": 1772359200, "card": 7}'
tap --steps "$folder/rule"
same "the rules before the one that holds, and the clock" "$folder/out" <<'END'
2026-03-01T10:00:00.000000Z  steps  discover.search  website  customer  card:KEY  clock /sent  [one of several]
    message steps.diku, partition 3, offset 8, 2026-03-01T10:00:03.000000Z (create time)
    source  steps, of topics ^steps\.(?<library>\w+)$
    decode  confluent: done
    decode  json: done
    decode  json-string /body: done
    decode  regex /log: done
    rule    all of: line 12: /kind is not "first"
    rule    one of several: holds
    time    /at: no time of the declared format
    time    /sent, entry 2 of the list
END
tap --steps --json "$folder/rule"
same "the same as JSON" "$folder/out" <<'END'
{"outcome":"event","topic":"steps.diku","partition":3,"offset":8,"source":"steps","rule":"one of several","time":"2026-03-01T10:00:00.000000Z","touchpoint":"discover.search","channel":"website","initiator":"customer","keys":["card:KEY"],"clock":"/sent","kafka_time":"2026-03-01T10:00:03.000000Z","kafka_time_type":"create","decode":[{"step":"confluent","done":true},{"step":"json","done":true},{"step":"json-string /body","done":true},{"step":"regex /log","done":true}],"rules":[{"rule":"all of","holds":false,"why":"line 12: /kind is not \"first\""},{"rule":"one of several","holds":true}],"in_vain":[{"field":"time","why":"/at: no time of the declared format"}]}
END

# ---- where a step fails ----
line failed steps.diku 9 '{"body": "{"}'
line failed steps.diku 10 '{"log": "Zqone"}'
line failed steps.diku 11 'Zqno JSON'
line failed nobody 12 '{}'
line failed steps.diku 13 ''
echo 'Zqno envelope' >>"$folder/failed"
tap --steps "$folder/failed"
grep -v '^    \(message\|source\)' "$folder/out" >"$folder/steps"
same "the step that failed" "$folder/steps" <<'END'
-  steps  quarantined: malformed (json-string /body: cut off)
    decode  confluent: done
    decode  json: done
    decode  json-string /body: json-string /body: cut off
-  steps  quarantined: malformed (regex: the line does not match)
    decode  confluent: done
    decode  json: done
    decode  json-string /body: done
    decode  regex /log: regex: the line does not match
-  steps  quarantined: malformed (not JSON)
    decode  confluent: done
    decode  json: not JSON
-  (none)  skipped: no source
-  steps  tombstone
-  (none)  quarantined: malformed (the line is no message)
END
if grep -q '^    source  none takes the topic$' "$folder/out"; then ok; else
    not_ok "a topic that no source takes" "$folder/out"
fi

# ---- what an id or a time lacks ----
line lacks lacks 15 '{"id": "e1", "at": "2026-03-01T10:00:00Z", "card": 1}'
line lacks lacks 16 '{"id": "e1", "state": [1], "at": "2026-03-01T10:00:00Z", "card": 1}'
line lacks lacks 17 '{"id": "e1", "state": "s", "at": "Zqnever", "card": 1}'
line lacks lacks 18 '{"id": "e1", "state": "s", "card": 1}'
tap --steps "$folder/lacks"
grep -v '^    \(message\|source\|decode\|rule\)' "$folder/out" >"$folder/steps"
same "what an id or a time lacks" "$folder/steps" <<'END'
-  lacks  quarantined: malformed (id: missing)  [lacks]
    id      /state: missing
-  lacks  quarantined: malformed (id: neither text nor a whole number)  [lacks]
    id      /state: neither text nor a whole number
-  lacks  quarantined: malformed (time: no time of the declared format)  [lacks]
    time    /at: no time of the declared format
-  lacks  quarantined: malformed (time: missing)  [lacks]
    time    /at: nothing stands there
    time    /sent: nothing stands there
END

# ---- keys on a list ----
line apart steps.diku 19 '{"id": "e1", "kind": "beta", "card": "20017", "browser": "kiosk-1"}'
tap "$folder/apart"
same "keys on a list" "$folder/out" <<'END'
2026-03-01T10:00:03.000000Z  steps  discover.search  website  customer  card:KEY (excluded)  web.anon:KEY (kiosk)  clock record create  [one of several]
END
tap --json "$folder/apart"
if grep -q '"keys":\["card:KEY","web.anon:KEY"\],"excluded":\["card:KEY"\],"kiosk":\["web.anon:KEY"\],' "$folder/out"; then
    ok
else
    not_ok "keys on a list, as JSON" "$folder/out"
fi

# ---- a list that fans out: a line for each element, with its own rules ----
line fan fan 14 '{"id": "e", "at": "2026-03-01T10:00:00Z",
    "items": [{"ours": false, "card": 1}, {"ours": true, "card": 2}, {"ours": "Zq", "card": 3}]}'
tap --steps "$folder/fan"
grep -v '^    \(message\|source\|decode\)' "$folder/out" >"$folder/steps"
same "each element" "$folder/steps" <<'END'
-  fan  skipped: rule  element 0  [others]
    rule    ours: line 11: item:/ours is not "true"
    rule    others: holds
2026-03-01T10:00:00.000000Z  fan  discover.search  website  customer  card:KEY  element 1  [ours]
    rule    ours: holds
    time    /at, entry 1 of the list
-  fan  skipped: no rule  element 2
    rule    ours: line 11: item:/ours is not "true"
    rule    others: line 13: item:/ours is not "false"
END

# ---- nothing of a message is shown, in any way ----
for file in whole rule failed lacks fan; do
    for how in --steps '--steps --json' --json ''; do
        # shellcheck disable=SC2086 # words
        tap $how "$folder/$file"
        if [ "$code" = 0 ] && ! grep -qi zq "$folder/out" "$folder/err"; then ok; else
            not_ok "tap $how $file ends with $code, shows nothing of the messages" "$folder/out"
        fi
        case $how in
        *json*)
            if python3 -c 'import json, sys
[json.loads(line) for line in open(sys.argv[1])]' "$folder/out"; then ok; else
                not_ok "tap $how $file: JSON" "$folder/out"
            fi ;;
        esac
    done
done

tap --steps
if [ "$code" = 2 ]; then ok; else not_ok "no input: ends with $code" "$folder/err"; fi
tap --steps "$folder/nowhere"
if [ "$code" = 2 ]; then ok; else not_ok "no such input: ends with $code" "$folder/err"; fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
