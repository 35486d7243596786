#!/bin/bash
# PostgreSQL 15 to 18: another server is refused before anything is sent to it. The servers here only
# say which version they are, and hang up at the first statement.
. "$(dirname "$0")/lib.sh"

sockets=$(mktemp -d /tmp/journeyd-versions.XXXXXX)
trap 'rm -rf "$sockets"; cleanup' EXIT
python3 - "$sockets" 14.21 15.0 18.9 19beta1 >"$work/statements" <<'END' &
import os, socket, struct, sys, threading

def exactly(connection, n):
    data = b""
    while len(data) < n:
        more = connection.recv(n - len(data))
        if not more:
            raise EOFError
        data += more
    return data

def message(kind, body):
    return kind + struct.pack("!I", len(body) + 4) + body

def serve(directory, version):
    os.mkdir(directory)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(directory + "/.s.PGSQL.5432")
    listener.listen()
    while True:
        connection, _ = listener.accept()
        try:
            exactly(connection, struct.unpack("!I", exactly(connection, 4))[0] - 4)
            connection.sendall(
                message(b"R", struct.pack("!I", 0))
                + message(b"S", b"server_version\0" + version.encode() + b"\0")
                + message(b"S", b"client_encoding\0UTF8\0")
                + message(b"K", struct.pack("!II", 1, 1)) + message(b"Z", b"I"))
            if exactly(connection, 1) == b"Q":
                print(version, flush=True)
        except EOFError:
            pass
        connection.close()

for name in sys.argv[2:]:
    threading.Thread(target=serve, args=(sys.argv[1] + "/" + name, name)).start()
END
children+=("$!")
c=$(config version version)
for version in 14.21 19beta1 15.0 18.9; do
    check "$version listens" until_true 10 test -S "$sockets/$version/.s.PGSQL.5432"
    sed "s|dsn: .*|dsn: \"host=$sockets/$version user=x dbname=x\"}|" "$c" >"$work/$version.yaml"
done

for version in 14.21 19beta1; do
    major=${version%%[.b]*}
    for command in 'run' 'run --drain' 'offsets show' 'verify --sql' 'schema apply'; do
        # shellcheck disable=SC2086 # a command and its words
        timeout 30 "$JOURNEYD" $command -c "$work/$version.yaml" >"$work/refused" 2>&1
        is "$command, $version: exit code" $? 78
        check "$command, $version: it says why" \
            grep -qF "postgresql $major is not supported; journeyd works with 15 to 18" "$work/refused"
    done
done
check "no statement was sent to them" test ! -s "$work/statements"
for version in 15.0 18.9; do
    timeout 30 "$JOURNEYD" offsets show -c "$work/$version.yaml" >"$work/accepted" 2>&1
    is "$version is not refused: the connection is what fails" \
        "$? $(grep -c 'not supported' "$work/accepted")" '69 0'
    check "$version is asked" grep -qxF "$version" "$work/statements"
done
finish
