"""How files look: guards, comments at the top, no tabs, no loose ends, links that lead somewhere."""
import os
import re

from lib_lint import ROOT, Lint, files, sources, text

# Split, so that this file does not match itself.
LOOSE_ENDS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
# Folders that exist on one person's machine only.
SOMEBODYS_PATH = re.compile(r"(?<![\w./*$}])/(home|root|work|mnt|Users|workspace)/\w")
DATA = ("tests/golden/", "tests/fuzz/found/")  # as they are, to the byte
TEXT = (".c", ".h", ".sql", ".md", ".yaml", ".yml", ".sh", ".py", ".xml", ".json", ".ndjson")


def guard_problems(path):
    inside = path.removeprefix("consumer/").removeprefix("tests/unit/").removeprefix("tests/")
    guard = re.sub(r"\W", "_", inside).upper()
    if f"#ifndef {guard}\n#define {guard}\n" not in text(path):
        yield f"{path}: the include guard is not {guard}"


def is_text(path):
    return path.endswith(TEXT) or "." not in os.path.basename(path)


def line_problems(paths, pattern, what):
    for path in paths:
        for number, line in enumerate(text(path).splitlines(), 1):
            if pattern.search(line):
                yield f"{path}:{number}: {what}"


def link_problems(path):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text(path)):
        if "://" not in target and not target.startswith("mailto:"):
            if not os.path.exists(os.path.join(ROOT, os.path.dirname(path), target)):
                yield f"{path}: the link to {target} leads nowhere"
    anchors = {re.sub(r"[^\w -]", "", head.strip().lower()).replace(" ", "-")
               for head in re.findall(r"^#+ (.*)$", text(path), re.M)}
    for anchor in re.findall(r"\]\(#([^)]*)\)", text(path)):
        if anchor not in anchors:
            yield f"{path}: there is no heading for #{anchor}"


def main():
    lint = Lint()
    code = sources(".c", ".h")
    ours = [p for p in files() if is_text(p) and not p.startswith(DATA)]

    lint.check((p for h in sources(".h") for p in guard_problems(h)), "include guards")
    lint.check((f"{p}: no comment at the top" for p in code if not text(p).startswith("/*")),
               "a comment at the top of each C file")
    lint.check((p for path in code for p in line_problems([path], re.compile("\t"), "a tab")),
               "no tabs in C files")
    lint.check(line_problems(ours, re.compile(r"[ \t]$"), "white space at the end"),
               "no white space at line ends")
    lint.check((f"{p}: no newline at the end" for p in ours
                if text(p) and not text(p).endswith("\n")), "files end with a newline")
    lint.check(line_problems(ours, LOOSE_ENDS, "a loose end"), "no loose ends")
    lint.check(line_problems(ours, SOMEBODYS_PATH, "a path of somebody's machine"),
               "no paths of somebody's machine")
    lint.check((p for path in files() if path.endswith(".md") for p in link_problems(path)),
               "links between documents")
    lint.finish()


main()
