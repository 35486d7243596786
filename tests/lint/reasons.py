"""The reasons of quarantine, and those of skipping, are closed lists: the program, the documentation of
sources, the help of `journeyd quarantine`, the table and the data dictionary tell the same."""
import re

from lib_lint import Lint, text


def in_program():
    """What reject_name() says, without "none"."""
    body = re.search(r"reject_name\(enum reject r\)\n\{(.*?)\n\}", text("consumer/io/mapping/mapping.c"), re.S)
    return re.findall(r'\[REJECT_\w+\]\s*=\s*"(\w+)"', body[1])[1:] if body else []


def skips_in_program():
    """What skip_name() says; NONE has no name."""
    body = re.search(r"skip_name\(enum skip s\)\n\{(.*?)\n\}", text("consumer/io/mapping/mapping.c"), re.S)
    return re.findall(r'\[SKIP_\w+\]\s*=\s*"([\w ]+)"', body[1]) if body else []


def skips_in_sources_readme():
    """The names after "skipped:" in the table of outcomes."""
    table = text("deploy/sources/README.md").partition("## What one message becomes")[2]
    cells = re.findall(r"^\| skipped: (.*?) \|", table, re.M)
    return sorted({n for cell in cells for n in re.findall(r"`([\w ]+)`", cell)})


def skips_in_view():
    listed = re.search(r"reason is 'why: (.*?)'", text("schema/views/138_skipped.sql"))
    return [part.partition(" (")[0] for part in re.sub(r"\([^)]*\)", "", listed[1]).split(", ")
            ] if listed else []


def in_table():
    body = re.search(r"create table journey_internal\.quarantine \((.*?)\n\);",
                     text("schema/migrations/001_tables.sql"), re.S)
    listed = re.search(r"reason in \((.*?)\)", body[1], re.S) if body else None
    return re.findall(r"'(\w+)'", listed[1]) if listed else []


def in_enum():
    """The constants, as names."""
    body = re.search(r"enum reject \{(.*?)\}", text("consumer/io/mapping/mapping.h"), re.S)
    names = re.findall(r"REJECT_(\w+)", body[1]) if body else []
    return [n.lower() for n in names if n not in ("NONE", "COUNT")]


def in_sources_readme():
    """First column of the table after "Reasons of quarantine"."""
    after = text("deploy/sources/README.md").partition("Reasons of quarantine")[2]
    table = re.search(r"\n\n(\|.*?)\n\n", after, re.S)
    return re.findall(r"^\| `(\w+)`", table[1], re.M) if table else []


def in_help():
    listed = re.search(r"Reasons: (.*?);", text("consumer/app/cmd_quarantine.c"), re.S)
    return re.findall(r"\b([a-z][a-z_]+)\b", listed[1].replace("\\n", "")) if listed else []


def in_view(path):
    listed = re.search(r"reason is 'why: (.*?)'", text(path))
    return listed[1].split(", ") if listed else []


def problems(found, wanted):
    for name in sorted(set(found) ^ set(wanted)):
        yield f"{name} is {'missing' if name in wanted else 'not a reason of the program'}"
    if len(found) != len(set(found)):
        yield "a reason is told twice"


def main():
    lint = Lint()
    reasons = in_program()
    lint.check([] if len(reasons) > 5 else ["reject_name() was not found"], "the reasons")
    for what, found in (("enum reject", in_enum()),
                        ("deploy/sources/README.md", in_sources_readme()),
                        ("journeyd quarantine --help", in_help()),
                        ("the table journey_internal.quarantine", in_table()),
                        ("journey.quarantine", in_view("schema/views/132_quarantine.sql")),
                        ("journey.quarantine_count",
                         in_view("schema/views/136_quarantine_count.sql"))):
        lint.check(problems(found, reasons), f"reasons told by {what}")
    skips = skips_in_program()
    lint.check([] if len(skips) > 5 else ["skip_name() was not found"], "the reasons of skipping")
    for what, found in (("deploy/sources/README.md", skips_in_sources_readme()),
                        ("journey.skipped", [n.strip() for n in skips_in_view()])):
        lint.check(problems(found, skips), f"reasons of skipping told by {what}")
    lint.finish()


main()
