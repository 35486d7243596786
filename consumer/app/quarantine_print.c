/* See quarantine_print.h. Everything here comes out of the quarantine table, which holds nothing of
 * a message but what the mapping lets through. */
#include "app/quarantine_print.h"

#include <stdio.h>
#include <string.h>

#include "app/report.h"
#include "base/clock.h"

static const char *source_name(const char *source)
{
    return source[0] ? source : "(none)";
}

/* To the second: what a table has room for. */
static const char *short_time(int64_t us, char out[40])
{
    clock_format_us(us, out);
    memcpy(out + strlen("2026-03-01T10:00:00"), "Z", sizeof "Z");
    return out;
}

static void text_counts(const struct quarantine_counted *counts, size_t n)
{
    char first[40], last[40];
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += counts[i].messages;
    if (n == 0) {
        printf("no message is in quarantine\n");
        return;
    }
    printf("%-20s %-12s %12s  %-20s  %s\n", "source", "reason", "messages", "first_seen",
           "last_seen");
    for (size_t i = 0; i < n; i++)
        printf("%-20s %-12s %12lld  %-20s  %s\n", source_name(counts[i].source), counts[i].reason,
               (long long) counts[i].messages, short_time(counts[i].first_us, first),
               short_time(counts[i].last_us, last));
    printf("%-20s %-12s %12lld\n", "(all)", "", (long long) sum);
}

void quarantine_print_text(const struct quarantine_counted *counts, size_t n_counts,
                           const struct quarantine_found *rows, size_t n_rows, bool only_counts)
{
    char first[40];

    text_counts(counts, n_counts);
    if (only_counts || n_rows == 0)
        return;
    printf("\n%-32s %9s %12s %7s  %-16s %-12s %-20s  %s\n", "topic", "partition", "offset",
           "element", "source", "reason", "first_seen", "detail");
    for (size_t i = 0; i < n_rows; i++) {
        char element[16] = "-";
        if (rows[i].element >= 0)
            snprintf(element, sizeof element, "%d", (int) rows[i].element);
        printf("%-32s %9d %12lld %7s  %-16s %-12s %-20s  %s\n", rows[i].topic,
               (int) rows[i].part, (long long) rows[i].offset, element,
               source_name(rows[i].source), rows[i].reason, short_time(rows[i].first_us, first),
               rows[i].detail ? rows[i].detail : "");
    }
}

static void json_text(struct buf *b, const char *name, const char *text)
{
    buf_printf(b, "\"%s\":", name);
    if (text && text[0])
        report_quoted(b, text);
    else
        buf_adds(b, "null");
    buf_adds(b, ",");
}

static void json_time(struct buf *b, const char *name, int64_t us)
{
    char time[40];

    clock_format_us(us, time);
    buf_printf(b, "\"%s\":\"%s\"", name, time);
}

static void json_row(struct buf *b, const struct quarantine_found *row)
{
    buf_adds(b, "{");
    json_text(b, "topic", row->topic);
    buf_printf(b, "\"partition\":%d,\"offset\":%lld,", (int) row->part, (long long) row->offset);
    if (row->element >= 0)
        buf_printf(b, "\"element\":%d,", (int) row->element);
    json_text(b, "source", row->source);
    json_text(b, "reason", row->reason);
    json_text(b, "detail", row->detail);
    json_time(b, "first_seen_at", row->first_us);
    buf_adds(b, "}");
}

static void write_out(struct buf *b)
{
    buf_adds(b, "\n");
    fwrite(b->data, 1, b->len, stdout);
    buf_done(b);
}

void quarantine_print_json(const struct quarantine_counted *counts, size_t n_counts,
                           const struct quarantine_found *rows, size_t n_rows, bool only_counts)
{
    struct buf b;

    buf_init(&b);
    buf_adds(&b, "{\"counts\":[");
    for (size_t i = 0; i < n_counts; i++) {
        buf_adds(&b, i ? ",{" : "{");
        json_text(&b, "source", counts[i].source);
        json_text(&b, "reason", counts[i].reason);
        buf_printf(&b, "\"messages\":%lld,", (long long) counts[i].messages);
        json_time(&b, "first_seen_at", counts[i].first_us);
        buf_adds(&b, ",");
        json_time(&b, "last_seen_at", counts[i].last_us);
        buf_adds(&b, "}");
    }
    buf_adds(&b, "]");
    if (!only_counts) {
        buf_adds(&b, ",\"rows\":[");
        for (size_t i = 0; i < n_rows; i++) {
            buf_adds(&b, i ? "," : "");
            json_row(&b, &rows[i]);
        }
        buf_adds(&b, "]");
    }
    buf_adds(&b, "}");
    write_out(&b);
}

void quarantine_print_row(const struct quarantine_found *row, bool json)
{
    char first[40];
    struct buf b;

    if (json) {
        buf_init(&b);
        json_row(&b, row);
        write_out(&b);
        return;
    }
    clock_format_us(row->first_us, first);
    printf("topic       %s\npartition   %d\noffset      %lld\n", row->topic, (int) row->part,
           (long long) row->offset);
    if (row->element >= 0)
        printf("element     %d\n", (int) row->element);
    printf("source      %s\nreason      %s\n", source_name(row->source), row->reason);
    if (row->detail)
        printf("detail      %s\n", row->detail);
    printf("first seen  %s\n", first);
}

void quarantine_print_now(const char *lines, size_t len, const char *why, bool json)
{
    struct buf b;

    if (json && why) {
        buf_init(&b);
        buf_adds(&b, "{\"outcome\":\"gone\",\"why\":");
        report_quoted(&b, why);
        buf_adds(&b, "}");
        write_out(&b);
        return;
    }
    if (json) {
        fwrite(lines, 1, len, stdout);
        return;
    }
    if (why)
        printf("%-12s%s\n", "now", why);
    for (size_t at = 0, end; at < len; at = end) {
        const char *stop = memchr(lines + at, '\n', len - at);
        end = stop ? (size_t) (stop - lines) + 1 : len;
        printf("%-12s%.*s", at ? "" : "now", (int) (end - at), lines + at);
    }
}
