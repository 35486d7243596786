"""Runs a command and tells what it cost: time, CPU, memory, and what PostgreSQL did meanwhile.

Memory is VmHWM of /proc, read every 50 ms: ru_maxrss of a child starts with that of its parent.
CPU of PostgreSQL is that of all its processes (back ends, checkpointer, autovacuum) until the
command has ended; what they do later is not in it."""
import os
import re
import subprocess
import time

POLL_S, LOOK_S, SETTLE_S = 0.005, 0.05, 0.2


def peak_kb(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as f:
            found = re.search(r"VmHWM:\s+(\d+)", f.read())
        return int(found[1]) if found else 0
    except OSError:
        return 0


class Costs:
    """What PostgreSQL spends from here on."""

    def __init__(self, pg):
        self.pg = pg
        pg.sql("postgres", "checkpoint")  # so that every run starts with the same full pages
        self.wal, self.cpu = pg.wal(), pg.cpu_seconds()
        self.idle_kb = self.peak_kb = pg.private_kb()

    def look(self):
        self.peak_kb = max(self.peak_kb, self.pg.private_kb())

    def close(self):
        cpu = self.pg.cpu_seconds() - self.cpu
        return {"postgres_cpu_s": cpu, "wal_bytes": self.pg.wal() - self.wal,
                "postgres_peak_mb": (self.peak_kb - self.idle_kb) / 1024}


def run(command, pg=None, log=None, watch=None):
    """Runs it to its end; SystemExit with the end of its log when it fails. watch: called with its
    id at every look."""
    costs = Costs(pg) if pg else None
    peak, next_look = 0, 0.0
    with open(log or os.devnull, "wb") as err:
        start = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=err)
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            now = time.monotonic()
            if now >= next_look:
                peak = max(peak, peak_kb(child.pid))
                if costs:
                    costs.look()
                if watch:
                    watch(child.pid)
                next_look = now + LOOK_S
            time.sleep(POLL_S)
        seconds = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    output = child.stdout.read().decode("utf-8", "replace")
    if child.returncode != 0:
        said = ""
        if log:
            with open(log, encoding="utf-8", errors="replace") as f:
                said = f.read()
        raise SystemExit(f"bench: {' '.join(command[:3])} failed: {(said + output)[-800:]}")
    # A program that ends before anybody looks twice: then what wait tells, which counts this
    # process's memory before exec too and so can be too much.
    peak = peak or usage.ru_maxrss
    found = {"seconds": seconds, "cpu_s": usage.ru_utime + usage.ru_stime,
             "peak_mb": peak / 1024, "output": output}
    if costs:
        time.sleep(SETTLE_S)  # until the back ends have ended
        found.update(costs.close())
    return found


def machine():
    """What it ran on, and how busy that was before."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        cpu = re.search(r"model name\s*: (.*)", f.read())
    with open("/proc/meminfo", encoding="ascii") as f:
        memory = re.search(r"MemTotal:\s+(\d+)", f.read())
    return {"cpu": cpu[1].strip() if cpu else "unknown", "cores": os.cpu_count(),
            "memory_gb": round(int(memory[1]) / 2 ** 20, 1), "kernel": os.uname().release,
            "load_before": round(os.getloadavg()[0], 2)}
