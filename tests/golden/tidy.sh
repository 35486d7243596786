#!/bin/bash
# A golden test that is stopped by a signal leaves no folder behind.
set -u
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
folder=$(mktemp -d /tmp/journeyd-tidy-XXXXXX)
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0

for program in "$build/tests/golden/test_mapping" "$build/tests/golden/test_journeys"; do
    for signal in TERM INT HUP; do
        TMPDIR=$folder "$program" >/dev/null 2>&1 &
        for _ in $(seq 500); do
            [ -n "$(ls "$folder")" ] && break
            sleep 0.01
        done
        seen=$(ls "$folder")
        kill -s "$signal" $! 2>/dev/null
        wait $! 2>/dev/null
        if [ -n "$seen" ] && [ -z "$(ls "$folder")" ]; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "not ok - $program, $signal: \"$seen\" was there, \"$(ls "$folder")\" is left"
        fi
        rm -rf "${folder:?}"/*
    done
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
