#!/bin/bash
# Random worlds through the real store: see store_worlds.c, which also says what STORE_WORLDS and
# STORE_SEED are.
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1

new_database e2e_store_worlds
# A crash of the server is not what is tested here.
"${BUILD:-build}/tests/e2e/store_worlds" \
    "$server dbname=e2e_store_worlds options='-c synchronous_commit=off'"
