/* lines.c: see lines.h. Only text is made here; nothing is decided. */
#include "lines.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"

void lines_init(struct lines *l)
{
    memset(l, 0, sizeof *l);
}

void lines_done(struct lines *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->at[i]);
    free(l->at);
    lines_init(l);
}

void lines_add(struct lines *l, const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    if (vasprintf(&text, fmt, args) < 0)
        abort();
    va_end(args);
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 64;
        l->at = realloc(l->at, l->cap * sizeof *l->at);
        if (!l->at)
            abort();
    }
    l->at[l->n++] = text;
}

/* The order in which a person reads them, by the word they begin with. */
static int section_of(const char *line)
{
    switch (line[0]) {
    case 'k': /* key */
        return 0;
    case 'e': /* event, event_case */
        return line[5] == ' ' ? 2 : 3;
    case 's': /* session */
        return 4;
    case 'j': /* journey */
        return 5;
    case 'c': /* customer, cell */
        return line[1] == 'u' ? 1 : 6;
    default:
        return 7;
    }
}

static int compare_lines(const void *a, const void *b)
{
    const char *x = *(char *const *) a, *y = *(char *const *) b;
    int by_section = section_of(x) - section_of(y);
    return by_section ? by_section : strcmp(x, y);
}

void lines_sort(struct lines *l)
{
    if (l->n)
        qsort(l->at, l->n, sizeof *l->at, compare_lines);
}

bool lines_equal(const struct lines *a, const struct lines *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->at[i], b->at[i]) != 0)
            return false;
    return true;
}

void lines_diff(FILE *out, const char *name_a, const struct lines *a, const char *name_b,
                const struct lines *b, int most)
{
    size_t i = 0, k = 0;
    int only_a = 0, only_b = 0;

    while (i < a->n || k < b->n) {
        int c = i == a->n ? 1 : k == b->n ? -1 : compare_lines(&a->at[i], &b->at[k]);
        if (c == 0) {
            i++;
            k++;
        } else if (c < 0) {
            if (only_a++ < most)
                fprintf(out, "  %-6s %s\n", name_a, a->at[i]);
            i++;
        } else {
            if (only_b++ < most)
                fprintf(out, "  %-6s %s\n", name_b, b->at[k]);
            k++;
        }
    }
    if (only_a > most || only_b > most)
        fprintf(out, "  ... (%d and %d lines in all)\n", only_a, only_b);
}

/* --- names -------------------------------------------------------------------------- */

static struct {
    struct {
        struct key key;
        char *name;
    } *keys;
    size_t n_keys;
    struct {
        uint64_t id;
        char *name;
    } *events;
    size_t n_events;
} names;

void names_clear(void)
{
    for (size_t i = 0; i < names.n_keys; i++)
        free(names.keys[i].name);
    for (size_t i = 0; i < names.n_events; i++)
        free(names.events[i].name);
    free(names.keys);
    free(names.events);
    memset(&names, 0, sizeof names);
}

static const char *name_of_key(const struct key *k)
{
    for (size_t i = 0; i < names.n_keys; i++)
        if (key_cmp(&names.keys[i].key, k) == 0)
            return names.keys[i].name;
    return NULL;
}

static const char *name_of_event(uint64_t id)
{
    for (size_t i = 0; i < names.n_events; i++)
        if (names.events[i].id == id)
            return names.events[i].name;
    return NULL;
}

void names_add_key(const struct key *k, const char *name)
{
    if (name_of_key(k))
        return;
    names.keys = realloc(names.keys, (names.n_keys + 1) * sizeof *names.keys);
    names.keys[names.n_keys].key = *k;
    names.keys[names.n_keys++].name = strdup(name);
}

void names_add_event(uint64_t id, const char *name)
{
    if (name_of_event(id))
        return;
    names.events = realloc(names.events, (names.n_events + 1) * sizeof *names.events);
    names.events[names.n_events].id = id;
    names.events[names.n_events++].name = strdup(name);
}

static char *ring(void)
{
    static char texts[32][96];
    static int next;
    return texts[next++ % 32];
}

const char *text_key(const struct model *m, const struct key *k)
{
    const char *name = name_of_key(k);
    if (name)
        return name;
    char *text = ring();
    int n = snprintf(text, 60, "%s:", m->namespaces[k->ns].name);
    for (int i = 0; i < 16; i++)
        n += snprintf(text + n, 3, "%02x", k->hash[i]);
    return text;
}

const char *text_time(int64_t t_us)
{
    if (t_us == US_MIN || t_us == US_MAX)
        return "-";
    char *text = ring();
    clock_format_us(t_us, text);
    return text;
}

const char *text_day(int32_t day)
{
    int y, m, d;
    char *text = ring();
    civil_of_day(day, &y, &m, &d);
    snprintf(text, 40, "%04d-%02d-%02d", y, m, d);
    return text;
}

const char *text_uuid(const struct uuid *id)
{
    char *text = ring();
    snprintf(text, 40, "%02x%02x%02x%02x", id->b[0], id->b[1], id->b[2], id->b[3]);
    return text;
}

const char *text_event(const struct model *m, const struct event *ev)
{
    const char *name = name_of_event(ev->id);
    if (name)
        return name;
    if (event_is_identity(ev)) {
        char *text = ring();
        snprintf(text, 40, "#%llx", (unsigned long long) ev->id);
        return text;
    }
    struct uuid id = id_event(m, ev);
    return text_uuid(&id);
}

const char *text_path(struct arena *a, const struct model *m, const uint16_t *places,
                      int n, bool more)
{
    struct buf b;
    buf_init(&b);
    for (int i = 0; i < n; i++)
        buf_printf(&b, "%s%s", i ? " > " : "", m->touchpoints[places[i]].code);
    if (more)
        buf_adds(&b, " > (more)");
    const char *text = arena_strndup(a, b.data, b.len);
    buf_done(&b);
    return text;
}

const char *text_initiator(uint8_t initiator)
{
    return initiator == INITIATOR_CUSTOMER ? "customer"
           : initiator == INITIATOR_STAFF  ? "staff"
           : initiator == INITIATOR_SYSTEM ? "system"
                                           : "?";
}

const char *text_code(const struct model *m, int place)
{
    return place < 0 ? "-" : m->touchpoints[place].code;
}

const char *text_kind(const struct model *m, const struct key *root, bool shared)
{
    static const char *const kind[] = {"person", "device", "case"};
    return shared ? "shared" : kind[m->namespaces[root->ns].kind];
}

static void add_keys(struct buf *b, const struct model *m, const struct event *ev)
{
    buf_adds(b, "{");
    for (int i = 0; i < ev->n_keys; i++)
        buf_printf(b, "%s%s", i ? " " : "", text_key(m, &ev->keys[i]));
    buf_adds(b, "}");
}

static void add_attr(struct buf *b, const struct model *m, uint32_t attr, bool logout)
{
    const struct attr *x = &m->attrs[attr];
    buf_printf(b, " source=%s channel=%s initiator=%s", m->sources[x->source], x->channel,
               text_initiator(x->initiator));
    for (int i = 0; i < DIM_COUNT; i++)
        if (x->dim[i])
            buf_printf(b, " dim%d=%s", i, x->dim[i]);
    if (logout)
        buf_adds(b, " logout");
}

const char *text_input(struct arena *a, const struct model *m, const struct event *ev)
{
    struct buf b;
    buf_init(&b);
    buf_printf(&b, "%s %s id=%s ", text_time(ev->t_us),
               event_is_identity(ev) ? "(identity)" : m->touchpoints[ev->place].code,
               text_event(m, ev));
    add_keys(&b, m, ev);
    if (event_is_identity(ev))
        buf_printf(&b, " source=%s%s", m->sources[m->attrs[ev->attr].source],
                   ev->logout ? " logout" : ev->forget ? " forget" : "");
    else
        add_attr(&b, m, ev->attr, ev->logout);
    const char *text = arena_strndup(a, b.data, b.len);
    buf_done(&b);
    return text;
}

/* --- rows --------------------------------------------------------------------------- */

void lines_key(struct lines *l, const struct model *m, const struct row_key *r)
{
    static const char *const shared[] = {"", " shared=several_customers",
                                         " shared=max_aliases"};
    lines_add(l, "key %s of %s partners=%u%s", text_key(m, r->key), text_key(m, r->owner),
              r->partners, shared[r->shared]);
}

void lines_customer(struct lines *l, const struct model *m, const struct row_customer *r)
{
    struct uuid id = id_customer(m, r->root);
    const char *kind = text_kind(m, r->root, r->is_shared);
    lines_add(
        l,
        "customer %s kind=%s%s%s events=%lld sessions=%lld journeys=%lld flood_days=%lld "
        "first=%s last=%s channels=%d id=%s",
        text_key(m, r->root), kind, strcmp(kind, "person") == 0 ? " identified" : "",
        r->is_excluded ? " excluded" : "", (long long) r->events, (long long) r->sessions,
        (long long) r->journeys, (long long) r->flood_days, text_time(r->first_us),
        text_time(r->last_us), r->channels, text_uuid(&id));
}

void lines_event(struct lines *l, const struct model *m, const struct row_event *r)
{
    struct buf b;
    struct uuid id = id_event(m, r->ev);

    buf_init(&b);
    buf_printf(&b, "event %s %s %s ", text_time(r->ev->t_us), text_code(m, r->ev->place),
               text_event(m, r->ev));
    add_keys(&b, m, r->ev);
    buf_printf(&b, " of %s session=%s seq=%d", text_key(m, r->customer),
               r->session ? text_uuid(r->session) : "-", r->seq);
    add_attr(&b, m, r->attr, r->logout);
    lines_add(l, "%.*s on=%s id=%s", (int) b.len, b.data,
              text_day(zone_day(m->zone, r->ev->t_us)), text_uuid(&id));
    buf_done(&b);
}

void lines_case(struct lines *l, const struct model *m, const struct event *ev,
                uint32_t attr, bool logout, const struct key *case_key)
{
    struct buf b;
    struct uuid id = id_event(m, ev);

    buf_init(&b);
    buf_printf(&b, "event_case %s %s %s", text_key(m, case_key), text_time(ev->t_us),
               text_event(m, ev));
    add_attr(&b, m, attr, logout);
    lines_add(l, "%.*s id=%s", (int) b.len, b.data, text_uuid(&id));
    buf_done(&b);
}

void lines_session(struct lines *l, const struct model *m, const struct row_session *r)
{
    lines_add(l,
              "session %s %s to %s on=%s events=%u%s %s ... %s channels=\"%s\" (%d) "
              "rank=%u id=%s",
              text_key(m, r->customer), text_time(r->from_us), text_time(r->to_us),
              text_day(r->day), r->n, r->is_visit ? " visit" : "", text_code(m, r->entry),
              text_code(m, r->exit), r->channels, r->n_channels, r->first_rank,
              text_uuid(&r->id));
}

void lines_journey(struct lines *l, const struct model *m, const struct row_journey *r)
{
    static const char *const state[] = {"open", "completed", "lost", "ended"};
    static const char *const reason[] = {"", " by silence", " by deadline", " failed"};
    struct buf b;

    buf_init(&b);
    buf_printf(&b, "journey %s %s of %s", r->scenario->name, text_time(r->first_us),
               text_key(m, r->customer));
    if (r->case_key)
        buf_printf(&b, " case %s", text_key(m, r->case_key));
    buf_printf(&b, ": %s%s", state[r->state], reason[r->reason]);
    if (r->failed_by >= 0)
        buf_printf(&b, " %s", text_code(m, r->failed_by));
    buf_printf(&b, " \"%s\"", r->path);
    if (strcmp(r->path, r->collapsed) != 0)
        buf_printf(&b, " folded \"%s\"", r->collapsed);
    buf_printf(&b, " last=%s due=%s closed=%s on=%s segment=%s n=%u [%s] %s ... %s",
               text_time(r->last_us), text_time(r->due_us), text_time(r->closed_us),
               text_day(r->day), r->segment, r->n_steps, r->steps,
               text_code(m, r->first_place), text_code(m, r->last_place));
    lines_add(l, "%.*s channels=\"%s\" (%d) switches=%d depth=%d skip=%d%s id=%s",
              (int) b.len, b.data, r->channels, r->n_channels, r->switches, r->depth,
              r->first_skip, r->is_identified ? " identified" : "", text_uuid(&r->id));
    buf_done(&b);
}

static const char *link_end(const struct model *m, int place)
{
    static const char *const pseudo[] = {"(more)", "(completed)", "(lost)", "(ended)",
                                         "(open)"};
    return place >= 0 ? m->touchpoints[place].code : pseudo[-1 - place];
}

const char *text_cell(struct arena *a, const struct model *m, int scenario,
                      enum cell_kind kind, int64_t key_a, int key_b, int key_c,
                      const char *path)
{
    switch (kind) {
    case CELL_DAY:
        return "day";
    case CELL_PATH:
        return arena_printf(a, "path %s", path);
    case CELL_LINK:
        return arena_printf(a, "link %02d %s -> %s", (int) key_a, link_end(m, key_b),
                            link_end(m, key_c));
    case CELL_TRANSITION:
        return arena_printf(a, "transition %s -> %s", link_end(m, key_b),
                            link_end(m, key_c));
    case CELL_DROP_OFF:
        return arena_printf(a, "drop_off %s", link_end(m, key_b));
    case CELL_FUNNEL:
        return arena_printf(a, "funnel %d %s", key_b,
                            key_b ? m->scenarios[scenario].checkpoints[key_b - 1].name
                                  : "(started)");
    }
    return "?";
}

static const char *const count_name[][CELL_COUNTS] = {
    [CELL_DAY] = {"journeys", "completed", "lost", "ended", "open", "distinct", "steps"},
    [CELL_PATH] = {"journeys", "completed", "lost", "ended", "distinct"},
    [CELL_LINK] = {"journeys"},
    [CELL_TRANSITION] = {"transitions", "journeys", "waits"},
    [CELL_DROP_OFF] = {"reached", "went_on", "completed_here", "silence", "deadline",
                       "failed", "still_open", "open_reached", "distinct"},
    [CELL_FUNNEL] = {"entered", "went_on", "completed_here", "ended_here", "still_open",
                     "distinct"},
};

void lines_cell(struct lines *l, const struct model *m, int scenario, int32_t day,
                const char *segment, enum cell_kind kind, const char *what,
                const int64_t *counts, const struct bucket_count *buckets,
                size_t n_buckets)
{
    struct buf b;
    buf_init(&b);
    for (int i = 0; i < CELL_COUNTS; i++)
        if (counts[i])
            buf_printf(&b, " %s=%lld",
                       count_name[kind][i] ? count_name[kind][i] : "EXTRA",
                       (long long) counts[i]);
    if (n_buckets)
        buf_adds(&b, " buckets");
    for (size_t i = 0; i < n_buckets; i++)
        buf_printf(&b, "%c%d:%lld", i ? ',' : '=', buckets[i].bucket,
                   (long long) buckets[i].n);
    lines_add(l, "cell %s %s %s %s:%.*s", m->scenarios[scenario].name, text_day(day),
              segment, what, (int) b.len, b.data);
    buf_done(&b);
}

void lines_unnamed(struct lines *l, int64_t n)
{
    lines_add(l, "unnamed_events %lld", (long long) n);
}
