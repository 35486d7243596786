"""The live regime: messages come at a steady rate, how soon do they show?

`journeyd run` reads topics that a producer fills at RATE messages a second (tests/bench/produce.c),
in a database that holds the history before them. A message shows when the transaction that took
it has committed, and with it moved next_offset of its partition beyond the message: rows and
offset change in one transaction. A session reads these offsets every POLL_MS, with the clock of
the database, which is that of the producer's machine.

latency = first look that shows the message - when the message was due at the producer

A look every 10 ms adds 5 ms on average, 10 at most; what looking costs PostgreSQL is not in its
CPU time. The first eighth of the messages is left out:
the caches of a new process are cold."""
import collections
import json
import subprocess
import time

import measure
from data import PARTITIONS
from services import JOURNEYD, PRODUCE, check_output, process_cpu_seconds

RATE, POLL_MS = 5000, 10
LONGEST_S = 120
SETTLED_S = 1.0


def live(b):
    database = b.load()
    config = b.config(database)
    b.empty_topics()
    watch = open(f"{b.folder}/watch", "wb")
    child = poller = None
    try:
        child = subprocess.Popen([JOURNEYD, "run", "-c", config], stdout=subprocess.DEVNULL,
                                 stderr=open(f"{b.folder}/live.log", "wb"))
        await_claims(b, database, child)
        poller = watch_offsets(b, database, watch)
        time.sleep(SETTLED_S)
        looker = looking_back_end(f"{b.folder}/watch")
        costs, cpu = measure.Costs(b.pg), process_cpu_seconds(child.pid)
        looked = process_cpu_seconds(looker)
        before = b.tally(database)
        start = time.monotonic()
        said = json.loads(check_output([PRODUCE, b.brokers, b.live, str(RATE),
                                        f"{b.folder}/sent"]))
        await_all(b, database, child, before[0] + said["messages"])
        spent = {"seconds": time.monotonic() - start,
                 "cpu_s": process_cpu_seconds(child.pid) - cpu,
                 "peak_mb": measure.peak_kb(child.pid) / 1024, **costs.close()}
        spent["postgres_cpu_s"] -= process_cpu_seconds(looker) - looked
        after = b.tally(database)
    finally:
        for process in (poller, child):
            if process:
                process.terminate()
                process.wait()
        watch.close()
    waits, behind_us = latencies(f"{b.folder}/sent", f"{b.folder}/watch",
                                 b.warm_seconds * RATE)
    read, accepted = after[0] - before[0], after[1] - before[1]
    out = {"messages": read, "events": accepted,
           "events_per_second": round(accepted / spent["seconds"]),
           "produced_per_second": round(said["messages"] / (said["wall_us"] / 1e6)),
           "behind_at_end_ms": round(behind_us / 1000),
           "latency_p50_ms": round(percentile(waits, 50) / 1000, 1),
           "latency_p99_ms": round(percentile(waits, 99) / 1000, 1),
           "latency_max_ms": round(waits[-1] / 1000, 1),
           "measured_messages": len(waits), "resolution_ms": POLL_MS,
           "keys_per_1000_messages": keys_per_thousand(b.live),
           "journeyd_cpu_s_per_million": round(spent["cpu_s"] / accepted * 1e6, 2),
           "postgres_cpu_s_per_million": round(spent["postgres_cpu_s"] / accepted * 1e6, 2),
           "cores_busy": round((spent["cpu_s"] + spent["postgres_cpu_s"]) / spent["seconds"], 2),
           "peak_mb": round(spent["peak_mb"], 1),
           "wal_bytes_per_event": round(spent["wal_bytes"] / accepted, 1)}
    b.loaded.discard(database)  # it holds more than history now,
    b.pg.drop(database)         # and autovacuum would go on with it beside the next part
    return out


def await_claims(b, database, child):
    """Until every partition is read: its row of kafka_offset is there and has an owner."""
    end = time.monotonic() + LONGEST_S
    wanted = str(len(b.topics) * PARTITIONS)
    while time.monotonic() < end and child.poll() is None:
        if b.pg.sql(database, "select count(*) from journey_internal.kafka_offset "
                              "where owner is not null") == wanted:
            return
        time.sleep(0.1)
    raise SystemExit(f"bench: journeyd did not claim its partitions, see {b.folder}/live.log")


def watch_offsets(b, database, out):
    poller = subprocess.Popen(b.pg.psql(database), stdin=subprocess.PIPE, stdout=out,
                              stderr=subprocess.DEVNULL)
    poller.stdin.write(f"""select pg_backend_pid();
        select (extract(epoch from clock_timestamp()) * 1000000)::bigint,
        topic, part, next_offset from journey_internal.kafka_offset \\watch {POLL_MS / 1000}
        """.encode())
    poller.stdin.close()
    return poller


def looking_back_end(watched):
    with open(watched, encoding="ascii", errors="replace") as lines:
        return int(lines.readline())


def await_all(b, database, child, read):
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end and child.poll() is None:
        if b.tally(database)[0] >= read:
            time.sleep(5 * POLL_MS / 1000)  # one more look
            return
        time.sleep(0.1)
    raise SystemExit("bench: journeyd did not take all messages, see live.log")


def latencies(sent, watched, warm):
    """Sorted, in us, without the first `warm` messages; and how long after the last one was due
    all of them showed."""
    looks = collections.defaultdict(list)  # (topic, part) -> (time, next_offset), as they come
    with open(watched, encoding="ascii", errors="replace") as lines:
        for line in lines:
            fields = line.split("|")
            if len(fields) == 4 and line.endswith("\n"):
                seen = looks[fields[1], fields[2]]
                if not seen or int(fields[3]) > seen[-1][1]:
                    seen.append((int(fields[0]), int(fields[3])))
    at = collections.Counter()
    waits, last_us, shown_us = [], 0, 0
    with open(sent, encoding="ascii") as lines:
        for i, line in enumerate(lines):
            due_us, topic, part, offset = line.split()
            part = topic, part
            while looks[part][at[part]][1] <= int(offset):
                at[part] += 1
            look_us, last_us = looks[part][at[part]][0], int(due_us)
            shown_us = max(shown_us, look_us)
            if i >= warm:
                waits.append(look_us - last_us)
    return sorted(waits), shown_us - last_us


def percentile(values, p):
    return values[-(-p * len(values) // 100) - 1]


def keys_per_thousand(path):
    """Different Kafka keys in 1,000 messages one after the other: how much of a batch is one
    customer's visit, which a time-lapse makes more of than a real clock."""
    total = n = 0
    keys = set()
    with open(path, "rb") as lines:
        for i, line in enumerate(lines, 1):
            keys.add(line.partition(b'"key":')[2].partition(b",")[0])
            if i % 1000 == 0:
                total, n = total + len(keys), n + 1
                keys.clear()
    return round(total / n) if n else len(keys)
