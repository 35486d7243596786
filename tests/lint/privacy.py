"""deploy/PRIVACY.md: each claim of its tables names a test that is there, with words that stand in it;
the commands and tables it names exist, and it names every table with something about a person."""
import os
import re

from lib_lint import ROOT, Lint, text

PAGE = "deploy/PRIVACY.md"
TEST = re.compile(r"\[[^]]*\]\(\.\./(tests/[^)]+)\)((?:,? ?\"[^\"]+\")*)")


def rows(page):
    """(line number, header, cells) of each row of its tables."""
    header = None
    for number, line in enumerate(page.splitlines(), 1):
        if not line.startswith("|"):
            header = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split(" |")]
        if header is None:
            header = cells
        elif not set(line) <= set("|-: "):
            yield number, header, cells


def without_test(page):
    for number, header, cells in rows(page):
        if header[-1] == "test" and len(cells) != len(header):
            yield f"{PAGE}:{number}: {len(cells)} cells, the table has {len(header)}"
        elif header[-1] == "test" and cells[-1] != "not ours" and not TEST.search(cells[-1]):
            yield f"{PAGE}:{number}: names no test and does not say \"not ours\""


def wrong_tests(page):
    for match in TEST.finditer(page.replace("\n", " ")):
        path, words = match[1], re.findall(r"\"([^\"]+)\"", match[2])
        if not os.path.isfile(os.path.join(ROOT, path)):
            yield f"{PAGE}: {path} is not there"
            continue
        for wanted in words:
            if wanted not in text(path):
                yield f"{PAGE}: \"{wanted}\" does not stand in {path}"


def unknown_commands(page):
    known = set(re.findall(r'\.name = "([a-z-]+)"', "".join(
        text(f"consumer/app/{name}") for name in os.listdir(os.path.join(ROOT, "consumer/app"))
        if name.startswith("cmd_"))))
    for name in sorted(set(re.findall(r"`journeyd ([a-z-]+)", page)) - known):
        yield f"{PAGE}: there is no command {name}"


def missing_tables(page):
    stored = re.findall(r'^    \{"(\w+)", "\w+", NULL\}', text("consumer/io/store/person.c"), re.M)
    part = page.partition("\n## What is stored about a customer\n")[2].partition("\n## ")[0]
    if len(stored) < 10:
        yield "person_tables was not found"
    for name in stored:
        if f"`{name}`" not in part:
            yield f"{PAGE}: does not tell of table {name}"


def main():
    lint = Lint()
    page = text(PAGE)
    lint.check([] if sum(1 for _ in rows(page)) > 40 else ["its tables were not found"], "the page")
    lint.check(without_test(page), "each claim names its test")
    lint.check(wrong_tests(page), "the tests it names are there, with the words it quotes")
    lint.check(unknown_commands(page), "the commands it names")
    lint.check(missing_tables(page), "every table with something about a person")
    lint.finish()


if __name__ == "__main__":
    main()
