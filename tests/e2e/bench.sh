#!/bin/bash
# The benchmark with a tiny input: every figure is there and plausible, and its parts agree about
# what came of the input. How fast it is, is not tested.
# Runs alone: its sources read every topic of theirs, those of other scripts too.
. "$(dirname "$0")/lib.sh"

EVENTS=1000 LIVE_SECONDS=1 "$root/tests/bench/run" --json --output "$work/bench" \
    >"$work/results" 2>"$work/bench.log"
is "the benchmark runs and its parts agree" "$?" 0
[ "$failed" -eq 0 ] || tail -n 5 "$work/bench.log"
check "what it prints is what it keeps" cmp "$work/results" "$work/bench/results.json"
"$root/tests/bench/run" --last --output "$work/bench" >"$work/plain"
check "there is a plain table" grep -q "^(e) end to end, file " "$work/plain"
"$root/tests/bench/run" --last --markdown --output "$work/bench" >"$work/markdown"
check "there is a Markdown table" grep -q "^| (e) end to end, broker |" "$work/markdown"

while read -r verdict what; do
    check "$what" [ "$verdict" = yes ]
done < <(python3 - "$work/bench/results.json" <<'END'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    results = json.load(f)
parts = results["parts"]
every = {"messages", "events", "events_per_second", "journeyd_cpu_s_per_million", "peak_mb"}
server = {"postgres_cpu_s_per_million", "wal_bytes_per_event"}
into = server | {"database_bytes_per_event", "times_copy", "seconds"}
wanted = {
    "consume_file": every, "consume_broker": every, "decode": every, "core": every,
    "copy": every | into, "end_to_end_file": every | into, "end_to_end_broker": every | into,
    "open_snapshot": every | into, "late": every | into,
    "live": every | server | {"produced_per_second", "latency_p50_ms", "latency_p99_ms"},
}


def tell(what, ok):
    print("yes" if ok else "no", what)


tell("there are all parts", list(parts) == list(wanted))
for name, figures in wanted.items():
    bad = [f for f in sorted(figures)
           if not isinstance(parts.get(name, {}).get(f), (int, float)) or parts[name][f] <= 0]
    tell(f"{name}: figures are numbers above zero {bad or ''}", not bad)
tell("1,000 messages were asked for and came", parts["core"]["messages"] == 1000)
tell("events are messages less duplicates and what is not accepted",
     0 < parts["core"]["events"] < 1000 - parts["core"]["duplicates"])
tell("core, the database and the broker came to the same events, sessions, journeys",
     parts["core"]["content"] == parts["end_to_end_file"]["content"]
     == parts["end_to_end_broker"]["content"] == parts["copy"]["content"])
tell("all live messages were read", parts["live"]["messages"] == 5000)
tell("half of the messages before the last are visible", parts["live"]["latency_p50_ms"]
     <= parts["live"]["latency_p99_ms"] <= parts["live"]["latency_max_ms"])
tell("shares of the mix add up",
     abs(sum(t["share"] for t in results["input"]["topics"].values()) - 1) < 0.01)
END
)
check "a part that does not exist is refused" \
    [ "$("$root/tests/bench/run" nonsense >/dev/null 2>&1; echo $?)" = 2 ]
finish
