/* Log lines. A line is built whole and written with one call, so lines of several processes on one
 * descriptor do not mix. In JSON mode the key=value pairs of the caller become members: a value is
 * bare up to the next space, or quoted with backslash escapes. */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

static enum log_level log_least = LOG_INFO;
static bool log_json;

static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_set_level(enum log_level level)
{
    log_least = level;
}

void log_set_json(int on)
{
    log_json = on != 0;
}

/* Text within double quotes; the escapes are valid in logfmt and in JSON. */
static void add_quoted(struct buf *b, const char *text, size_t len)
{
    buf_adds(b, "\"");
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char) text[i];
        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c == '\n')
            buf_adds(b, "\\n");
        else if (c < 0x20)
            buf_printf(b, "\\u%04x", c);
        else
            buf_add(b, text + i, 1);
    }
    buf_adds(b, "\"");
}

static bool is_whole_number(const char *text, size_t len)
{
    size_t digits = strspn(text, "0123456789");

    return digits == len && len > 0 && len < 16 && (text[0] != '0' || len == 1);
}

/* key=value pairs as JSON members, each after a comma. */
static void add_members(struct buf *b, const char *pairs)
{
    const char *p = pairs;

    while (*(p += strspn(p, " "))) {
        size_t key_len = strcspn(p, "= ");
        buf_adds(b, ",");
        add_quoted(b, p, key_len);
        buf_adds(b, ":");
        p += key_len;
        if (*p != '=') {
            buf_adds(b, "true");
            continue;
        }
        p++;
        size_t len = strcspn(p, " ");
        if (*p == '"') { /* already escaped as JSON wants it */
            for (len = 1; p[len] && p[len] != '"'; len++)
                if (p[len] == '\\' && p[len + 1])
                    len++;
            buf_add(b, p, len);
            buf_adds(b, "\"");
            len += p[len] == '"';
        } else if (is_whole_number(p, len)) {
            buf_add(b, p, len);
        } else {
            add_quoted(b, p, len);
        }
        p += len;
    }
}

static void write_all(const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, data, len);
        if (n <= 0)
            return; /* there is nowhere left to say it */
        data += n;
        len -= (size_t) n;
    }
}

void log_line(enum log_level level, const char *msg, const char *fmt, ...)
{
    char ts[40], pairs[2048];
    struct buf line;
    va_list ap;

    if (level < log_least)
        return;

    va_start(ap, fmt);
    vsnprintf(pairs, sizeof pairs, fmt, ap);
    va_end(ap);
    clock_format_us(clock_now_us(), ts);

    buf_init(&line);
    if (log_json) {
        buf_printf(&line, "{\"ts\":\"%s\",\"level\":\"%s\",\"msg\":", ts, level_names[level]);
        add_quoted(&line, msg, strlen(msg));
        add_members(&line, pairs);
        buf_adds(&line, "}\n");
    } else {
        buf_printf(&line, "ts=%s level=%s msg=", ts, level_names[level]);
        add_quoted(&line, msg, strlen(msg));
        buf_printf(&line, "%s%s\n", pairs[0] ? " " : "", pairs);
    }
    write_all(line.data, line.len);
    buf_done(&line);
}
