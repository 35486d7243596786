#!/bin/bash
# The secret and the process that knows it: a secret that is not safe, or not that of the database, is
# refused before anything starts, with what to do; no core is dumped; no other process of the same
# user may look into the memory, where neither the secret nor a typed key stays; files are the user's.
. "$(dirname "$0")/lib.sh"

new_database secrets
c=$(config secrets secrets)
echo '{"id":"s1","time":"2026-03-01T08:00:00Z","touchpoint":"discover.search","keys":{"card":"7001"}}' \
    >"$work/message"
"$JOURNEYD" replay -c "$c" --source plain --quiet "$work/message" >"$work/replay.log" 2>&1
is "a right secret" $? 0

# ---- secrets that are refused
# refused WHAT FILE PATTERN [COMMAND...]: run does not start, and says what to do
refused() {
    local file=$work/refused.yaml
    sed "s|secret_file: .*|secret_file: $2|" "$c" >"$file"
    timeout 20 "$JOURNEYD" "${4:-run}" -c "$file" "${@:5}" >"$work/out" 2>&1
    is "$1: exit code" $? 78
    check "$1: says what to do" grep -qE -- "$3" "$work/out"
    check "$1: tells nothing of it" bash -c "! grep -q 'words of the secret' '$work/out'"
}
secret() { # FILE MODE
    printf 'words of the secret, long enough\n' >"$work/$1"
    chmod "$2" "$work/$1"
}
for mode in 0604 0640 0602 0620 0666; do
    secret open "$mode"
    refused "mode $mode" open "can be read or written by .*mode $mode.*run: chmod 0600 .*open"
done
secret open 0400
sed 's|secret_file: .*|secret_file: open|' "$c" >"$work/right.yaml"
check "mode 0400 is right" "$JOURNEYD" validate -c "$work/right.yaml"
printf 'fifteen bytes..\n' >"$work/short"
chmod 600 "$work/short"
refused "too short" short 'holds too few bytes; 16 to 4096 are wanted; make a new one with'
: >"$work/empty"
chmod 600 "$work/empty"
refused "empty" empty 'holds too few bytes'
head -c 5000 /dev/zero | tr '\0' x >"$work/long"
chmod 600 "$work/long"
refused "too long" long 'holds too many bytes'
refused "absent" absent 'No such file.*make one with: .umask 077; openssl rand -hex 32 > '
mkdir -p "$work/folder"
refused "a folder" folder 'is no regular file; write the secret into one'
mkfifo -m 600 "$work/pipe"
refused "a pipe that nobody writes" pipe 'is no regular file; write the secret into one'
refused "a device" /dev/zero 'is no regular file'
if [ "$(id -u)" -eq 0 ]; then
    secret others 0600
    chown 65534 "$work/others"
    refused "of another user" others 'belongs to another user .65534.*chown it'
fi
secret second 0600
for command in run 'replay --source plain message' rebuild 'identity show --key card=7001'; do
    # shellcheck disable=SC2086 # words of a command
    set -- ${command/message/$work/message}
    refused "another secret, $1" second 'Put the old secret_file back, or start with a fresh' "$@"
done
is "what was refused changed nothing" "$(sql secrets "select
    (select count(*) from journey.event), (select count(*) from journey_internal.key)")" '1|1'

# ---- the process
mkfifo "$work/input"
exec 9<>"$work/input"
"$JOURNEYD" replay -c "$c" --source plain --batch 1 - <"$work/input" >"$work/replay.log" 2>&1 9>&- &
pid=$!
children+=("$pid")
cat "$work/message" >&9
counted() { [ "$(sql secrets 'select sum(read) from journey_internal.source_tally')" = "$1" ]; }
check "it runs" until_true 20 counted 2
of() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$pid/status"; }
is "no core is dumped" "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$pid/limits")" '0 0'
is "what it writes is its user's alone" "$(of Umask)" 0077
check "the secret is kept out of swap" test "$(of VmLck)" -gt 0
if [ "$(id -u)" -eq 0 ]; then
    is "the secret itself does not stay in memory" \
        "$(python3 "$root/tests/e2e/memory.py" "$pid" 'the secret of all tests' 'Test Library')" 'Test Library'
    # an ordinary user's journeyd, that waits for messages, and another process of that user
    box=$(mktemp -d /tmp/journeyd-secrets.XXXXXX)
    cp "$JOURNEYD" "$work/secret" "$work/sources.yaml" "$work/scenarios.yaml" "$box"
    sed "s|^vocabulary:.*|vocabulary: vocabulary.yaml|" "$c" >"$box/journeyd.yaml"
    cp "$root/deploy/vocabulary.yaml" "$box"
    chown -R 65534:65534 "$box"
    as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
    (cd "$box" && exec setpriv --reuid 65534 --regid 65534 --clear-groups ./journeyd tap \
        -c journeyd.yaml --source plain - <"$work/input" >"$work/tap.out" 2>&1 9>&-) &
    other=$!
    children+=("$other")
    setpriv --reuid 65534 --regid 65534 --clear-groups sleep 20 9>&- &
    sleeper=$!
    children+=("$sleeper")
    runs_as() { [ "$(awk '/^Uid/ { print $2 }' "/proc/$1/status") $(cat "/proc/$1/comm")" = "$2" ]; }
    check "journeyd of another user" until_true 5 runs_as "$other" '65534 journeyd'
    check "and another program" until_true 5 runs_as "$sleeper" '65534 sleep'
    maps() { as_nobody cat "/proc/$1/maps" 2>"$work/maps.err" | wc -l; }
    check "a process of that user can look into the other program" test "$(maps "$sleeper")" -gt 3
    closed() { [ "$(maps "$1")" -eq 0 ]; }
    check "but not into journeyd, once it has begun" until_true 5 closed "$other"
    rm -rf "$box"
fi
exec 9>&-
wait "$pid"
is "it ends well" $? 0

# Killed by a signal that dumps a core, beside a program that has no such care.
cat >"$work/dump.py" <<'END_PY'
import os, resource, signal, subprocess, sys, time
resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)[1:] * 2)
p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
time.sleep(0.5)
os.kill(p.pid, signal.SIGSEGV)
_, status = os.waitpid(p.pid, 0)
print(os.WIFSIGNALED(status), os.WCOREDUMP(status))
END_PY
dump() { (cd "$work" && python3 dump.py "$@"); }
is "a core of journeyd" "$(dump "$JOURNEYD" identity show -c "$c" --key -)" 'True False'
is "a core of another program is dumped here, or forbidden to all" "$(dump cat)" \
    "$([ "$(ulimit -Hc)" = 0 ] && echo 'True False' || echo 'True True')"
finish
