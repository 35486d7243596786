/* See comparison.h. */
#include "io/store/comparison.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "io/store/store_internal.h"

struct line {
    int64_t count; /* expected less stored */
    char *text;
};

void comparison_add(struct comparison *c, int sign, const char *text, size_t len)
{
    uint8_t hash[32];
    struct sha256 sha;
    bool is_new;
    sha256_begin(&sha);
    sha256_add(&sha, text, len);
    sha256_end(&sha, hash);
    struct line *line = map_put(&c->lines, hash, &is_new);
    if (is_new)
        line->text = arena_strndup(&c->a, text, len);
    line->count += sign;
    *(sign > 0 ? &c->table->expected : &c->table->stored) += 1;
}

static void add_stored(void *ctx, const char *text, size_t len)
{
    comparison_add(ctx, -1, text, len > 0 && text[len - 1] == '\n' ? len - 1 : len);
}

void comparison_expect(struct comparison *c, const char *fmt, ...)
{
    char text[2048];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    comparison_add(c, +1, text, (size_t) len < sizeof text ? (size_t) len : sizeof text - 1);
}

void comparison_begin(struct comparison *c, struct verify_table *table, const char *name)
{
    memset(table, 0, sizeof *table);
    table->name = name;
    c->table = table;
    arena_reset(&c->a);
    map_init(&c->lines, &c->a, 16, sizeof(struct line));
}

void comparison_finish(struct comparison *c)
{
    for (size_t i = 0; i < c->lines.n; i++) {
        const struct line *line = map_value_at(&c->lines, i);
        if (line->count == 0)
            continue;
        *(line->count > 0 ? &c->table->missing : &c->table->surplus) += llabs(line->count);
        if (c->table->n_samples < 3)
            snprintf(c->table->sample[c->table->n_samples++], sizeof c->table->sample[0],
                     "%s %s", line->count > 0 ? "missing" : "surplus", line->text);
    }
}

bool comparison_stored(struct store *s, struct comparison *c, const char *sql, struct err *err)
{
    if (!pg_copy_out(store_pg(s), sql, add_stored, c, err))
        return false;
    comparison_finish(c);
    return true;
}
