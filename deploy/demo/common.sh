# Shared by run, psql and stop: where the demo lies and how to run PostgreSQL as the right user.
# Everything is below build/demo; a database that the postgres user cannot reach there goes to /tmp.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
state=${DEMO_STATE:-$root/build/demo}

fail() {
    printf 'make demo: %s\n' "$*" >&2
    exit 1
}

# Runs a command as the user the database runs as: PostgreSQL refuses root.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

pg_bin() {
    local dir
    for dir in /usr/lib/postgresql/{18,17,16,15}/bin; do
        [ -x "$dir/initdb" ] && echo "$dir" && return
    done
    fail "no PostgreSQL server found: apt-get install postgresql-15"
}

# The process of a pid file, if it runs and its command line holds our word.
running() { # PIDFILE WORD
    local pid
    [ -s "$1" ] || return 1
    pid=$(head -n 1 "$1")
    [ -r "/proc/$pid/cmdline" ] || return 1
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$2" && echo "$pid"
}

pg_dir() {
    [ -s "$state/pg.dir" ] && cat "$state/pg.dir"
}

dsn() {
    echo "host=$(pg_dir) user=postgres dbname=journeys"
}
