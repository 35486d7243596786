#!/usr/bin/env python3
"""Compares what journeyd mined with what the simulator planted: truth.py WORLD TRUTH MINED

TRUTH is the file of `simulate --truth`, MINED the lines of truth.sql: both hold JSON objects with
"view". Every row and every column is compared, both ways; columns that the truth does not count
(rates, quantiles, is_final, labels) are worked out here from its counts. Prints one line, and up to
ten differences; exit code 1 when there are any.
"""
import collections
import datetime
import json
import math
import os
import re
import sys
import zoneinfo

KEYS = {
    "customer_kind": ("kind", "is_identified", "is_excluded"),
    "drop_off": ("scenario", "started_on", "segment", "touchpoint"),
    "funnel_step": ("scenario", "started_on", "segment", "checkpoint_no"),
    "journey_state": ("scenario", "started_on", "segment", "state", "reason"),
    "path": ("scenario", "started_on", "segment", "path"),
    "raw_path": ("scenario", "started_on", "segment", "path"),
    "path_link": ("scenario", "started_on", "segment", "step_no", "from_touchpoint",
                  "to_touchpoint"),
    "scenario_day": ("scenario", "started_on", "segment"),
    "shared_key": ("namespace", "rule"),
    "source_tally": ("source",),
    "transition": ("scenario", "started_on", "segment", "from_touchpoint", "to_touchpoint"),
    "watermark": (),
}
Z2 = 1.959963984540054 ** 2
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SHOWN = 10


def read(path):
    with open(path, encoding="ascii") as lines:
        return [json.loads(line) for line in lines]


def wilson(hits, n, sign):
    p = hits / n
    middle = p + Z2 / (2 * n)
    width = math.sqrt(Z2 * (p * (1 - p) / n + Z2 / (4 * n * n)))
    return min(1.0, max(0.0, (middle + sign * width) / (1 + Z2 / n)))


def quantile(buckets, percent):
    """Seconds of the bucket that holds the ceil(p n / 100)-th duration; None without any."""
    n = sum(buckets.values())
    if n == 0:
        return None
    rank = -(-percent * n // 100)
    for bucket in sorted(buckets):
        rank -= buckets[bucket]
        if rank <= 0:
            return 0.0 if bucket == 0 else 1.02 ** (bucket - 0.5) / 1e6


def labels():
    with open(f"{ROOT}/deploy/vocabulary.yaml", encoding="utf-8") as text:
        return dict(re.findall(r"code: ([\w.]+), label: ([^,}]+)", text.read()))


class Truth:
    """The rows of the truth file, with all columns of the views."""

    def __init__(self, lines):
        header, rows = lines[0], lines[1:]
        self.watermark = datetime.datetime.fromisoformat(
            (header["watermark_at"] or "0001-01-01T00:00:00Z").replace("Z", "+00:00"))
        self.zone = zoneinfo.ZoneInfo(header["settings"]["time_zone"])
        self.buckets = collections.defaultdict(dict)
        self.open = {}
        self.goals = set()
        for row in rows:
            cell = self.cell(row)
            if row["view"] == "duration":
                self.buckets[cell][row["bucket"]] = row["journeys"]
            elif row["view"] == "wait":
                self.buckets[cell + self.pair(row)][row["bucket"]] = row["waits"]
            elif row["view"] == "scenario_day":
                self.open[cell] = row["open"]
                if row["completed"] + row["lost"] > 0:
                    self.goals.add(row["scenario"])
        self.labels = labels()
        self.rows = [self.complete(r) for r in rows if r["view"] not in ("duration", "wait")]
        self.rows.append({"view": "watermark", "watermark_at": header["watermark_at"],
                          "events": header["events"],
                          "unnamed_events": header["unnamed_events"]})

    @staticmethod
    def cell(row):
        return row.get("scenario"), row.get("started_on"), row.get("segment")

    @staticmethod
    def pair(row):
        return row["from_touchpoint"], row["to_touchpoint"]

    def day_is_over(self, row):
        day = datetime.date.fromisoformat(row["started_on"]) + datetime.timedelta(days=1)
        end = datetime.datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return self.watermark >= end.astimezone(datetime.timezone.utc)

    def complete(self, row):
        cell, view = self.cell(row), row["view"]
        if row.get("started_on") and view != "journey_state":
            row["is_final"] = self.day_is_over(row) and self.open[cell] == 0
        if view == "scenario_day":
            for percent in (50, 90):
                row[f"completed_p{percent}_seconds"] = quantile(self.buckets[cell], percent)
        elif view == "transition":
            for percent in (50, 90, 99):
                row[f"wait_p{percent}_seconds"] = quantile(
                    self.buckets[cell + self.pair(row)], percent)
        elif view == "drop_off":
            self.add_rates(row, cell)
            row["stage"] = row["touchpoint"].split(".")[0]
            row["label"] = self.labels[row["touchpoint"]]
        return row

    def add_rates(self, row, cell):
        row["drop_off_rate"] = row["rate_low"] = row["rate_high"] = None
        if row["scenario"] == "visit" or not self.day_is_over(row):
            return
        n = row["reached"] + self.open[cell] - row["open_reached"]
        row["rate_low"] = wilson(row["ended_here"], n, -1)
        row["rate_high"] = wilson(row["ended_here"] + self.open[cell], n, 1)
        if row["is_final"]:
            row["drop_off_rate"] = row["ended_here"] / row["reached"]


def by_key(rows):
    table = {}
    for row in rows:
        key = (row["view"],) + tuple(row[c] for c in KEYS[row["view"]])
        assert key not in table, f"twice: {key}"
        table[key] = row
    return table


def same(a, b):
    if isinstance(a, float) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    return a == b and type(a) is type(b)


def differences(planted, mined):
    """(key, text) of each cell that is not the same: a row that one side lacks is one."""
    for key in sorted(planted.keys() | mined.keys(), key=str):
        p, m = planted.get(key), mined.get(key)
        if p is None or m is None:
            yield key, f"only {'mined' if p is None else 'planted'}: {m or p}"
            continue
        for column in sorted(p.keys() | m.keys()):
            if column not in p or column not in m or not same(p[column], m[column]):
                yield key, (f"{column}: planted {p.get(column, '(no such column)')}, "
                            f"mined {m.get(column, '(no such column)')}")


def main():
    world, truth_file, mined_file = sys.argv[1:]
    planted = by_key(Truth(read(truth_file)).rows)
    mined = by_key(read(mined_file))
    cells = sum(len(row) - 1 for row in planted.values())
    found = list(differences(planted, mined))
    print(f"{world}: {len(planted)} rows, {cells} cells, {len(found)} differ")
    for key, text in found[:SHOWN]:
        print(f"  {' | '.join(map(str, key))}: {text}")
    per_view = collections.Counter(key[0] for key, _ in found)
    if found:
        print("  " + ", ".join(f"{view} {n}" for view, n in sorted(per_view.items())))
    return 1 if found or cells == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
