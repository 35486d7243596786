/* memory_lines.c: the saved rows as text lines. What the views work out from several
 * tables is worked out here in the same way: the session of an event from (day,
 * first_rank, n) of the session row, the steps of a journey from (first_us, first_skip,
 * n_steps) and the run it was mined from. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "memory_store.h"

static const struct key *key_of(struct mem *mem, int64_t no)
{
    static const struct key nobody;
    const struct mem_key *row = mem_key_no(mem, no);
    return row ? &row->key : &nobody;
}

static bool is_shared(struct mem *mem, int64_t no)
{
    const struct mem_key *row = mem_key_no(mem, no);
    return row && row->state.shared != SHARED_NO;
}

static void put_keys(struct mem *mem, struct lines *out)
{
    for (size_t i = 0; i < mem->keys.n; i++) {
        const struct mem_key *row = &mem->keys.at[i];
        if (mem->m->namespaces[row->key.ns].kind != KEY_PERSON) {
            if (row->state.owner != row->no || row->state.shared)
                mem_fail(mem, "device or case key with another owner");
            continue;
        }
        struct row_key r = {.key = &row->key,
                            .owner = key_of(mem, row->state.owner),
                            .shared = row->state.shared,
                            .partners = row->state.partners};
        lines_key(out, mem->m, &r);
    }
}

static void put_customers(struct mem *mem, struct lines *out)
{
    for (size_t i = 0; i < mem->customers.n; i++) {
        const struct mem_customer *row = &mem->customers.at[i];
        const struct key *root = key_of(mem, row->no);
        if (row->events == 0 && row->journeys == 0) {
            if ((row->sessions && mem->cut_us == US_MIN) || row->flood_days)
                mem_fail(mem, "sessions or floods of a customer without events");
            continue;
        }
        struct row_customer r = {.root = root,
                                 .is_shared = is_shared(mem, row->no),
                                 .events = row->events,
                                 .sessions = row->sessions,
                                 .journeys = row->journeys,
                                 .flood_days = row->flood_days,
                                 .first_us = row->events ? row->first_us : US_MAX,
                                 .last_us = row->events ? row->last_us : US_MAX,
                                 .channels = row->events ? (int) row->channels.n : 0};
        r.is_excluded = r.is_shared || model_is_excluded(mem->m, root) ||
                        model_is_kiosk(mem->m, root);
        lines_customer(out, mem->m, &r);
    }
}

/* --- events ------------------------------------------------------------------------- */

/* Position of an event of rank `rank` of its day in its session: events of floods have
 * none. */
static const struct change_session *session_of(const struct mem *mem, int64_t no,
                                               const struct event *ev, uint32_t rank,
                                               int *seq)
{
    const struct change_session *found = NULL;
    if (rank >= (uint32_t) mem->m->max_day_events)
        return NULL;
    for (size_t i = 0; i < mem->sessions.n; i++) {
        const struct change_session *s = &mem->sessions.at[i];
        if (s->customer_no == no && s->from_us <= ev->t_us && ev->t_us <= s->to_us &&
            s->from_us >= mem->cut_us) /* else it is frozen */
            found = s;
    }
    if (!found)
        return NULL;
    *seq = 1;
    for (size_t i = 0; i < mem->chunks.n; i++) {
        const struct change_chunk *ch = &mem->chunks.at[i];
        if (ch->no != no)
            continue;
        for (uint32_t k = 0; k < ch->n; k++) {
            uint32_t r = ch->rank + k;
            bool counts = r < (uint32_t) mem->m->max_day_events &&
                          (ch->day > found->day ||
                           (ch->day == found->day && r >= found->first_rank)) &&
                          event_cmp(mem->m, &ch->events[k], ev) < 0;
            *seq += counts;
        }
    }
    return found;
}

static void put_events(struct mem *mem, struct lines *out)
{
    for (size_t i = 0; i < mem->chunks.n; i++) {
        const struct change_chunk *ch = &mem->chunks.at[i];
        for (uint32_t k = 0; k < ch->n; k++) {
            const struct event *ev = &ch->events[k];
            struct row_event r = {.ev = ev,
                                  .attr = ev->attr,
                                  .logout = ev->logout,
                                  .customer = key_of(mem, ch->no)};
            const struct change_session *s =
                session_of(mem, ch->no, ev, ch->rank + k, &r.seq);
            if (s)
                r.session = &s->id;
            lines_event(out, mem->m, &r);
        }
    }
    for (size_t i = 0; i < mem->case_chunks.n; i++) {
        const struct change_chunk *ch = &mem->case_chunks.at[i];
        for (uint32_t k = 0; k < ch->n; k++)
            if (ch->events[k].t_us >= mem->cut_us) /* else it goes when the run is written */
                lines_case(out, mem->m, &ch->events[k], ch->events[k].attr,
                           ch->events[k].logout, key_of(mem, ch->no));
    }
}

static void put_sessions(struct mem *mem, struct lines *out)
{
    for (size_t i = 0; i < mem->sessions.n; i++) {
        const struct change_session *s = &mem->sessions.at[i];
        struct row_session r = {.id = s->id,
                                .customer = key_of(mem, s->customer_no),
                                .from_us = s->from_us,
                                .to_us = s->to_us,
                                .day = s->day,
                                .n = s->n_events,
                                .first_rank = s->first_rank,
                                .is_visit = s->is_visit,
                                .entry = s->entry_place,
                                .exit = s->exit_place,
                                .channels = s->channels,
                                .n_channels = s->n_channels};
        lines_session(out, mem->m, &r);
    }
}

/* --- journeys ----------------------------------------------------------------------- */

struct step_walk {
    struct mem *mem;
    const struct change_journey *j;
    struct buf text;
    uint32_t n;
    int skip;
};

static void walk_event(struct step_walk *w, const struct event *ev)
{
    const struct scenario *sc = &w->mem->m->scenarios[w->j->scenario];
    if (w->j->first_us < w->mem->cut_us || ev->t_us < w->mem->cut_us)
        return; /* a frozen journey has no steps any more */
    if (ev->t_us < w->j->first_us || !placeset_has(&sc->member, ev->place))
        return;
    if (w->skip < w->j->facts.first_skip) {
        w->skip++;
        return;
    }
    if (w->n == w->j->n_steps)
        return;
    buf_printf(&w->text, "%s%s", w->n ? " " : "", text_event(w->mem->m, ev));
    w->n++;
}

static const char *steps_of(struct mem *mem, struct arena *a,
                            const struct change_journey *j)
{
    struct step_walk w = {.mem = mem, .j = j};
    buf_init(&w.text);
    if (j->case_no) {
        for (size_t i = 0; i < mem->case_chunks.n; i++)
            if (mem->case_chunks.at[i].no == j->case_no)
                for (uint32_t k = 0; k < mem->case_chunks.at[i].n; k++)
                    walk_event(&w, &mem->case_chunks.at[i].events[k]);
    } else {
        for (size_t i = 0; i < mem->chunks.n; i++)
            if (mem->chunks.at[i].no == j->customer_no)
                for (uint32_t k = 0; k < mem->chunks.at[i].n; k++)
                    if (mem->chunks.at[i].rank + k < (uint32_t) mem->m->max_day_events)
                        walk_event(&w, &mem->chunks.at[i].events[k]);
    }
    const char *text = arena_strndup(a, w.text.data, w.text.len);
    buf_done(&w.text);
    return text;
}

static void put_journeys(struct mem *mem, struct arena *a, struct lines *out)
{
    for (size_t i = 0; i < mem->journeys.n; i++) {
        const struct change_journey *j = &mem->journeys.at[i];
        const struct journey_facts *f = &j->facts;
        const struct key *root = key_of(mem, j->customer_no);
        struct row_journey r = {
            .id = j->id,
            .scenario = &mem->m->scenarios[j->scenario],
            .customer = root,
            .case_key = j->case_no ? key_of(mem, j->case_no) : NULL,
            .is_identified =
                strcmp(text_kind(mem->m, root, is_shared(mem, j->customer_no)),
                       "person") == 0,
            .first_us = j->first_us,
            .last_us = j->last_us,
            .due_us = j->due_us,
            .closed_us = j->closed_us,
            .day = f->day,
            .segment = f->segment,
            .state = j->state,
            .reason = j->reason,
            .failed_by = j->failed_by,
            .n_steps = j->n_steps,
            .first_place = j->first_place,
            .last_place = j->last_place,
            .path = text_path(a, mem->m, f->path, f->n_path, f->path_more),
            .collapsed =
                text_path(a, mem->m, f->collapsed, f->n_collapsed, f->collapsed_more),
            .steps = steps_of(mem, a, j),
            .channels = f->channels,
            .n_channels = f->n_channels,
            .switches = f->switches,
            .depth = f->depth,
            .first_skip = f->first_skip,
        };
        lines_journey(out, mem->m, &r);
    }
}

static void put_cells(struct mem *mem, struct arena *a, struct lines *out)
{
    for (size_t i = 0; i < mem->cells.n; i++) {
        const struct mem_cell *cell = &mem->cells.at[i];
        const char *path = "(unknown path)";
        bool is_zero = cell->buckets.n == 0;
        for (int k = 0; k < CELL_COUNTS; k++)
            is_zero &= cell->counts[k] == 0;
        if (is_zero)
            continue;
        if (cell->kind == CELL_PATH)
            for (size_t k = 0; k < mem->paths.n; k++)
                if ((int64_t) mem->paths.at[k].id == cell->a)
                    path = mem->paths.at[k].collapsed;
        lines_cell(out, mem->m, cell->scenario, cell->day, cell->segment, cell->kind,
                   text_cell(a, mem->m, cell->scenario, cell->kind, cell->a, cell->b,
                             cell->c, path),
                   cell->counts, cell->buckets.at, cell->buckets.n);
    }
}

void mem_lines(struct mem *mem, struct lines *out)
{
    struct arena a;
    arena_init(&a);
    put_keys(mem, out);
    put_customers(mem, out);
    put_events(mem, out);
    put_sessions(mem, out);
    put_journeys(mem, &a, out);
    put_cells(mem, &a, out);
    lines_unnamed(out, mem->unnamed_events);
    arena_done(&a);
    lines_sort(out);
}
