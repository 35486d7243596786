"""The PostgreSQL and the broker of the benchmark: those of JOURNEYD_TEST_PG and
JOURNEYD_TEST_BROKERS where they are set, else tests/services, started and stopped by us."""
import glob
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
JOURNEYD = os.environ.get("JOURNEYD") or os.path.join(BUILD, "journeyd")
STAGES = os.path.join(BUILD, "tests/bench/stages")
PRODUCE = os.path.join(BUILD, "tests/bench/produce")
# Debian's psql is a script that looks for this one, which takes longer than a short statement.
PSQL = max(glob.glob("/usr/lib/postgresql/*/bin/psql"), default="psql")
TOPIC = os.path.join(BUILD, "tests/services/topic")


def check_output(command, **more):
    """Its output; what it said when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    if done.returncode != 0:
        said = (done.stderr + done.stdout).decode("utf-8", "replace").strip()
        raise SystemExit(f"bench: {' '.join(command[:3])} failed: {said[-800:]}")
    return done.stdout.decode("utf-8", "replace")


def start(kafka):
    """(PostgreSQL, brokers, what to call at the end)."""
    dsn, brokers = os.environ.get("JOURNEYD_TEST_PG"), os.environ.get("JOURNEYD_TEST_BROKERS")
    if dsn and (brokers or not kafka):
        return Postgres(dsn), brokers, lambda: None
    wanted = ["pg", "kafka"] if kafka else ["pg"]
    kept = all(subprocess.run([f"{ROOT}/tests/services/{s}", "status"]).returncode == 0
               for s in wanted)
    subprocess.run([f"{ROOT}/tests/services/up", *wanted], check=True, stdout=subprocess.DEVNULL)
    with open(f"{ROOT}/build/test/env", encoding="utf-8") as f:
        env = dict(re.findall(r"export (\w+)='(.*)'", f.read()))

    def stop():
        if not kept:
            subprocess.run([f"{ROOT}/tests/services/down", "--quiet"])
    return Postgres(env["JOURNEYD_TEST_PG"]), env["JOURNEYD_TEST_BROKERS"], stop


class Postgres:
    def __init__(self, dsn):
        self.server = re.sub(r"dbname=\S*", "", dsn)
        self.postmaster = int(self.sql("postgres",
                                       "select pg_read_file('postmaster.pid')").split()[0])

    def dsn(self, database):
        return f"{self.server} dbname={database}"

    def psql(self, database):
        return [PSQL, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                "-d", self.dsn(database)]

    def sql(self, database, *statements):
        command = self.psql(database)
        for statement in statements:
            command += ["-c", statement]
        environment = dict(os.environ, PGOPTIONS="-c client_min_messages=warning")
        return check_output(command, env=environment).strip()

    def create(self, database, template="template1"):
        self.sql("postgres", f"drop database if exists {database} with (force)",
                 f"create database {database} template {template}")

    def drop(self, *databases):
        self.sql("postgres", *(f"drop database if exists {database} with (force)"
                               for database in databases))

    def size(self, database):
        return int(self.sql("postgres", f"select pg_database_size('{database}')"))

    def wal(self):
        return int(self.sql("postgres",
                            "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn").split(".")[0])

    def settings(self):
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes",
                 "shared_buffers", "max_wal_size", "wal_compression")
        values = self.sql("postgres", *(f"show {name}" for name in names)).splitlines()
        return dict(zip(names, values))

    def processes(self):
        """Ids of its processes."""
        path = f"/proc/{self.postmaster}/task/{self.postmaster}/children"
        try:
            with open(path, encoding="ascii") as f:
                return [int(pid) for pid in f.read().split()]
        except OSError:
            return []

    def cpu_seconds(self):
        """Of all its processes, those that ended included."""
        ticks = sum(_ticks(self.postmaster))
        ticks += sum(sum(_ticks(pid)[:2]) for pid in self.processes())
        return ticks / os.sysconf("SC_CLK_TCK")

    def private_kb(self):
        """Memory of its processes beside shared_buffers."""
        total = 0
        for pid in self.processes():
            try:
                with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as f:
                    found = re.search(r"RssAnon:\s+(\d+)", f.read())
                total += int(found[1]) if found else 0
            except OSError:
                pass
        return total


def _ticks(pid):
    """user, system, user and system of children that were waited for."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return [int(t) for t in f.read().rpartition(")")[2].split()[11:15]]
    except OSError:
        return [0, 0, 0, 0]


def process_cpu_seconds(pid):
    return sum(_ticks(pid)[:2]) / os.sysconf("SC_CLK_TCK")


def drop_topics(brokers, names):
    """All at once; those that are not there are passed over."""
    children = [subprocess.Popen([TOPIC, brokers, "delete", name], stderr=subprocess.DEVNULL)
                for name in names]
    for child in children:
        child.wait()


def fresh_topics(brokers, names, partitions):
    drop_topics(brokers, names)
    children = [subprocess.Popen([TOPIC, brokers, "create", name, str(partitions)])
                for name in names]
    if any([child.wait() for child in children]):
        raise SystemExit("bench: could not create the topics")
