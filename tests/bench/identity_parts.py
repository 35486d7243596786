"""What identity costs: each row of the table is one command, in a database made for it, with what it
cost journeyd and PostgreSQL. ordinary() is the floor by which all are divided: events that come in
time, of persons who are named in each."""
import os
import re
import time

import data
import measure
import people
from services import JOURNEYD, check_output

SETTLE_S = 0.3  # until the back end has told its counters
LIVE = 50  # messages a transaction, as when they come one after the other
HUB = "office@example.org"


class Identity:
    """What the rows share; `scale` makes all numbers smaller."""

    def __init__(self, pg, folder, scale, say):
        self.pg, self.folder, self.scale, self.say = pg, folder, scale, say
        self.rows, self.databases = [], set()

    def n(self, number):
        return max(int(number * self.scale), 2)

    def file(self):
        return f"{self.folder}/messages.ndjson"

    def database(self, name, kiosk=None):
        """A fresh database whose statistics say that its tables are empty, as after a first start."""
        name = f"journeyd_bench_identity_{name}"
        self.pg.create(name)
        self.databases.add(name)
        config = data.write_config(self.folder, name, self.pg.dsn(name), None, name)
        if kiosk:
            with open(config, encoding="utf-8") as f:
                text, n = re.subn(r"kiosks: \[\]", f'kiosks: ["web.anon:{kiosk}"]', f.read())
            if n != 1:
                raise SystemExit("bench: deploy/journeyd.yaml has no empty list of kiosks")
            with open(config, "w", encoding="utf-8") as f:
                f.write(text)
        check_output([JOURNEYD, "schema", "apply", "-c", config])
        self.pg.sql(name, "select journey_internal.refresh_statistics()")
        return name

    def counted(self, database):
        """Rows written and read so far."""
        counts = self.pg.sql(database, """
            select tup_inserted + tup_updated + tup_deleted, tup_returned + tup_fetched
            from pg_stat_database where datname = current_database()""").split("|")
        return [int(n) for n in counts]

    def command(self, database, *words, watch=None):
        config = f"{self.folder}/{database}.yaml"
        before = self.counted(database)
        found = measure.run([JOURNEYD, *words[:1 + (words[0] == "identity")], "-c", config,
                             *words[1 + (words[0] == "identity"):]],
                            self.pg, f"{self.folder}/{database}.log", watch)
        time.sleep(SETTLE_S)
        written, read = (b - a for a, b in zip(before, self.counted(database)))
        return {"seconds": found["seconds"], "journeyd_cpu_s": found["cpu_s"],
                "postgres_cpu_s": found["postgres_cpu_s"], "peak_mb": found["peak_mb"],
                "wal_bytes": found["wal_bytes"], "rows_written": written, "rows_read": read}

    def replay(self, database, batch=50000, watch=None):
        return self.command(database, "replay", "--source", "plain", "--quiet", "--batch",
                            str(batch), self.file(), watch=watch)

    def row(self, name, n, found, moved=0, **more):
        """n: on how many events the costs are shared out."""
        self.rows.append({"name": name, "n": n, "moved": moved, **found, **more})
        self.say(f"{name}: {found['seconds']:.2f} s")

    def close(self):
        self.pg.drop(*self.databases)


def ordinary(b):
    """The floor: an empty run, and events in batches of either size."""
    database = b.database("ordinary")
    people.ordinary(b.file(), 1, "first")
    b.replay(database)
    people.ordinary(b.file(), 1, "one")
    b.row("one ordinary event", 1, b.replay(database))
    n = people.ordinary(b.file(), b.n(20000))
    b.row(f"{n:,} ordinary events", n, b.replay(database))
    n = people.own_devices_day(b.file(), b.n(200))
    b.row(f"{n:,} ordinary events, {LIVE} at a time", n, b.replay(database, LIVE), live=True)


def late_login(b):
    """A log-in moves what a device did in the six days before it; ten of each, so that the clock of
    the CPU can tell."""
    database = b.database("login")
    for number in (100, 1000, 5000):
        devices = [f"device{number}.{i}" for i in range(10)]
        n = people.anonymous(b.file(), b.n(number), devices)
        b.replay(database)
        people.login(b.file(), devices)
        before = customers_of_devices(b, database)
        found = b.replay(database)
        b.row(f"ten late log-ins, each moves {n // 10:,} events", n, found,
              before - customers_of_devices(b, database))


def customers_of_devices(b, database):
    """Events that lie with devices."""
    return int(b.pg.sql(database, """
        select coalesce(sum(c.events), 0) from journey_internal.customer as c
        join journey_internal.key as k on k.key_no = c.customer_no
        join journey_internal.namespace as n on n.ns_no = k.ns_no and n.kind = 'device'"""))


def hub(b):
    """One e-mail beside ever more patrons."""
    database = b.database("hub")
    n, part = b.n(50000), b.n(1000)
    people.patrons(b.file(), 10 * n, part)
    b.row(f"{part:,} patrons with an e-mail of their own", part, b.replay(database, 2000))
    people.patrons(b.file(), 0, part, HUB)
    b.row(f"the first {part:,} patrons of a shared e-mail", part, b.replay(database, 2000))
    people.patrons(b.file(), part, n - 2 * part, HUB)
    b.replay(database)
    people.patrons(b.file(), n - part, part, HUB)
    b.row(f"patrons {n - part + 1:,} to {n:,} of it", part, b.replay(database, 2000))
    people.email_event(b.file(), 1, HUB)
    b.replay(database)  # the first after an import cleans pages that the import left
    people.email_event(b.file(), 2, HUB)
    b.row("one event that carries only it", 1, b.replay(database))
    keys = ("--key", f"email={HUB}", "--key", "folio.user=hub1")
    b.row("identity unlink of one patron", 1, b.command(database, "identity", "unlink", *keys))
    b.row("identity relink", 1, b.command(database, "identity", "relink", *keys))
    b.row("forget of one patron", 1, b.command(database, "forget", "--key", "folio.user=hub2"))


def hub_told_late(b):
    """The same e-mail beside cards, whose patrons are told later, a few at a time."""
    database = b.database("told")
    n, part = b.n(50000), b.n(1000)
    people.patrons(b.file(), 10 * n, part, key="card")
    b.replay(database)
    people.ids_of_cards(b.file(), 10 * n, part)
    b.row(f"ILS ids of {part:,} cards with an e-mail of their own", part,
          b.replay(database, LIVE), part, live=True)
    people.patrons(b.file(), 0, n, HUB, "card")
    b.replay(database)
    people.ids_of_cards(b.file(), 0, part)
    b.row(f"ILS ids of {part:,} cards that share one with {n:,}", part,
          b.replay(database, LIVE), part, live=True)


class Growth:
    """Peak memory of journeyd when it had read so much of the input."""

    def __init__(self, path, shares):
        self.path, self.size, self.left = path, os.path.getsize(path), list(shares)
        self.peak_mb = {}

    def __call__(self, pid):
        try:
            at = max((int(re.search(r"pos:\s+(\d+)", open(f"/proc/{pid}/fdinfo/{fd}").read())[1])
                      for fd in os.listdir(f"/proc/{pid}/fd")
                      if os.readlink(f"/proc/{pid}/fd/{fd}") == self.path), default=0)
        except OSError:
            return
        while self.left and at >= self.left[0] * self.size:
            self.peak_mb[str(self.left.pop(0))] = round(measure.peak_kb(pid) / 1024)


def user_import(b):
    """A million user records, before their events and after them."""
    n, n_events = b.n(1000000), b.n(100000)
    for order in ("before", "after"):
        database = b.database(order)
        if order == "after":
            people.card_events(b.file(), n_events, n)
            b.replay(database)
        people.users(b.file(), n)
        growth = Growth(b.file(), (0.25, 0.5, 0.999))
        moved = n_events if order == "after" else 0
        b.row(f"{n:,} user records {order} {n_events:,} events of theirs", n,
              b.replay(database, watch=growth), moved, peak_mb_at=growth.peak_mb)
        if order == "before":
            people.card_events(b.file(), n_events, n)
            b.row(f"{n_events:,} events after {n:,} user records", n_events, b.replay(database))


def shared_day(b):
    """200 persons a day on one device, message by message; what a fortnight of it leads to."""
    n, days = b.n(200), 14
    for kind in ("kiosk", "shared PC"):
        database = b.database(kind.split()[0], people.KIOSK if kind == "kiosk" else None)
        events = people.shared_day(b.file(), n, people.KIOSK, 0)
        b.row(f"{kind}: {n:,} persons, {events:,} events, {LIVE} at a time", events,
              b.replay(database, LIVE), live=True)
        for day in range(1, days - 1):
            people.shared_day(b.file(), n, people.KIOSK, day)
            b.replay(database)
        people.shared_day(b.file(), n, people.KIOSK, days - 1)
        b.row(f"{kind}: the same on day {days}", events, b.replay(database, LIVE), live=True)


PARTS = {"ordinary": ordinary, "late_login": late_login, "hub": hub,
         "hub_told_late": hub_told_late, "user_import": user_import, "shared_day": shared_day}
