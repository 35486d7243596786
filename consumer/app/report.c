/* Reports: see report.h. Every row adds up: read = accepted + duplicate + skipped + quarantined +
 * tombstone. */
#include "app/report.h"

#include <string.h>

void report_quoted(struct buf *b, const char *text)
{
    buf_adds(b, "\"");
    for (; *text; text++) {
        unsigned char c = (unsigned char) *text;
        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c < 0x20)
            buf_printf(b, "\\u%04x", c);
        else
            buf_add(b, text, 1);
    }
    buf_adds(b, "\"");
}

void report_err(enum log_level level, const char *msg, const struct err *why)
{
    struct buf quoted;

    buf_init(&quoted);
    report_quoted(&quoted, why->text);
    buf_add(&quoted, "", 1);
    log_line(level, msg, "%s%s%sreason=%s", why->sqlstate[0] ? "sqlstate=" : "",
             why->sqlstate, why->sqlstate[0] ? " " : "", quoted.data);
    buf_done(&quoted);
}

static void add_up(struct tally *sum, const struct tally *t)
{
    sum->read += t->read;
    sum->accepted += t->accepted;
    sum->duplicate += t->duplicate;
    sum->skipped += t->skipped;
    sum->quarantined += t->quarantined;
    sum->tombstone += t->tombstone;
}

static void print_row(FILE *out, const char *name, const struct tally *t)
{
    fprintf(out, "%-16s %12lld %12lld %12lld %12lld %12lld %12lld\n", name, (long long) t->read,
            (long long) t->accepted, (long long) t->duplicate, (long long) t->skipped,
            (long long) t->quarantined, (long long) t->tombstone);
}

void report_tallies(FILE *out, const struct report_row *rows, size_t n)
{
    struct tally sum = {0};

    fprintf(out, "%-16s %12s %12s %12s %12s %12s %12s\n", "source", "read", "accepted",
            "duplicate", "skipped", "quarantined", "tombstone");
    for (size_t i = 0; i < n; i++) {
        print_row(out, rows[i].source, &rows[i].tally);
        add_up(&sum, &rows[i].tally);
    }
    print_row(out, "(all)", &sum);
}

void report_tallies_json(struct buf *b, const struct report_row *rows, size_t n)
{
    buf_adds(b, "[");
    for (size_t i = 0; i < n; i++) {
        const struct tally *t = &rows[i].tally;
        buf_adds(b, i ? ",{\"source\":" : "{\"source\":");
        report_quoted(b, rows[i].source);
        buf_printf(b,
                   ",\"read\":%lld,\"accepted\":%lld,\"duplicate\":%lld,\"skipped\":%lld,"
                   "\"quarantined\":%lld,\"tombstone\":%lld}",
                   (long long) t->read, (long long) t->accepted, (long long) t->duplicate,
                   (long long) t->skipped, (long long) t->quarantined, (long long) t->tombstone);
    }
    buf_adds(b, "]");
}

size_t report_rows(const struct mapping *mp, const struct tally *tallies, struct arena *a,
                   struct report_row **rows)
{
    size_t n_sources = (size_t) mapping_source_count(mp), n = 0;

    *rows = ARENA_NEW(a, struct report_row, n_sources + 1);
    for (size_t i = 0; i <= n_sources; i++) {
        if (!tallies[i].read)
            continue;
        (*rows)[n].source = i < n_sources ? mapping_source_name(mp, (int) i) : "(none)";
        (*rows)[n++].tally = tallies[i];
    }
    return n;
}
