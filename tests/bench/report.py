"""The results as a table: plain text, or Markdown, also into README.md between its markers."""
import re

TITLES = {
    "consume_file": "(a) consume, file", "consume_broker": "(a) consume, broker",
    "decode": "(b) + decode", "core": "(c) + core, no database", "copy": "(d) COPY of the rows",
    "end_to_end_file": "(e) end to end, file", "end_to_end_broker": "(e) end to end, broker",
    "open_snapshot": "(e) file, a snapshot held", "late": "late: shuffled, 30 days",
    "live": "live: 5,000 a second",
}
COLUMNS = (  # head, figure, digits
    ("events/s", "events_per_second", 0),
    ("CPU s/M journeyd", "journeyd_cpu_s_per_million", 1),
    ("CPU s/M PostgreSQL", "postgres_cpu_s_per_million", 1),
    ("peak MB journeyd", "peak_mb", 0),
    ("peak MB PostgreSQL", "postgres_peak_mb", 0),
    ("database B/event", "database_bytes_per_event", 0),
    ("WAL B/event", "wal_bytes_per_event", 0),
    ("x consume", "times_consume", 1),
    ("x COPY", "times_copy", 1),
)


def add_ratios(parts):
    """How many times the CPU of the floors an event takes, in the same run: of consuming from
    the same kind of source, journeyd against journeyd; of COPY, PostgreSQL against PostgreSQL."""
    for name, part in parts.items():
        floor = parts.get("consume_broker" if name.endswith("_broker") or name == "live"
                          else "consume_file")
        if floor and name != "copy" and floor["journeyd_cpu_s_per_million"]:
            part["times_consume"] = round(part["journeyd_cpu_s_per_million"]
                                          / floor["journeyd_cpu_s_per_million"], 2)
        if "copy" in parts and "postgres_cpu_s_per_million" in part \
                and parts["copy"]["postgres_cpu_s_per_million"]:
            part["times_copy"] = round(part["postgres_cpu_s_per_million"]
                                       / parts["copy"]["postgres_cpu_s_per_million"], 2)


def cell(part, figure, digits):
    return f"{part[figure]:,.{digits}f}" if figure in part else ""


def rows_of(results):
    yield ["", *(head for head, _, _ in COLUMNS)]
    for name, part in results["parts"].items():
        yield [TITLES[name], *(cell(part, figure, digits) for _, figure, digits in COLUMNS)]


def sentences(results):
    parts, messages = results["parts"], results["input"]
    accepted = parts["core"]["events"] / parts["core"]["messages"]
    yield (f"Input: {messages['messages']:,} messages of {messages['bytes_per_message']:,} bytes "
           f"on average; {accepted:.1%} of them are accepted and count as events here.")
    yield "Mix: " + "; ".join(f"{name} {topic['share']:.1%} of {topic['bytes_per_message']:,} B"
                              for name, topic in messages["topics"].items()) + "."
    if "live" in parts:
        live = parts["live"]
        yield (f"Live: {live['produced_per_second']:,} messages a second produced for "
               f"{results['live_seconds']:g} s, produce to visible p50 "
               f"{live['latency_p50_ms']:.0f} ms, p99 {live['latency_p99_ms']:.0f} ms, most "
               f"{live['latency_max_ms']:.0f} ms (looked every {live['resolution_ms']} ms); "
               f"{live['cores_busy']:.2f} cores busy with it, {live['keys_per_1000_messages']} "
               f"Kafka keys in 1,000 messages.")
    if "late" in parts:
        late = parts["late"]
        yield (f"Late: {late['events']:,} events, into a database that holds "
               f"{late['present_events']:,}, which went in at "
               f"{late['present_events_per_second']:,} events a second.")
    machine = results["machine"]
    if machine["load_before"] > machine["cores"] / 4:
        yield ("Taken while other work kept the machine busy: rates and latencies are those of "
               "what was left of it, and CPU seconds are up to twice too high (shared caches).")
    yield (f"Machine: {machine['cores']} x {machine['cpu']}, {machine['memory_gb']} GB, Linux "
           f"{machine['kernel']}; load before the run {machine['load_before']}. PostgreSQL "
           f"{results['postgres']['server_version']}, fsync {results['postgres']['fsync']}, "
           f"synchronous_commit {results['postgres']['synchronous_commit']}, shared_buffers "
           f"{results['postgres']['shared_buffers']}. journeyd {results['journeyd']}, "
           f"{results['taken_at']}.")


def plain(results):
    rows = list(rows_of(results))
    rows = [[text for text in rows[0]]] + rows[1:]
    # Heads of several words stand in two lines.
    heads = [head.rpartition(" ")[::2] if " " in head else ("", head) for head in rows[0]]
    lines = [[a for a, _ in heads], [b for _, b in heads], *rows[1:]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        yield "  ".join(text.ljust(w) if i == 0 else text.rjust(w)
                        for i, (text, w) in enumerate(zip(line, widths))).rstrip()
    yield ""
    yield from sentences(results)


def markdown(results):
    rows = list(rows_of(results))
    yield "| " + " | ".join(rows[0]) + " |"
    yield "|---|" + "--:|" * (len(rows[0]) - 1)
    for row in rows[1:]:
        yield "| " + " | ".join(row) + " |"
    for sentence in sentences(results):
        yield ""
        yield sentence


def into_readme(path, lines, name="results"):
    """Between the markers of that name."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    table = "\n".join(lines) + "\n"
    text, n = re.subn(rf"(?s)(<!-- {name} -->\n).*(<!-- end of {name} -->\n)",
                      lambda m: m[1] + table + m[2], text)
    if n != 1:
        raise SystemExit(f"bench: {path} has no place for results")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
