#!/usr/bin/env python3
"""Messages full of markers, and the search for them, for privacy.sh.

    privacy.py make DIR          writes what the configuration holds of markers, and DIR/plain.ndjson
    privacy.py cases DIR SEEDS COMMAND...   after it: DIR/dump.ndjson, as kcat -J prints it: the cases
                                 of the shipped sources with markers (markers.py), whose lines are
                                 SEEDS/*; COMMAND shows what becomes of messages (journeyd tap -c FILE)
                                 and DIR/topics/*, the same for producing: key, 0x1F, value
    privacy.py keys DIR N        the keys of the Nth plain message, as one types them: namespace=value
    privacy.py search DIR PATH...    prints each marker found in the files, and how, but for those
                                 that may be; exit code 1
    privacy.py find DIR PLACE PLACE PATH...    the same, of two places only
    privacy.py unused DIR        prints the places that may be found and never were; exit code 1

A marker stands for what must never be kept: a name, a title, a query, an identifier. Each is a word
of its own, or a number of its own where a source has numbers, so a find tells the field it came
from. It is looked for as it is in any letter case, in base64 at each of its three alignments, in
hexadecimal, as the bytes of a number, and as the SHA-256 without the secret that a careless
pseudonym would be - of the marker, of its lower and upper case and of the whole value it stood
in; eight bytes of a digest are enough.

Fields that a mapping declares as an enumeration may tell an unknown word (that is how one learns to
map it), but nothing that could be an identifier or a sentence; so there the markers are also numbers,
addresses, text with other characters, and long text.
"""
import base64
import hashlib
import json
import os
import re
import subprocess
import sys

import markers

DAY = "2026-03-0"
LETTERS = "bcdfghjklmnpqrstvwxz"


class Markers:
    def __init__(self):
        self.known = {}  # marker: where it was put
        self.values = set()

    def word(self, where):
        bits = int.from_bytes(hashlib.sha256(where.encode()).digest()[:8], "big")
        letters = "".join(LETTERS[bits // 20**i % 20] for i in range(11))
        marker = "Zq" + letters[:5] + letters[5].upper() + letters[6:]
        assert self.known.setdefault(marker, where) == where
        return marker

    def number(self, where):
        bits = int.from_bytes(hashlib.sha256(where.encode()).digest()[:8], "big")
        marker = str(70_000_000_000_000 + bits % 9_999_999_999_999)
        assert self.known.setdefault(marker, where) == where
        return marker

    def uuid(self, where):
        marker = hashlib.sha256(b"uuid " + where.encode()).hexdigest()[:32]
        marker = "-".join((marker[:8], marker[8:12], marker[12:16], marker[16:20], marker[20:]))
        self.known[marker] = where
        return marker

    def uuid_tail(self, where):
        """All of a UUID but its first part, which stays that of the message."""
        digits = hashlib.sha256(b"uuid " + where.encode()).hexdigest()[8:32]
        marker = "-" + "-".join((digits[:4], digits[4:8], digits[8:12], digits[12:]))
        self.known[marker] = where
        return marker

    def note(self, value):
        """Remembers the texts and numbers of a message, which may be hashed as they are."""
        if isinstance(value, dict):
            for key, item in value.items():
                self.note(key)
                self.note(item)
        elif isinstance(value, list):
            for item in value:
                self.note(item)
        elif isinstance(value, (str, int)) and any(m in str(value) for m in self.known):
            self.values.add(str(value))


class Messages:
    """Messages of one source; the markers of a message are named after its number."""

    def __init__(self, m, source):
        self.m, self.source, self.lines, self.n = m, source, [], 0
        self.at = f"{source} 0"

    def next(self):
        self.n += 1
        self.at = f"{self.source} {self.n}"

    def w(self, field):
        return self.m.word(f"{self.at} {field}")

    def n_(self, field):
        return self.m.number(f"{self.at} {field}")

    def u(self, field):
        return self.m.uuid(f"{self.at} {field}")

    def mail(self, field):
        return f"{self.w(field)}@{self.w(field + ' host')}.example.org"

    def add(self, message):
        self.m.note(message)
        self.lines.append(json.dumps(message, ensure_ascii=False).encode())

    def raw(self, line):
        self.lines.append(line if isinstance(line, bytes) else line.encode())

    def unlike_enumerations(self, field):
        """Values of a field declared as enumeration that must not be told."""
        w = self.w
        return [self.mail(field + " mail"), self.n_(field + " number"),
                f"card {self.n_(field + ' card')}", w(field + " umlaut") + "ä",
                f"{w(field + ' long')} {w(field + ' long 2')} and {w(field + ' long 3')} said",
                f"/record?q={w(field + ' query')}", f"\"{w(field + ' quoted')}\"",
                f"{w(field + ' line')}\n{w(field + ' line 2')}"]


def broken(s, whole, large=True):
    """What cannot be read, with markers inside."""
    s.next()
    s.raw(f'{{"id":"{s.w("cut off")}","time":"2026-03-01T1')
    s.raw(f"{s.w('no JSON')} {s.w('no JSON 2')}")
    s.raw(f'"{s.w("a text")}"')
    s.raw(f'["{s.w("a list")}"]')
    s.raw(f'{{"{s.w("key twice")}":1,"{s.w("key twice")}":2}}')
    s.raw(f'{{"{s.w("NUL")}\\u0000":"{s.w("NUL 2")}\\u0000"}}')
    s.raw(b'{"id":"' + s.w("not UTF-8").encode() + b'\xff\xfe"}')
    s.raw('{"a":' * 200 + f'"{s.w("deep")}"' + "}" * 200)
    s.raw(f'{{"id":{s.n_("beyond 64 bits") * 3}}}')
    s.raw(f'{{"{s.w("after")}":1}} {s.w("after the end")}')
    if large:
        s.raw('{"id":"' + s.w("large") * 90_000 + '"}')
    text = json.dumps(whole)
    s.raw(text[:len(text) // 2])


def plain(m):
    s = Messages(m, "plain")

    def message(**more):
        s.next()
        out = {
            "id": s.w("id"), "time": f"{DAY}1T10:{s.n % 60:02}:00Z",
            "touchpoint": "discover.search",
            "keys": {"card": s.w("card"), "email": s.mail("email"), "web.anon": s.w("device"),
                     s.w("undeclared namespace"): s.w("undeclared value")},
            "cases": {"hold": s.w("hold"), s.w("undeclared case"): s.w("undeclared case value")},
            "dimensions": {"branch": "main", s.w("no dimension"): s.w("no dimension value")},
            "title": s.w("title"), "query": s.w("query"), "ip": s.w("ip"),
            s.w("unknown member"): {s.w("inner member"): [s.w("inner value")]},
        }
        for name, value in more.items():
            if value is None:
                out.pop(name, None)
            else:
                out[name] = value(s) if callable(value) else value
        s.add(out)
        return out

    whole = message()
    for _ in range(3):
        message(touchpoint="discover.record_viewed")
    message(touchpoint="request.hold_placed")
    s.add(whole)  # a copy
    s.add(dict(whole, note=s.w("note of a copy")))
    # identity messages, a log-in and a log-out
    message(touchpoint=None, fact="identity")
    message(touchpoint=None, fact="logout")
    message(keys=lambda s: {"card": [s.w("list"), s.w("list 2")], "email": s.mail("list")})
    message(keys=lambda s: {"card": int(s.n_("number"))}, id=lambda s: int(s.n_("id as number")))
    message(keys=lambda s: {"card": "  " + s.w("blanks") + " "})
    message(keys=lambda s: {"card": {s.w("object"): s.w("object value")}})
    # an e-mail of so many cards that it is nobody's
    family = f"{m.word('plain family')}@example.org"
    for _ in range(25):
        message(keys=lambda s: {"card": s.w("family card"), "email": family})
    message(keys={"email": family})
    # refused, each for a reason of its own
    message(keys=lambda s: {"folio.user": [s.w("two"), s.w("persons")]})
    message(keys=lambda s: {s.w("no key"): s.w("no key value")}, cases=None)
    message(time="2126-01-01T00:00:00Z")
    message(time="1970-01-01T00:00:00Z")
    message(time=lambda s: s.w("no time"))
    message(time=lambda s: f"{DAY}1T10:00:00Z{s.w('after the time')}")
    message(time=lambda s: {s.w("time"): 1})
    message(id=lambda s: {s.w("id as object"): s.w("id value")})
    message(id=lambda s: [s.w("id in a list")])
    message(fact=lambda s: s.w("fact"))
    message(fact=lambda s: [s.w("fact in a list")])
    message(touchpoint=lambda s: {s.w("touchpoint"): 1})
    s.next()
    for value in s.unlike_enumerations("touchpoint"):
        message(touchpoint=value)
    s.next()
    for value in s.unlike_enumerations("initiator"):
        message(initiator=value)
    # taken, without the value that cannot be used
    message(channel=lambda s: s.w("channel"))
    message(channel=lambda s: {s.w("channel"): 1})
    for dimension in ("branch", "customer_group", "device_class", "item_type"):
        message(dimensions=lambda s: {dimension: "(" + s.w("bracket")})
        message(dimensions=lambda s: {dimension: s.w("too long") * 6})
        message(dimensions=lambda s: {dimension: s.w("control character") + "\x01"})
        message(dimensions=lambda s: {dimension: [s.w("dimension in a list")]})
    broken(s, whole)
    return s


def kcat(topic, payload, **more):
    return {"topic": topic, "partition": 0, "offset": 0, "tstype": "create", "ts": 1772380800000,
            "headers": [], "key": None, "payload": payload} | more


def odd_lines(m):
    """Envelopes that are none, or odd ones."""
    odd = [
        kcat("plain.desk", None, offset=90000, key=m.word("tombstone")),
        kcat("plain.desk", m.word("payload"), partition=m.word("partition")),
        kcat("plain.desk", {m.word("payload as object"): 1}),
        {**kcat("plain.desk", m.word("payload that is no JSON")), m.word("member"): 1},
        kcat("nobodys.topic", m.word("nobody's payload"), key=m.word("nobody's key")),
        kcat({m.word("topic"): 1}, "{}"),
    ]
    for line in odd:
        m.note(line)
    return ([json.dumps(line).encode() for line in odd]
            + [f"{m.word('cut off line')} {{".encode(), f'"{m.word("line")}"'.encode()])


def hostile(m, fed):
    """For each source: what cannot be read; at each place that may tell a word, what must not be told."""
    out, samples = [], {}
    for source, message in fed:
        if (message["payload"] or "").startswith("{"):
            samples.setdefault(source, message)
    for source, message in samples.items():
        s = Messages(m, "broken " + source)
        broken(s, json.loads(message["payload"]), large=False)
        for line in s.lines:
            out.append(kcat(message["topic"], line.decode("utf-8", "surrogateescape")))
    for source, places in markers.ENUMERATIONS.items():
        for place in places:
            s = Messages(m, f"unlike {source}")
            values = s.unlike_enumerations(place)
            changed = markers.with_values(fed, source, place, values)
            if not changed:
                sys.exit(f"no message of {source} has {place}")
            out += [message for _, message in changed]
    return out


def note_values(m, messages):
    """Two whole values a marker are enough."""
    seen = {}
    found = re.compile(r"Zq[a-z]{5}[A-Z][a-z]{5}|[0-9]{14}|(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

    def note(value):
        if isinstance(value, dict):
            for item in value.values():
                note(item)
        elif isinstance(value, list):
            for item in value:
                note(item)
        elif isinstance(value, (str, int)):
            inner = markers.holds_json(value) if isinstance(value, str) else None
            if inner is not None:
                note(inner)
            for marker in found.findall(str(value))[:1]:
                if seen.setdefault(marker, 0) < 2 and len(str(value)) < 1000:
                    seen[marker] += 1
                    m.values.add(str(value))
    for message in messages:
        note(message)


def write_topics(folder, messages):
    """A file a topic, for kcat -P -K. What no topic takes as it is comes with the dump alone: more
    than a broker takes, line ends, what is no text."""
    topics = {}
    for x in messages:
        payload = x["payload"]
        if isinstance(payload, str) and isinstance(x["topic"], str) and len(payload) < 500_000 \
                and "\n" not in payload and "\0" not in payload:
            topics.setdefault(x["topic"], []).append(f"{x['key'] or ''}\x1f{payload}\n")
    os.makedirs(folder, exist_ok=True)
    for topic, lines in topics.items():
        with open(os.path.join(folder, topic), "w", encoding="utf-8",
                  errors="surrogateescape") as out:
            out.writelines(lines)


def make(folder):
    m = Markers()
    for name in ("secret", "next", "password", "kiosk", "excluded", "blocked", "control"):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            out.write(m.word(name + " of the configuration"))
    for name in ("typed", "mistyped"):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            out.write(m.word(name + " key of a command"))
    s = plain(m)
    with open(os.path.join(folder, "plain.ndjson"), "wb") as out:
        out.write(b"\n".join(s.lines) + b"\n")
    save(m, folder)


def cases(folder, seeds, command):
    m = Markers()
    with open(os.path.join(folder, "markers"), encoding="utf-8") as file:
        read = json.load(file)
    m.known, m.values = read["markers"], set(read["values"])
    lines = []
    for name in sorted(os.listdir(seeds)):
        with open(os.path.join(seeds, name), encoding="utf-8", errors="surrogateescape") as file:
            lines.append(json.loads(file.read()))
    fed, same, of = markers.from_cases(m, command, lines)
    messages = [message for _, message in fed]
    note_values(m, messages)
    messages += hostile(m, fed)
    with open(os.path.join(folder, "dump.ndjson"), "wb") as out:
        for i, message in enumerate(messages):
            out.write(markers.dumped({**message, "offset": i}))
        out.write(b"\n".join(odd_lines(m)) + b"\n")
    write_topics(os.path.join(folder, "topics"), messages)
    save(m, folder)
    print(same, of, len({source for source, _ in fed}), len(m.known))


def keys(folder, n):
    with open(os.path.join(folder, "plain.ndjson"), encoding="utf-8",
              errors="surrogateescape") as file:
        message = json.loads(file.read().split("\n")[n - 1])
    for name, value in {**message["keys"], **message["cases"]}.items():
        if name in ("card", "email", "web.anon", "hold"):
            print(f"{name}={value}")


def save(m, folder):
    with open(os.path.join(folder, "markers"), "w", encoding="utf-8") as out:
        json.dump({"markers": m.known, "values": sorted(m.values)}, out)


def base64_cores(data):
    """What is certain to stand in a base64 text of anything that holds these bytes."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + data).decode()
        first = (8 * before + 5) // 6  # characters that hold bits of what stands before
        last = (before + len(data)) * 8 // 6
        yield text[first:last]


def pieces(digest):
    """A digest as bytes: the first 8, also as numbers of either byte order."""
    eight = digest[:8]
    flipped = bytes([eight[0] ^ 0x80]) + eight[1:]
    for piece in (eight, eight[::-1], flipped, flipped[::-1], digest[8:16], digest[-8:]):
        if b"\n" not in piece:  # grep reads one needle a line
            yield piece


def needles(folder, only):
    """Needle: (what it says, where it is from), those of any letter case apart."""
    with open(os.path.join(folder, "markers"), encoding="utf-8") as file:
        read = json.load(file)
    if only:
        read = {"markers": {m: where for m, where in read["markers"].items() if where in only},
                "values": []}
    any_case, exact = {}, {}
    for marker, where in read["markers"].items():
        data = marker.encode()
        any_case[data.lower()] = ("as it is", where)
        any_case[data.replace(b"-", b"").lower()] = ("as it is", where)
        for text in (marker, marker.lower(), marker.upper()):
            any_case[text.encode().hex().encode()] = ("in hexadecimal", where)
            for core in base64_cores(text.encode()):
                exact[core.encode()] = ("in base64", where)
                exact[core.replace("+", "-").replace("/", "_").encode()] = ("in base64", where)
        if marker.isdigit():
            for order in ("big", "little"):
                piece = int(marker).to_bytes(8, order).strip(b"\0")
                if b"\n" not in piece:
                    exact[piece] = ("as a number", where)
    whole = {value: "a whole value" for value in read["values"]}
    for value, where in list(read["markers"].items()) + list(whole.items()):
        where = where if where != "a whole value" else f"the value {value[:60]!r}"
        for text in {value, value.lower(), value.upper(), value.replace("-", "")}:
            digest = hashlib.sha256(text.encode()).digest()
            any_case[digest.hex()[:16].encode()] = ("SHA-256 in hexadecimal", where)
            any_case[digest.hex()[32:48].encode()] = ("SHA-256 in hexadecimal", where)
            for piece in pieces(digest):
                exact[piece] = ("SHA-256 as bytes", where)
            for core in base64_cores(digest[:12]):
                exact[core.encode()] = ("SHA-256 in base64", where)
    return any_case, exact


def grep(folder, which, paths, options):
    """Which of the needles stand in the files, by file; grep -F looks for all of them at once."""
    name = os.path.join(folder, "needles")
    with open(name, "wb") as out:
        out.write(b"\n".join(which) + b"\n")
    result = subprocess.run(
        ["grep", "-r", "-a", "-o", "-F", "-H", "-Z", *options, "-f", name, "--", *paths],
        stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"}, check=False)
    if result.returncode > 1:
        sys.exit("grep failed")
    for line in result.stdout.split(b"\n"):
        file, _, needle = line.partition(b"\0")
        if file:
            yield file.decode(), needle


def allowed():
    return {f"{source} {place}" for kind in (markers.DIMENSIONS, markers.ENUMERATIONS)
            for source, places in kind.items() for place in places}


def search(folder, paths, only=None):
    any_case, exact = needles(folder, only)
    found = set()
    for which, options in ((any_case, ["-i"]), (exact, [])):
        for file, needle in grep(folder, which, paths, options):
            said = which.get(needle.lower() if options else needle)
            # of needles that begin alike grep tells the longest
            said = said or next((s for n, s in which.items() if needle.startswith(n)), ("?", "?"))
            found.add((said[1], said[0], file))
    may_be = allowed()
    with open(os.path.join(folder, "found"), "a", encoding="utf-8") as out:
        out.writelines(f"{where}\n" for where in {f[0] for f in found} & may_be)
    found = [f for f in sorted(found) if f[0] not in may_be]
    for where, how, file in found:
        print(f"{where}: {how} in {file}")
    return bool(found)


def unused(folder):
    with open(os.path.join(folder, "found"), encoding="utf-8") as file:
        never = allowed() - set(file.read().splitlines())
    print("".join(f"{where}\n" for where in sorted(never)), end="")
    return bool(never)


if __name__ == "__main__":
    what = sys.argv[1:2]
    if what == ["make"]:
        make(sys.argv[2])
    elif what == ["cases"]:
        cases(sys.argv[2], sys.argv[3], sys.argv[4:])
    elif what == ["keys"]:
        keys(sys.argv[2], int(sys.argv[3]))
    elif what == ["search"]:
        sys.exit(search(sys.argv[2], sys.argv[3:]))
    elif what == ["find"]:
        search(sys.argv[2], sys.argv[5:], sys.argv[3:5])
    elif what == ["unused"]:
        sys.exit(unused(sys.argv[2]))
    else:
        sys.exit("usage: privacy.py make DIR | cases DIR SEEDS COMMAND... | keys DIR N |"
                 " search DIR PATH... | find DIR PLACE PLACE PATH... | unused DIR")
