#!/bin/bash
# journeyd validate: each folder of tests/golden/validate is the configuration in right/ with some of its
# files replaced, and in `expected` all that is said of it. `--update` writes expected anew. Then
# --strict, --json, and --connect with nobody there.
set -u
cd "$(dirname "$0")/../.."
journeyd=${JOURNEYD:-$PWD/build/journeyd}
cases=$PWD/tests/golden/validate
folder=$(mktemp -d "${TMPDIR:-/tmp}/journeyd-validate-XXXXXX")
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0

ok() { passed=$((passed + 1)); }
not_ok() { # WHAT [FILE]
    failed=$((failed + 1))
    echo "not ok - $1"
    [ -z "${2-}" ] || sed 's/^/    /' "$2"
}
is() { # WHAT GOT WANTED
    if [ "$2" = "$3" ]; then ok; else not_ok "$1: got \"$2\", wanted \"$3\""; fi
}
put() { # CASE: its files, in the current folder
    cp -r "$cases/right" "$folder/$1"
    [ "$1" = right ] || cp -r "$cases/$1/." "$folder/$1/"
    rm -f "$folder/$1/expected"
    cd "$folder/$1" || exit
    (umask 077 && echo 'a secret of the tests' >secret)
}
validate() { # ARGUMENTS...: what it prints, and how it ended
    local code
    "$journeyd" validate -c journeyd.yaml "$@" 2>&1 </dev/null
    code=$?
    echo "(exit code $code)"
}
# Names a build, not a configuration.
without_fingerprint() { sed 's/^\(fingerprint *\)[0-9a-f]*$/\1.../'; }

for path in "$cases"/*/; do
    name=$(basename "$path")
    got=$folder/$name.got
    (put "$name" && validate | without_fingerprint) >"$got"
    if [ "${1-}" = --update ]; then
        cp "$got" "$path/expected"
    elif diff -u "$path/expected" "$got" >"$folder/diff"; then
        ok
    else
        not_ok "$name" "$folder/diff"
    fi
done

code_of() { (put_again "$1" && shift && validate "$@" | tail -n 1); }
put_again() { cd "$folder/$1" || exit; }
is "right --strict" "$(code_of right --strict)" '(exit code 0)'
is "warnings --strict" "$(code_of nothing-gives --strict)" '(exit code 78)'
is "warnings stop nothing" \
    "$(put_again warned && "$journeyd" tap -c journeyd.yaml --source web - </dev/null 2>&1)" \
    '0 events, 0 skipped, 0 quarantined, 0 tombstones'
is "problems --connect asks nobody" \
    "$(put_again bad-duration && validate --connect | grep -c 'not asked: the configuration')" 2

for name in right nothing-gives two-files-at-once vocabulary-broken; do
    (put_again "$name" && "$journeyd" validate -c journeyd.yaml --json 2>/dev/null) >"$folder/json"
    if python3 - "$folder/json" "$folder/$name.got" <<'END' 2>"$folder/err"
import json, sys
got = [json.loads(line) for line in open(sys.argv[1])]
*told, summary = got
lines = []
for t in told:
    assert t["kind"] in ("problem", "warning"), t
    mark = "warning: " if t["kind"] == "warning" else ""
    key = t["key"] + ": " if t["key"] else ""
    lines.append(f'{t["file"]}:{t["line"]}:{t["column"]}: {mark}{key}{t["text"]}')
text = open(sys.argv[2]).read().splitlines()
assert lines == text[:len(lines)], (lines, text)
assert summary["kind"] == "summary"
for kind in ("problem", "warning"):
    n = sum(t["kind"] == kind for t in told)
    assert summary[kind + "s"] == n, summary
    assert sum(s[kind + "s"] for s in summary["stages"].values()) == n
    for stage, s in summary["stages"].items():
        assert s[kind + "s"] == sum(t["stage"] == stage and t["kind"] == kind for t in told)
assert list(summary["stages"]) == ["syntax", "schema", "scenarios", "mapping", "expressions"]
assert ("fingerprint" in summary) == (summary["problems"] == 0)
END
    then ok; else not_ok "$name --json" "$folder/err"; fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
