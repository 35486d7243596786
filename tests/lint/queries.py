"""Queries: each file has its header, reads what the header says, has a sample beside it; the list of
questions is the one that the headers make."""
import os
import re
import subprocess
import sys

from lib_lint import ROOT, Lint, files, text

FIELDS = ["Question", "Reads", "Needs", "Parameters", "Reading the result", "Do not conclude", "Sample"]
RELATION = re.compile(r"\b(?:from|join|lateral)\s+((?:journey|journey_internal|pg_catalog)\.[a-z0-9_]+)")


def split(path):
    """Header and body of a file."""
    lines = text(path).splitlines()
    end = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return "\n".join(lines[:end]), "\n".join(lines[end:])


def field(head, name):
    found = re.search(rf"^-- {name}(?: \([^)]*\))?:(.*(?:\n--   .*)*)", head, re.M)
    return " ".join(found[1].replace("\n--", " ").split()) if found else ""


def header_problems(path):
    head, _ = split(path)
    order = [m[1] for m in re.finditer(r"^-- ([A-Z][a-z]+(?: [a-z]+)*)(?: \(.*\))?:", head, re.M)]
    if order != FIELDS:
        yield f"{path}: the header has {order}, wanted {FIELDS}"
    if not field(head, "Question").endswith("?") and "?" not in field(head, "Question"):
        yield f"{path}: the question is none"
    if field(head, "Needs") not in ("journey_reader", "journey_detail"):
        yield f"{path}: needs {field(head, 'Needs')!r}, wanted journey_reader or journey_detail"


def reads_problems(path):
    head, body = split(path)
    said = {name.strip() for name in field(head, "Reads").split(",")}
    read = set(RELATION.findall(re.sub(r"--[^\n]*", "", body)))
    for name in sorted(said - read):
        yield f"{path}: says that it reads {name}, and does not"
    for name in sorted(read - said):
        yield f"{path}: reads {name} and does not say so"
    for name in sorted(read):
        if name.startswith("journey_internal."):
            yield f"{path}: reads {name}, which is ours to change"


def parameter_problems(path):
    head, body = split(path)
    said = set()
    for line in re.findall(r"^--   (\w+(?:, \w+)*)  +\S", head, re.M):
        said.update(line.split(", "))
    settable = set(re.findall(r"\\if :\{\?(\w+)\}", body))
    used = set(re.findall(r"(?<!:):'?([a-z_]+)", re.sub(r"--[^\n]*", "", body)))
    for name in sorted(said ^ settable):
        yield f"{path}: {name} is a parameter in the header or in the text, not in both"
    for name in sorted(used ^ settable):
        yield f"{path}: :{name} is read without a default, or never read"


def sample_problems(path):
    sample = path[:-4] + ".out"
    if not os.path.exists(os.path.join(ROOT, sample)):
        yield f"{path}: {sample} is missing (tests/e2e/queries.sh --update)"
    elif not re.match(rf"\$ psql (?:-v \S+ )*-f {re.escape(path)}\n", text(sample)):
        yield f"{sample}: does not begin with the command that prints it"
    if os.path.basename(sample) not in field(split(path)[0], "Sample"):
        yield f"{path}: names another sample"


def main():
    lint = Lint()
    paths = [p for p in files() if re.fullmatch(r"queries/\w+/.*\.sql", p)]
    lint.check([] if len(paths) >= 20 else [f"there are {len(paths)}"], "twenty questions or more")
    lint.check((p for p in paths if not re.fullmatch(
        r"queries/(analyst|dashboard|operations)/\d\d-[a-z0-9-]+\.sql", p)), "names of files")
    for what, problems in (("headers", header_problems), ("what is read", reads_problems),
                           ("parameters", parameter_problems), ("samples", sample_problems)):
        lint.check((problem for p in paths for problem in problems(p)), what)
    lint.check((p for p in files() if re.fullmatch(r"queries/\w+/.*\.out", p)
                and p[:-4] + ".sql" not in paths), "samples of no query")
    made = subprocess.run([sys.executable, os.path.join(ROOT, "queries", "index")],
                          stdout=subprocess.PIPE, check=True).stdout.decode()
    lint.check([] if made == text("queries/README.md") else ["queries/index >queries/README.md"],
               "the list of questions is up to date")
    lint.finish()


main()
