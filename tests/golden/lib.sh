# Shared by the scripts that run a command on files; read it with `. "$(dirname "$0")/lib.sh"`.
#
# They work at the top of the tree, with a folder of their own that goes when they end. A check that
# holds says nothing; the last line of a script is "N passed, N failed".
# shellcheck shell=bash
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
journeyd=${JOURNEYD:-$PWD/build/journeyd}
folder=$(mktemp -d "${TMPDIR:-/tmp}/journeyd-golden-XXXXXX")
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0

ok() { passed=$((passed + 1)); }
not_ok() { # WHAT [FILE]
    failed=$((failed + 1))
    echo "not ok - $1"
    [ -z "${2-}" ] || sed 's/^/    /' "$2"
}
