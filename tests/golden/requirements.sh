#!/bin/bash
# What requirements.yaml says of the mapping layer is proved by tests that are there; and no
# system is claimed that has no test case: the table of the shipped sources names each of them, and
# each has cases.
set -u
cd "$(dirname "$0")/../.."
exec python3 - "${1:-tests/golden/requirements.yaml}" <<'END'
import os
import re
import sys

LIST = sys.argv[1]
ROWS = 13
PROOF = re.compile(r"(case|golden|unit|check|world) (\S+)(?: / (.+))?")
passed, failed = 0, 0


def test(good, what):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"not ok - {what}")


def text(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def plain(scalar):
    """What a scalar of YAML says, in quotes or without."""
    if scalar[0] == '"':
        return re.sub(r'\\(["\\])', r"\1", scalar[1:-1])
    return scalar[1:-1].replace("''", "'") if scalar[0] == "'" else scalar


def names_of_cases(source):
    path = f"deploy/sources/tests/{source}.cases.yaml"
    return [plain(name) for name in re.findall(r"^  - name: (.+)$", text(path), re.M)]


def is_there(kind, where, name):
    if kind == "case":
        return name in names_of_cases(where)
    if kind == "golden":
        return bool(text(f"tests/golden/{where}/expected").strip())
    if kind == "unit":  # defined, and added to a case
        found = re.findall(rf"\b{re.escape(name or '?')}\b", text(f"tests/unit/{where}.c"))
        return len(found) > 1 and f"START_TEST({name})" in text(f"tests/unit/{where}.c")
    if kind == "check":
        return bool(name) and f'"{name}' in text(f"tests/{where}")
    return bool(text(f"tests/property/{where}.c"))


# ---- the list: rows, their parts, the proofs of each ----

rows, part = {}, None
for number, line in enumerate(text(LIST).splitlines(), 1):
    at = f"{LIST}:{number}"
    if not line.strip() or line.startswith("#"):
        continue
    if row := re.fullmatch(r"- row: (\d+)", line):
        test(int(row[1]) not in rows, f"{at}: row {row[1]} a second time")
        parts = rows[int(row[1])] = {}
        part = None
    elif name := re.fullmatch(r"    - part: (.+)", line):
        part = name[1]
        test(part not in parts, f"{at}: this part a second time")
        parts[part] = []
    elif proof := re.fullmatch(r"        - (.+)", line):
        said = PROOF.fullmatch(plain(proof[1]))
        test(said and part, f"{at}: no proof of a part: {proof[1]}")
        if said and part:
            test(said[0] not in parts[part], f"{at}: this proof a second time")
            parts[part].append(said[0])
            test(is_there(*said.groups()), f"{at}: not there: {proof[1]}")
    else:
        test(re.fullmatch(r"  (about: .+|parts:)|      proofs:", line), f"{at}: what is this?")
for number in range(1, ROWS + 1):
    test(rows.get(number), f"{LIST}: row {number} is missing, or has no part")
for number, parts in rows.items():
    test(number <= ROWS, f"{LIST}: row {number}: there are {ROWS}")
    for part, proofs in parts.items():
        test(proofs, f"{LIST}: row {number}: nothing proves: {part}")

# ---- the claims: the table of shipped sources, the files, their cases ----

README = "deploy/sources/README.md"
table = re.search(r"^## Shipped sources$(.*?)^## ", text(README), re.M | re.S)
claimed = re.findall(r"^\|[^|]+\| `([^`]+)` \|", table[1] if table else "", re.M)
shipped = [f[:-5] for f in sorted(os.listdir("deploy/sources")) if f.endswith(".yaml")]
test(claimed, f"{README}: no table of shipped sources")
for source in sorted(set(claimed) | set(shipped)):
    n = claimed.count(source)
    test(n == 1, f"{README}: {source} stands in the table {n} times")
    test(source in shipped, f"{README}: claims {source}, of which there is no file")
    test(len(names_of_cases(source)) > 4, f"{source} has no cases, or hardly any")
    test(re.search(r"^# (Modelled on|Required)", text(f"deploy/sources/{source}.yaml"), re.M),
         f"deploy/sources/{source}.yaml does not say what it is modelled on")

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0 or passed == 0)
END
