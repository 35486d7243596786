"""Each command helps: usage, options, an example, exit codes; mistakes get one line and exit 2."""
import os
import re
import subprocess

from lib_lint import ROOT, Lint, sources, text

JOURNEYD = os.environ.get("JOURNEYD", os.path.join(ROOT, "build", "journeyd"))

# What users may rely on.
COMMANDS = ("run replay validate test tap verify digest rebuild simulate demo schema offsets "
            "quarantine status version").split()


def run(*arguments):
    done = subprocess.run([JOURNEYD, *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def help_problems(name):
    code, out, error = run(name, "--help")
    if code != 0 or error:
        yield f"--help ended with {code} {error.strip()}"
    for wanted in (f"usage: journeyd {name}", "Options:", "Example:", "Exit code", "--help"):
        if wanted not in out:
            yield f'--help does not show "{wanted}"'
    example = out.split("Example:")[-1].split("Exit codes: 0 done, 1")[0]
    if f"journeyd {name}" not in example:
        yield "the example does not show the command"
    for line in out.splitlines():
        if len(line) > 100:
            yield f"a line of {len(line)} columns: {line[:40]}..."


def mistake_problems(*arguments, says):
    code, out, error = run(*arguments)
    if code != 2:
        yield f"{' '.join(arguments)}: ended with {code}, not 2"
    if out or len(error.strip().splitlines()) != 1:
        yield f"{' '.join(arguments)}: not one line of error"
    if says not in error:
        yield f"{' '.join(arguments)}: does not say \"{says}\": {error.strip()}"


def main():
    lint = Lint()
    if not os.access(JOURNEYD, os.X_OK):
        lint.check([f"{JOURNEYD} is not there: make all"], "the program")
        lint.finish()
    code, overview, _ = run("--help")
    listed = re.findall(r"^  ([a-z-]+) ", overview, re.M)
    lint.check([] if code == 0 else [f"ended with {code}"], "journeyd --help")
    lint.check([f"{n} is missing" for n in COMMANDS if n not in listed]
               + [f"{n} is listed twice" for n in set(listed) if listed.count(n) > 1],
               "all commands are listed")
    in_files = {os.path.basename(p)[len("cmd_"):-len(".c")].replace("_", "-")
                for p in sources(".c") if os.path.basename(p).startswith("cmd_")
                and re.search(r"^const struct command cmd_", text(p), re.M)}
    lint.check(sorted(in_files ^ set(listed)), "the table and app/cmd_*.c agree")
    for name in listed:
        lint.check(help_problems(name), f"journeyd {name} --help")
        lint.check(mistake_problems(name, "--no-such-option", says="unknown option"),
                   f"journeyd {name} --no-such-option")
    lint.check(mistake_problems("replya", says="did you mean replay?"), "a misspelt command")
    lint.check(mistake_problems("zzzzzzzz", says="see journeyd --help"), "an unknown command")
    lint.finish()


main()
