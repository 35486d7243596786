"""SQL files say what they are for; tables, views and functions have comments; plain style."""
import os
import re

from lib_lint import Lint, sources, text

NAME = r"(?:if not exists )?([a-z_]+\.[a-z0-9_]+)"
KINDS = {
    "table": rf"create (?:unlogged )?table {NAME}",
    "view": rf"create (?:or replace )?view {NAME}",
    "function": rf"create (?:or replace )?function {NAME}",
}
# Partitions are made of their parents and need no words of their own.
PARTITION = r"create (?:unlogged )?table {} partition of"


def without_comments(sql):
    return re.sub(r"--[^\n]*", "", sql)


def main():
    lint = Lint()
    paths = sources(".sql", under="schema/")
    everything = "\n".join(without_comments(text(p)) for p in paths)

    lint.check((f"{p}: does not begin with `-- purpose:`" for p in paths
                if "/migrations/" in p and not text(p).startswith("-- purpose:")),
               "what each migration is for")
    for kind, pattern in KINDS.items():
        names = set(re.findall(pattern, everything))
        missing = sorted(
            n for n in names
            if not re.search(rf"comment on {kind} {re.escape(n)}\b", everything)
            and not re.search(PARTITION.format(re.escape(n)), everything))
        lint.check((f"{n} has no comment" for n in missing), f"each {kind} has a comment")
        lint.check([] if names else [f"no {kind} was found"], f"there are {kind}s")
    lint.check((f"{p}: keywords are lower case" for p in paths
                if re.search(r"^\s*(SELECT|CREATE|INSERT|UPDATE|DELETE|COMMENT) ", text(p), re.M)),
               "lower case")
    lint.check((f"{p}: a view in a file of another name" for p in paths if "/views/" in p
                for n in re.findall(KINDS["view"], text(p))
                if n.split(".")[1] not in os.path.basename(p)
                and len(re.findall(KINDS["view"], text(p))) == 1),
               "a view's file has its name")
    lint.finish()


main()
