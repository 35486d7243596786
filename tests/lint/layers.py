"""Includes go one way, base <- core <- io <- app and between rooms of io, and each library stands
behind one file."""
import os
import re

from lib_lint import Lint, sources, text

LAYERS = ["base", "core", "io", "app"]

# library: (its headers, the files that may know it)
LIBRARIES = {
    "nettle": (r"nettle/", r"base/digest\.[ch]"),
    "libyaml": (r"yaml\.h", r"io/config/yaml\.c"),
    "jansson": (r"jansson\.h", r"io/decode/decode\.c"),
    "pcre2": (r"pcre2\.h", r"io/decode/regex\.c"),
    "libpq": (r"(libpq-fe|postgres_ext|libpq/.*)\.h", r"io/store/pg(_dsn)?\.[ch]"),
    "librdkafka": (r"librdkafka/",
                   r"io/(source/source_kafka(_ask|_conf)?|sim/sim_kafka|sim/mock_broker)\.[ch]"),
    "zlib and zstd": (r"(zlib|zstd\w*)\.h", r"io/source/source_file\.c"),
}

# Rooms of io that know little of it: all they may include from there.
ROOMS = {
    "io/decode": ("io/decode",),
    "io/mapping": ("io/decode", "io/mapping"),  # at message time nothing of compile, of config
}

# What the pure layers do without: files, processes, sockets, clocks.
IMPURE = r"(unistd|fcntl|time|signal|pthread|errno|sys/\w+|netinet/\w+|arpa/\w+)\.h"


def includes(path):
    return re.findall(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', text(path), re.M)


def main():
    lint = Lint()
    for path in sources(".c", ".h"):
        inside = path.removeprefix("consumer/")
        layer = inside.split("/")[0]
        problems = []
        if layer not in LAYERS:
            problems.append("lies in no layer")
        for bracket, name in includes(path):
            if bracket == '"':
                other = name.split("/")[0]
                if "/" not in name or other not in LAYERS:
                    problems.append(f'"{name}" does not show its layer')
                elif layer in LAYERS and LAYERS.index(other) > LAYERS.index(layer):
                    problems.append(f'{layer} includes "{name}": upward')
                elif other == "io" and os.path.dirname(name) not in ROOMS.get(
                        os.path.dirname(inside), (os.path.dirname(name),)):
                    problems.append(f'"{name}" is not for {os.path.dirname(inside)}')
                elif not os.path.isfile(os.path.join("consumer", name)):
                    problems.append(f'"{name}" does not exist')
            for library, (headers, may_know) in LIBRARIES.items():
                if bracket == "<" and re.match(headers, name) and not re.fullmatch(may_know, inside):
                    problems.append(f"<{name}>: {library} belongs behind {may_know}")
            if layer == "core" and bracket == "<" and re.fullmatch(IMPURE, name):
                problems.append(f"<{name}>: the core is pure")
        lint.check(problems, path)
    lint.finish()


os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
main()
