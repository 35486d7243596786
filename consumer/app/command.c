/* What commands share: loading the configuration and showing that long work goes on. */
#include "app/command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define TTY_EVERY_US (US_PER_S / 5)
#define LINE_EVERY_US (10 * US_PER_S)

volatile int command_stop = 0;

struct config *command_config(const struct options *o, struct err *err)
{
    const char *path = options_get(o, "config");
    struct buf report;

    if (!path) {
        err_set(err, ERR_USAGE, "option -c FILE is required");
        return NULL;
    }
    buf_init(&report);
    struct config *c = config_load(path, &report, err);
    if (report.len > 0)
        fwrite(report.data, 1, report.len, stderr);
    buf_done(&report);
    return c;
}

/* 1234567 as 1,234,567 */
static const char *grouped(int64_t n, char out[32])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lld", (long long) (n < 0 ? 0 : n)), at = 0;

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

static const char *duration(int64_t s, char out[32])
{
    if (s < 60)
        snprintf(out, 32, "%lld s", (long long) s);
    else if (s < 3600)
        snprintf(out, 32, "%lld min %lld s", (long long) s / 60, (long long) s % 60);
    else
        snprintf(out, 32, "%lld h %lld min", (long long) s / 3600, (long long) s / 60 % 60);
    return out;
}

void progress_begin(struct progress *p, const char *what, int64_t total, bool quiet)
{
    memset(p, 0, sizeof *p);
    p->what = what;
    p->total = total;
    p->quiet = quiet;
    p->tty = isatty(STDERR_FILENO);
    p->started_us = p->last_us = clock_monotonic_us();
}

void progress_at(struct progress *p, int64_t done, const char *note)
{
    char number[32], of[32], rate[32], left[32];

    if (p->quiet)
        return;
    int64_t now_us = clock_monotonic_us(), since_us = now_us - p->last_us;
    if (since_us < (p->tty ? TTY_EVERY_US : LINE_EVERY_US))
        return;

    double per_second = (double) (done - p->last_done) * 1e6 / (double) since_us;
    p->last_us = now_us;
    p->last_done = done;

    fprintf(stderr, "%s%s: %s", p->tty ? "\r" : "", p->what, grouped(done, number));
    if (p->total > 0)
        fprintf(stderr, " of %s (%d %%)", grouped(p->total, of),
                (int) ((double) done * 100 / (double) p->total));
    fprintf(stderr, ", %s/s", grouped((int64_t) per_second, rate));
    if (p->total > done && done > 0) {
        /* The mean rate says more about the end than the last moment does. */
        double remaining = (double) (p->total - done) / (double) done;
        double s = remaining * (double) (now_us - p->started_us) / 1e6;
        fprintf(stderr, ", %s left", duration((int64_t) s, left));
    }
    fprintf(stderr, "%s%s%s", note ? ", " : "", note ? note : "", p->tty ? "\033[K" : "\n");
    fflush(stderr);
}

void progress_end(struct progress *p, int64_t done, const char *note)
{
    char number[32], rate[32];

    if (p->quiet)
        return;
    double s = (double) (clock_monotonic_us() - p->started_us) / 1e6;
    fprintf(stderr, "%s%s: %s in %.1f s, %s/s%s%s%s\n", p->tty ? "\r" : "", p->what,
            grouped(done, number), s, grouped((int64_t) ((double) done / (s > 0 ? s : 1)), rate),
            note ? ", " : "", note ? note : "", p->tty ? "\033[K" : "");
}
