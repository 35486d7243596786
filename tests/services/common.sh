# Shared by up, down, pg and kafka: where things lie and how to run as the right user.
# Everything lives in build/test, or in JOURNEYD_TEST_STATE where that is set; a database the postgres
# user cannot reach there goes to /tmp.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
state=${JOURNEYD_TEST_STATE:-$root/build/test}
mkdir -p "$state"

fail() {
    echo "tests/services: $*" >&2
    exit 1
}

seconds_since() { # of a `date +%s.%N`
    awk -v from="$1" -v to="$(date +%s.%N)" 'BEGIN { printf "%.1f s", to - from }'
}

# Runs a command as the user the database runs as: root may not run PostgreSQL.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

# The server to test with: that of JOURNEYD_TEST_PG_BIN, else the newest that has pgTAP.
pg_bin() {
    local version
    if [ -n "${JOURNEYD_TEST_PG_BIN:-}" ]; then
        [ -x "$JOURNEYD_TEST_PG_BIN/initdb" ] || fail "no initdb in $JOURNEYD_TEST_PG_BIN"
        echo "$JOURNEYD_TEST_PG_BIN"
        return
    fi
    for version in 18 17 16 15; do
        [ -x "/usr/lib/postgresql/$version/bin/initdb" ] &&
            [ -e "/usr/share/postgresql/$version/extension/pgtap.control" ] &&
            echo "/usr/lib/postgresql/$version/bin" && return
    done
    fail "no PostgreSQL server with pgTAP found: apt-get install postgresql-15 postgresql-15-pgtap"
}

# The process of a pid file, if it runs and its command line names our directory.
running() { # PIDFILE WORD
    local pid
    [ -s "$1" ] || return 1
    pid=$(head -n 1 "$1")
    [ -r "/proc/$pid/cmdline" ] || return 1
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$2" && echo "$pid"
}

write_env() {
    local dsn='' brokers='' sasl=''
    [ -s "$state/pg.dir" ] && dsn="host=$(cat "$state/pg.dir") user=postgres dbname=journeyd_test"
    [ -s "$state/kafka/port" ] && brokers="127.0.0.1:$(cat "$state/kafka/port")"
    [ -s "$state/kafka/sasl_port" ] && sasl="127.0.0.1:$(cat "$state/kafka/sasl_port")"
    cat >"$state/env" <<END
export JOURNEYD_TEST_PG='$dsn'
export JOURNEYD_TEST_BROKERS='$brokers'
export JOURNEYD_TEST_BROKERS_SASL='$sasl'
export JOURNEYD="\${JOURNEYD:-$root/build/journeyd}"
export JOURNEYD_TEST_TOPIC="$root/build/tests/services/topic"
END
}
