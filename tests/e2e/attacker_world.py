#!/usr/bin/env python3
"""Six weeks of a library with three branches of very different size: the data of attacker.sh.

    attacker_world.py SEED FOLDER      writes FOLDER/1.ndjson and FOLDER/2.ndjson, plain messages
    attacker_world.py scenarios        prints scenarios.yaml

About 400 customers, a few templates of visits that most follow, and detours that few take, so that
days, weeks, months, branches, paths and pairs of steps have groups well above ten customers, around
ten, and of one. 2.ndjson is one more day and messages of earlier months that come late.
"""
import datetime
import json
import os
import random
import sys

FIRST = datetime.date(2026, 1, 27)
DAYS = 36                       # the end of January, February whole, three days of March
BRANCHES = [("main", 44, 1.3), ("east", 14, 1.2), ("north", 6, 1.1), (None, 3, 1.0)]
TEMPLATES = [                   # weight, steps
    (30, "discover.search discover.record_viewed request.hold_placed"),
    (24, "discover.search discover.record_viewed"),
    (14, "discover.search discover.search_no_result"),
    (9, "discover.search discover.search discover.record_viewed discover.saved_to_list"),
    (7, "discover.page_viewed discover.search discover.record_viewed request.hold_placed"),
    (6, "join.logged_in discover.search discover.record_viewed discover.record_viewed"),
    (5, "discover.page_viewed discover.faq_viewed help.ticket_opened"),
    (3, "discover.faq_viewed discover.search"),
]
DETOURS = ["discover.page_viewed", "discover.faq_viewed", "discover.saved_to_list",
           "join.account_viewed", "discover.search"]
SCENARIOS = """\
- name: find
  label: Find a title and ask for it
  start: [discover.search]
  goal: [request.hold_placed]
  fail: [discover.search_no_result]
  steps: [discover.record_viewed, discover.saved_to_list, discover.faq_viewed]
  patience: 30m
  deadline: 4h
  checkpoints:
    - {name: searched, at: [discover.search]}
    - {name: viewed, at: [discover.record_viewed]}
    - {name: asked, at: [request.hold_placed]}
- name: hold
  label: Ask for an item and pick it up
  scope: hold
  start: [request.hold_placed]
  goal: [request.hold_filled]
  fail: [request.hold_cancelled]
  steps: [request.hold_ready]
  patience: 20d
  waits: {request.hold_ready: 9d}
  deadline: 40d
  checkpoints:
    - {name: placed, at: [request.hold_placed]}
    - {name: ready, at: [request.hold_ready]}
    - {name: filled, at: [request.hold_filled]}
- name: ask
  label: Look for help
  start: [discover.faq_viewed]
  steps: [discover.faq_viewed, discover.page_viewed, help.ticket_opened]
  patience: 1h
  deadline: 1d
"""


def utc(day, seconds):
    return (datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(seconds=seconds)
            ).strftime("%Y-%m-%dT%H:%M:%SZ")


class World:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.messages = []      # (day, message)
        self.cases = 0

    def send(self, day, seconds, touchpoint, customer, branch, cases=None):
        m = {"id": f"m{len(self.messages)}", "time": utc(day, seconds), "touchpoint": touchpoint}
        m["keys"] = {"web.user": customer} if customer.startswith("u") else {"card": customer}
        if branch:
            m["dimensions"] = {"branch": branch}
        if cases:
            m["cases"] = cases
        self.messages.append((day, m))

    def visit(self, day, customer, branch):
        rng = self.rng
        steps = rng.choices([t for _, t in TEMPLATES], [w for w, _ in TEMPLATES])[0].split()
        while rng.random() < 0.12:
            steps.insert(rng.randrange(len(steps)), rng.choice(DETOURS))
        at = rng.randrange(8 * 3600, 19 * 3600)
        for step in steps:
            hold = None
            if step == "request.hold_placed":
                self.cases += 1
                hold = {"hold": f"h{self.cases}"}
                self.fetch(day, customer, hold)
            self.send(day, at, step, customer, branch, hold)
            at += rng.randrange(20, 400)

    def fetch(self, day, customer, hold):
        rng = self.rng
        ready = day + datetime.timedelta(days=rng.choice([1, 1, 2, 3, 6]))
        fate = rng.random()
        if fate < 0.08:
            self.send(ready, 40000, "request.hold_cancelled", customer, None, hold)
        elif fate < 0.9:
            self.send(ready, 30000, "request.hold_ready", customer, None, hold)
            if fate < 0.75:
                filled = ready + datetime.timedelta(days=rng.choice([0, 1, 1, 4]))
                self.send(filled, 50000, "request.hold_filled", customer, None, hold)


def write(seed, folder):
    world = World(seed)
    rng = world.rng
    customers = [f"{1000 + i}" for i in range(330)] + [f"u{i}" for i in range(90)]
    usual = {c: rng.choices(BRANCHES[:3], [b[1] for b in BRANCHES[:3]])[0][0] for c in customers}
    for d in range(DAYS):
        day = FIRST + datetime.timedelta(days=d)
        share = 0.15 if day.weekday() == 6 else 0.6 if day.weekday() == 5 else 1.0
        for branch, mean, spread in BRANCHES:
            n = max(0, round(rng.gauss(mean * share, spread * (mean * share) ** 0.5)))
            locals_ = [c for c in customers if branch is None or usual[c] == branch]
            for c in rng.choices(locals_, k=n) if n else []:
                other = rng.random() < 0.05
                world.visit(day, c, rng.choice(BRANCHES[:3])[0] if other else branch)
    last = FIRST + datetime.timedelta(days=DAYS - 1)
    kept = [(day, m) for day, m in world.messages if day <= last]
    late = set(rng.sample([i for i, (day, _) in enumerate(kept)
                           if day < last.replace(day=1)], 30))
    for state in (1, 2):
        with open(os.path.join(folder, f"{state}.ndjson"), "w", encoding="utf-8") as f:
            for i, (day, m) in enumerate(kept):
                if (state == 2) == (i in late or day == last):
                    f.write(json.dumps(m) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["scenarios"]:
        print(SCENARIOS, end="")
    else:
        write(int(sys.argv[1]), sys.argv[2])
