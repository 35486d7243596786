#!/usr/bin/env python3
"""memory.py PID WORD...: which of the words stand in the memory of a process that can be written."""
import sys


def main():
    pid, words = sys.argv[1], [word.encode() for word in sys.argv[2:]]
    found = set()
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, \
            open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            fields = line.split()
            start, end = (int(x, 16) for x in fields[0].split("-"))
            if not fields[1].startswith("rw"):
                continue
            memory.seek(start)
            try:
                data = memory.read(end - start)
            except OSError:
                continue
            found |= {word for word in words if word in data}
    print(*sorted(word.decode() for word in found))


if __name__ == "__main__":
    main()
