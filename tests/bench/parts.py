"""The parts of the benchmark but the live regime. Each returns its figures; an event is a message
that was accepted, everywhere, so that the parts can be divided by each other."""
import json
import os
import subprocess

import data
import measure
from services import JOURNEYD, PRODUCE, STAGES, check_output, drop_topics, fresh_topics

EMPTY = "journeyd_bench_empty"
DATABASES = (EMPTY, "journeyd_bench", "journeyd_bench_copy", "journeyd_bench_late",
             "journeyd_bench_open", "journeyd_bench_broker")


class Bench:
    """What the parts share: services, input, and what earlier parts left behind."""

    def __init__(self, pg, brokers, folder, events, live_seconds):
        self.pg, self.brokers, self.folder, self.events = pg, brokers, folder, events
        self.live_seconds, self.warm_seconds = live_seconds, live_seconds / 8
        self.history = f"{folder}/history.ndjson"
        self.live, self.late = f"{folder}/live.ndjson", f"{folder}/late.ndjson"
        self.accepted = 0  # of history
        self.loaded = set()  # databases that hold history
        self.filled = False  # the topics hold history
        self.has_empty = False
        self.topics = []

    def config(self, database):
        return data.write_config(self.folder, database, self.pg.dsn(database), self.brokers,
                                 f"{database}.{os.getpid()}")

    def new_database(self, database):
        """A copy of an empty one with the schema."""
        if not self.has_empty:
            self.pg.create(EMPTY)
            check_output([JOURNEYD, "schema", "apply", "-c", self.config(EMPTY)])
            self.has_empty = True
        self.pg.create(database, EMPTY)
        return self.config(database)

    def replay(self, database, path):
        """Replays into the database; what it cost, and what the database says came of it."""
        config, log = f"{self.folder}/{database}.yaml", f"{self.folder}/{database}.log"
        return self.write(database, [JOURNEYD, "replay", "-c", config, "--quiet", path], log)

    def write(self, database, command, log):
        before, tally = self.pg.size(database), self.tally(database)
        found = measure.run(command, self.pg, log)
        after = self.tally(database)
        read, accepted, duplicate = (b - a for a, b in zip(tally, after))
        return figures(found, read, accepted, duplicates=duplicate,
                       pg_bytes=self.pg.size(database) - before)

    def tally(self, database):
        """read, accepted, duplicate"""
        return [int(n) for n in self.pg.sql(database, """
            select coalesce(sum(read), 0), coalesce(sum(accepted), 0),
                   coalesce(sum(duplicate), 0)
            from journey_internal.source_tally""").split("|")]

    def content(self, database):
        """Rows that a run in memory counts too."""
        events, sessions, journeys = self.pg.sql(database, """
            select coalesce(sum(events), 0), coalesce(sum(sessions), 0),
                   coalesce(sum(journeys), 0)
            from journey_internal.customer""").split("|")
        return {"events": int(events), "sessions": int(sessions), "journeys": int(journeys)}

    def load(self):
        """A database that holds history."""
        if "journeyd_bench" not in self.loaded:
            end_to_end_file(self)
        return "journeyd_bench"

    def fill(self):
        if self.filled:
            return
        self.empty_topics()
        check_output([PRODUCE, self.brokers, self.history])
        self.filled = True

    def empty_topics(self):
        """Those of all input, so that none of an earlier run is read."""
        self.topics = sorted(set(data.topics_of(self.history)) | set(data.topics_of(self.live)))
        fresh_topics(self.brokers, self.topics, data.PARTITIONS)
        self.filled = False

    def close(self):
        self.pg.drop(*DATABASES)
        if self.topics:
            drop_topics(self.brokers, self.topics)


def figures(found, messages, events, duplicates=None, pg_bytes=None, **more):
    seconds, million = found["seconds"], events / 1e6
    out = {"messages": messages, "events": events, "seconds": round(seconds, 3),
           "events_per_second": round(events / seconds),
           "journeyd_cpu_s_per_million": round(found["cpu_s"] / million, 2),
           "peak_mb": round(found["peak_mb"], 1)}
    if duplicates is not None:
        out["duplicates"] = duplicates
    if "postgres_cpu_s" in found:
        out["postgres_cpu_s_per_million"] = round(found["postgres_cpu_s"] / million, 2)
        out["postgres_peak_mb"] = round(found["postgres_peak_mb"], 1)
        out["wal_bytes_per_event"] = round(found["wal_bytes"] / events, 1)
    if pg_bytes is not None:
        out["database_bytes_per_event"] = round(pg_bytes / events, 1)
    out.update(more)
    return out


# ---- before the database ----
def stage(b, name, *paths):
    found = measure.run([STAGES, name, b.config("stages"), *paths], log=f"{b.folder}/stages.log")
    said = json.loads(found["output"].splitlines()[-1])
    return said, {"seconds": said["wall_us"] / 1e6, "cpu_s": said["cpu_us"] / 1e6,
                  "peak_mb": said["peak_kb"] / 1024}


def consume_file(b):
    said, found = stage(b, "consume", b.history)
    return figures(found, said["messages"], b.accepted)


def consume_broker(b):
    b.fill()
    said, found = stage(b, "consume")
    return figures(found, said["messages"], b.accepted)


def decode(b):
    said, found = stage(b, "decode", b.history)
    return figures(found, said["messages"], b.accepted)


def core(b):
    """The engine's own time: what the world in memory costs is taken off and told apart."""
    said, found = stage(b, "core", b.history)
    memory_s = said["memory_us"] / 1e6
    found["seconds"] -= memory_s
    found["cpu_s"] -= memory_s
    b.accepted = said["accepted"]
    return figures(found, said["messages"], said["accepted"], duplicates=said["duplicates"],
                   engine_cpu_s_per_million=round(said["engine_us"] / said["accepted"], 2),
                   world_cpu_s_per_million=round(said["memory_us"] / said["accepted"], 2),
                   content={k: said[k] for k in ("events", "sessions", "journeys")})


# ---- with the database ----
def end_to_end_file(b):
    b.new_database("journeyd_bench")
    found = b.replay("journeyd_bench", b.history)
    found["content"] = b.content("journeyd_bench")
    b.loaded.add("journeyd_bench")
    return found


def end_to_end_broker(b):
    b.fill()
    config = b.new_database("journeyd_bench_broker")
    found = b.write("journeyd_bench_broker", [JOURNEYD, "run", "-c", config, "--drain"],
                    f"{b.folder}/drain.log")
    found["content"] = b.content("journeyd_bench_broker")
    b.pg.drop("journeyd_bench_broker")
    return found


def copy(b):
    """The rows that end_to_end_file wrote, into empty tables with the same indexes: what the
    database costs at least. The client is psql, so journeyd's column holds that."""
    source, target = b.load(), "journeyd_bench_copy"
    rows = f"{b.folder}/rows"
    os.makedirs(rows, exist_ok=True)
    b.pg.create(target)
    dump = check_output(["pg_dump", "-s", "-O", "-x", "-n", "journey_internal", "-n", "journey",
                         "-d", b.pg.dsn(source)])
    subprocess.run(b.pg.psql(target), input=dump.encode(), stdout=subprocess.DEVNULL, check=True)
    tables = b.pg.sql(source, """
        select format('%I.%I', n.nspname, c.relname)
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'journey_internal' and c.relkind = 'r'
            and c.relname not in ('bucket', 'migration')
        order by 1""").split()
    for way in ("to", "from"):
        with open(f"{b.folder}/copy_{way}.sql", "w", encoding="utf-8") as out:
            out.writelines(f"\\copy {table} {way} '{rows}/{i}' (format binary)\n"
                           for i, table in enumerate(tables))
    check_output(b.pg.psql(source) + ["-f", f"{b.folder}/copy_to.sql"])
    before = b.pg.size(target)
    found = measure.run(b.pg.psql(target) + ["-f", f"{b.folder}/copy_from.sql"], b.pg,
                        f"{b.folder}/copy.log")
    messages, events, duplicates = b.tally(target)
    out = figures(found, messages, events, duplicates=duplicates,
                  pg_bytes=b.pg.size(target) - before, content=b.content(target))
    b.pg.drop(target)
    return out


def late(b):
    """Events of days 1 to 30, shuffled, into a database that holds days 31 to 60."""
    data.cut_late(b.folder, b.events)
    b.new_database("journeyd_bench_late")
    present = b.replay("journeyd_bench_late", f"{b.folder}/present.ndjson")
    found = b.replay("journeyd_bench_late", b.late)
    found["present_events_per_second"] = present["events_per_second"]
    found["present_events"] = present["events"]
    b.pg.drop("journeyd_bench_late")
    return found


def open_snapshot(b):
    """end_to_end_file while another session holds a snapshot that was there first."""
    b.new_database("journeyd_bench_open")
    holder = subprocess.Popen(b.pg.psql("journeyd_bench_open"), stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    holder.stdin.write(b"begin isolation level repeatable read;\n"
                       b"select count(*) from journey_internal.source_tally;\n")
    holder.stdin.flush()
    holder.stdout.readline()
    found = b.replay("journeyd_bench_open", b.history)
    held = b.pg.sql("postgres", """
        select count(*) from pg_stat_activity
        where datname = 'journeyd_bench_open' and backend_xmin is not null
          and backend_type = 'client backend'""")  # an autovacuum holds one too
    if held != "1":
        raise SystemExit("bench: the snapshot was not held to the end")
    holder.stdin.close()
    holder.wait()
    found["content"] = b.content("journeyd_bench_open")
    b.pg.drop("journeyd_bench_open")
    return found
