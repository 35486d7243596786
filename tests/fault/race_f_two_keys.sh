#!/bin/bash
# Race (f): two instances, two topics keyed differently, every customer on both. Throughput goes on,
# digests agree.
. "$(dirname "$0")/../e2e/lib.sh"

events --events 8000 --customers 60 >"$work/events"
lines=$(wc -l <"$work/events")
truth=$(reference fault_f_truth "$work/events")
# One topic keyed by device, else card; the other by the last digit of the id: every customer's
# messages are in all partitions of both.
python3 - "$work" <<'END'
import json, sys
work = sys.argv[1]
with open(work + "/events") as lines, open(work + "/by_key", "w") as a, \
        open(work + "/by_id", "w") as b:
    for n, line in enumerate(lines):
        m = json.loads(line)
        key = m["keys"].get("web.anon") or m["keys"].get("card") or m["id"]
        (a if n % 2 else b).write(f"{key if n % 2 else m['id'][-1]}\t{line}")
END
for topic in by_key by_id; do
    topic "plain.$run_id.$topic" 4
    kcat -P -b "$JOURNEYD_TEST_BROKERS" -t "plain.$run_id.$topic" -K '\t' -l "$work/$topic" \
        2>>"$work/kcat.log"
done
new_database fault_f
c=$(config fault_f fault_f 'limits: {batch_bytes: 48KiB, cache_bytes: 16MiB}')
from=$SECONDS
start one run -c "$c" --drain
one=$pid
start two run -c "$c" --drain
two=$pid
wait "$one"
is "one drains" $? 0
wait "$two"
is "two drains" $? 0
say "# $lines messages in $((SECONDS - from)) s"
count() { awk '$1 == "(all)" { print $2 }' "$work/$1.log"; }
check "both took part" eval '[ "$(count one)" -gt 0 ] && [ "$(count two)" -gt 0 ]'
is "every message is counted once" $(($(count one) + $(count two))) "$lines"
is "same digest" "$(digest_of "$c")" "$truth"
sound "two keys" fault_f "$c"
finish
