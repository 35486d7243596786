#!/bin/bash
# Rules that validate calls unreachable are reached by no message: reach.py, with two seeds.
set -u
cd "$(dirname "$0")/../.."
export JOURNEYD=${JOURNEYD:-$PWD/build/journeyd}
folder=$(mktemp -d "${TMPDIR:-/tmp}/journeyd-reach-XXXXXX")
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0
for seed in 1 "${1:-2}"; do
    python3 tests/golden/reach.py "$folder/$seed" "$seed" >"$folder/out" 2>&1
    sed '$d' "$folder/out"
    if [[ $(tail -n 1 "$folder/out") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    else
        cat "$folder/out"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
