"""What the lint checks share: the files of the project, and counting what passed."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def files():
    """Paths of all files of the project: what git tracks or would track."""
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if listed.returncode == 0:
        paths = listed.stdout.decode().split("\0")
    else:  # an unpacked archive
        paths = [os.path.relpath(os.path.join(folder, name), ROOT)
                 for folder, folders, names in os.walk(ROOT)
                 for name in names]
        paths = [p for p in paths if not p.startswith(("build/", ".git/"))]
    return sorted(p for p in set(paths) if p and os.path.isfile(os.path.join(ROOT, p)))


def sources(*suffixes, under="consumer/"):
    return [p for p in files() if p.startswith(under) and p.endswith(suffixes)]


def text(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as f:
        return f.read()


class Lint:
    """check() counts; finish() prints the summary and ends the process."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, problems, what):
        """One check that holds when there are no problems."""
        problems = list(problems)
        if problems:
            self.failed += 1
            print(f"not ok - {what}")
            for problem in problems:
                print(f"    {problem}")
        else:
            self.passed += 1

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(0 if self.failed == 0 and self.passed > 0 else 1)
