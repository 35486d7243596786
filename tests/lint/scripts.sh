#!/bin/bash
# Every script can be parsed by its interpreter and, unless others read it, can be run.
set -u
cd "$(dirname "$0")/../.."

passed=0 failed=0
result() { # PROBLEM WHAT
    if [ -z "$1" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok - $2: $1"
    fi
}

list() {
    git ls-files -z --cached --others --exclude-standard 2>/dev/null ||
        find . -path ./build -prune -o -type f -print0
}

while IFS= read -r -d '' file; do
    [ -f "$file" ] || continue
    first=$(head -n 1 "$file" 2>/dev/null | tr -d '\0')
    case $first in
    '#!'*) [ -x "$file" ] && problem='' || problem='has no execute permission' ;;
    *) problem='' ;;
    esac
    case $first:$file in
    '#!'*bash:* | *:*.sh) [ -n "$problem" ] || problem=$(bash -n "$file" 2>&1) ;;
    '#!/bin/sh':*) [ -n "$problem" ] || problem=$(sh -n "$file" 2>&1) ;;
    '#!'*python3:* | *:*.py)
        [ -n "$problem" ] || problem=$(python3 -c '
import ast, sys
ast.parse(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1])' "$file" 2>&1 | tail -n 3)
        ;;
    *) continue ;;
    esac
    result "$problem" "$file"
done < <(list)

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
