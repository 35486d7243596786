"""Identifiers in clear: only the command that tries mappings on made-up data may ask for them."""
import re

from lib_lint import Lint, sources, text

# what is asked for, and the files that may
RULES = {
    r"\bconfig_load_trial\b": r"io/config/config\.[ch]|app/cmd_test\.c",
    r"\bis_trial\b": r"io/config/config(_identity)?\.[ch]|io/mapping/compile/mapping_compile\.c",
    r"\bmapping_clear_(id|key|forget)\b": r"io/mapping/mapping_clear\.[ch]|app/(cmd_test|case_text)\.c",
    r"\bcase_outcome_of\b": r"app/case_text\.[ch]|app/cmd_test\.c",
}


def code(path):
    return re.sub(r"/\*.*?\*/", "", text(path), flags=re.S)


def main():
    lint = Lint()
    for what, may in RULES.items():
        users = [p.removeprefix("consumer/") for p in sources(".c", ".h")
                 if re.search(what, code(p))]
        lint.check([f"{p} may not" for p in users if not re.fullmatch(may, p)]
                   + ([] if users else ["nobody does: does the rule still say what it should?"]),
                   f"who uses {what}")
    command = code("consumer/app/cmd_test.c")
    lint.check([f"it includes io/{p}/" for p in ("store", "source")
                if re.search(rf'#include "io/{p}/', command)],
               "journeyd test stores nothing and reads no topic")
    lint.finish()


main()
