"""The messages of the benchmark: one simulated world, cut by time.

    history.ndjson   the first EVENTS messages, in the order in which they were sent
    live.ndjson      those that follow, for the live regime
    present.ndjson   of a world of two months: the second one
    late.ndjson      and the first one, shuffled: each event 30 days or more behind

Lines are what `kcat -C -J` prints. Topics get the prefix `bench.`, so that no other topic of the
broker is read; topics that no source takes are left out."""
import glob
import json
import os
import random
import re
import shutil
import subprocess

from services import JOURNEYD, ROOT, check_output

PREFIX = "bench."
PARTITIONS = 4
SEED, LATE_SEED = "1", "2"
FROM_DATE, FROM_MS, DAY_MS = "2026-03-01", 1772323200000, 86400000
ENVELOPE = re.compile(rb'^\{"topic":"([^"]+)","partition":(\d+),"offset":(\d+),.*?"ts":(\d+),'
                      rb'.*?"payload":')


def write_config(folder, name, dsn, brokers, group):
    """folder/<name>.yaml: the shipped configuration with our database, topics and secret."""
    for path in glob.glob(f"{ROOT}/deploy/*.yaml"):
        shutil.copy(path, folder)
    os.makedirs(f"{folder}/sources", exist_ok=True)
    for path in glob.glob(f"{ROOT}/deploy/sources/*.yaml"):
        with open(path, encoding="utf-8") as f:
            text = re.sub(r"(?m)^topic: \^", r"topic: ^bench\\.", f.read())
        with open(f"{folder}/sources/{os.path.basename(path)}", "w", encoding="utf-8") as f:
            f.write(text)
    if not os.path.exists(f"{folder}/secret"):
        with open(os.open(f"{folder}/secret", os.O_CREAT | os.O_WRONLY, 0o600), "w",
                  encoding="ascii") as f:
            f.write("a secret for the benchmark only\n")
    with open(f"{folder}/journeyd.yaml", encoding="utf-8") as f:
        text = f.read()
    for pattern, value in ((r"secret_file: .*", "secret_file: secret"),
                           (r"dsn: .*", f'dsn: "{dsn}"'),
                           (r"brokers: .*", f'brokers: "{brokers or "localhost:9092"}"'),
                           (r"(?m)^  group: journeyd$", f"  group: {group}")):
        text, n = re.subn(pattern, lambda _, v=value: v, text, count=1)
        if n != 1:
            raise SystemExit(f"bench: deploy/journeyd.yaml has no line {pattern}")
    with open(f"{folder}/{name}.yaml", "w", encoding="utf-8") as f:
        f.write(text)
    return f"{folder}/{name}.yaml"


def taken_topics():
    """A test of topic names: does a shipped source take it?"""
    patterns = []
    for path in glob.glob(f"{ROOT}/deploy/sources/*.yaml"):
        with open(path, encoding="utf-8") as f:
            topic = re.search(r"(?m)^topic: (\S+)", f.read())[1]
            patterns.append(re.compile(re.sub(r"\(\?<(?=[a-z])", "(?P<", topic)))
    return lambda name: any(p.search(name) for p in patterns)


def simulate(folder, seed, events, days, to):
    """A world as one file in the order of sending; sorted by sort(1), which needs no memory."""
    month = f"{folder}/simulated"
    shutil.rmtree(month, ignore_errors=True)
    check_output([JOURNEYD, "simulate", "--seed", seed, "--events", str(events), "--from",
                  FROM_DATE, "--days", str(days), "--partitions", str(PARTITIONS), "-q",
                  "-o", month])
    takes = taken_topics()
    with open(to, "wb") as out:
        sort = subprocess.Popen(["sort", "-s", "-n", "-k1,1", "-t", "\t"], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, env=dict(os.environ, LC_ALL="C"))
        cut = subprocess.Popen(["cut", "-f2-"], stdin=sort.stdout, stdout=out)
        for path in sorted(glob.glob(f"{month}/*.ndjson")):
            if not takes(os.path.basename(path)[:-len(".ndjson")]):
                continue
            with open(path, "rb") as lines:
                for line in lines:
                    ts = ENVELOPE.match(line)[4]
                    sort.stdin.write(ts + b"\t" + line.replace(b'"topic":"', b'"topic":"'
                                                               + PREFIX.encode(), 1))
        sort.stdin.close()
        if cut.wait() or sort.wait():
            raise SystemExit("bench: could not sort the messages")
    shutil.rmtree(month)


def cut_live(folder, events, live):
    simulate(folder, SEED, int((events + live) * 1.08) + 200, 31, f"{folder}/all.ndjson")
    with open(f"{folder}/all.ndjson", "rb") as lines, \
            open(f"{folder}/history.ndjson", "wb") as history, \
            open(f"{folder}/live.ndjson", "wb") as rest:
        for i, line in enumerate(lines):
            if i < events:
                history.write(line)
            elif i < events + live:
                rest.write(line)
    os.remove(f"{folder}/all.ndjson")


def cut_late(folder, events):
    """EVENTS messages over 60 days; what has no line before day 30 stays in the second half."""
    simulate(folder, LATE_SEED, events, 60, f"{folder}/all.ndjson")
    late = []
    with open(f"{folder}/all.ndjson", "rb") as lines, \
            open(f"{folder}/present.ndjson", "wb") as present:
        for line in lines:
            if int(ENVELOPE.match(line)[4]) < FROM_MS + 30 * DAY_MS:
                late.append(line)
            else:
                present.write(line)
    random.Random(1).shuffle(late)
    with open(f"{folder}/late.ndjson", "wb") as out:
        out.writelines(late)
    os.remove(f"{folder}/all.ndjson")


def mix(path):
    """Messages by topic with their share; sizes are those of every tenth message's value."""
    topics = {}
    with open(path, "rb") as lines:
        for i, line in enumerate(lines):
            row = topics.setdefault(ENVELOPE.match(line)[1].decode()[len(PREFIX):], [0, 0, 0])
            row[0] += 1
            if i % 10 == 0 or not row[1]:
                row[1] += 1
                row[2] += len((json.loads(line)["payload"] or "").encode())
    total = max(sum(n for n, _, _ in topics.values()), 1)
    sizes = {name: size / seen for name, (_, seen, size) in topics.items()}
    return {"messages": total,
            "bytes_per_message": round(sum(n * sizes[name] for name, (n, _, _)
                                           in topics.items()) / total),
            "topics": {name: {"share": round(n / total, 4),
                              "bytes_per_message": round(sizes[name])}
                       for name, (n, _, _) in sorted(topics.items())}}


def topics_of(path):
    with open(path, "rb") as lines:
        return sorted({ENVELOPE.match(line)[1].decode() for line in lines})
