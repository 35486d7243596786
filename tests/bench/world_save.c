/* Takes what the engine changed. Nothing is checked: tests/property does that. */
#include <stdlib.h>

#include "bench/world.h"

#define INSERT_AT(mem, list, i, item)                                                       \
    do {                                                                                    \
        VEC_PUSH(&(mem)->a, (list), (item));                                                \
        memmove(&(list).at[(i) + 1], &(list).at[(i)],                                       \
                ((list).n - 1 - (i)) * sizeof *(list).at);                                  \
        (list).at[(i)] = (item);                                                            \
    } while (0)
#define REMOVE_AT(list, i)                                                                  \
    do {                                                                                    \
        (list).n--;                                                                         \
        memmove(&(list).at[(i)], &(list).at[(i) + 1], ((list).n - (i)) * sizeof *(list).at); \
    } while (0)

/* --- identity messages ------------------------------------------------------------------------ */
uint64_t memory_keys_hash(const struct event *ev)
{
    return hash_bytes(ev->keys, ev->n_keys * sizeof *ev->keys);
}

/* As the store has it: a copy; or, where only aliases count, one with the same keys. */
bool memory_is_known(const struct memory *mem, const struct event *ev)
{
    uint64_t hash = memory_keys_hash(ev);
    const memory_messages *list = map_get(&mem->messages, &hash);
    bool only_aliases = true;

    for (int i = 0; i < ev->n_keys; i++)
        only_aliases &= mem->m->namespaces[ev->keys[i].ns].kind == KEY_PERSON;
    for (size_t i = 0; list && i < list->n; i++) {
        const struct event *old = &list->at[i];
        if (old->n_keys == ev->n_keys
            && !memcmp(old->keys, ev->keys, ev->n_keys * sizeof *ev->keys)
            && (only_aliases
                || (event_cmp(mem->m, old, ev) == 0 && old->logout == ev->logout)))
            return true;
    }
    return false;
}

static void save_messages(struct memory *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->messages.n; i++) {
        struct event ev = *c->messages.at[i];
        uint64_t hash = memory_keys_hash(&ev);
        memory_messages *list = map_put(&mem->messages, &hash, NULL);
        ev.keys = arena_copy(&mem->a, ev.keys, ev.n_keys * sizeof *ev.keys);
        VEC_PUSH(&mem->a, *list, ev);
    }
}

/* --- keys and facts --------------------------------------------------------------------------- */
static void add_number(struct memory *mem, memory_numbers *list, int64_t no)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i] == no)
            return;
    VEC_PUSH(&mem->a, *list, no);
}

static void save_keys(struct memory *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->keys.n; i++) {
        const struct change_key *ch = &c->keys.at[i];
        struct memory_row *row = memory_row(mem, ch->no);
        row->state = ch->now;
        row->asked_from_us = ch->asked_from_us;
        row->asked_to_us = ch->asked_to_us;
    }
    for (size_t i = 0; i < c->aliases.n; i++) {
        struct need_pair p = {c->aliases.at[i].a, c->aliases.at[i].b};
        VEC_PUSH(&mem->a, memory_row(mem, p.a)->partners, p.b);
        VEC_PUSH(&mem->a, memory_row(mem, p.b)->partners, p.a);
        map_put(&mem->aliases, &p, NULL);
        map_put(&mem->aliases, &(struct need_pair){p.b, p.a}, NULL);
    }
    for (size_t i = 0; i < c->holders.n; i++)
        add_number(mem, &memory_row(mem, c->holders.at[i].a)->holders, c->holders.at[i].b);
}

static void save_fact(struct memory *mem, const struct change_fact *fact)
{
    struct memory_row *row = memory_row(mem, fact->case_no);

    for (size_t i = 0; i < row->facts.n; i++) {
        struct case_fact *old = &row->facts.at[i];
        if (old->key_no == fact->key_no) {
            old->at_us = fact->at_us < old->at_us ? fact->at_us : old->at_us;
            return;
        }
    }
    VEC_PUSH(&mem->a, row->facts, ((struct case_fact){fact->key_no, fact->at_us}));
    VEC_PUSH(&mem->a, memory_row(mem, fact->key_no)->cases, fact->case_no);
}

static int compare_logins(const struct memory *mem, const struct login *a,
                          const struct login *b)
{
    if (a->t_us != b->t_us)
        return a->t_us < b->t_us ? -1 : 1;
    for (uint32_t i = 0; i < a->n_keys && i < b->n_keys; i++) {
        int c = key_cmp(&memory_row(mem, a->keys[i])->key, &memory_row(mem, b->keys[i])->key);
        if (c)
            return c;
    }
    return a->n_keys < b->n_keys ? -1 : a->n_keys > b->n_keys;
}

static void save_facts(struct memory *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->logins.n; i++) {
        struct login login = c->logins.at[i].login;
        struct memory_row *row = memory_row(mem, c->logins.at[i].device_no);
        size_t k = row->logins.n;
        login.keys = arena_copy(&mem->a, login.keys, login.n_keys * sizeof *login.keys);
        while (k > 0 && compare_logins(mem, &row->logins.at[k - 1], &login) > 0)
            k--;
        INSERT_AT(mem, row->logins, k, login);
    }
    for (size_t i = 0; i < c->logouts.n; i++) {
        struct memory_row *row = memory_row(mem, c->logouts.at[i].device_no);
        int64_t t_us = c->logouts.at[i].t_us;
        size_t k = row->logouts.n;
        while (k > 0 && row->logouts.at[k - 1] > t_us)
            k--;
        if (!k || row->logouts.at[k - 1] != t_us)
            INSERT_AT(mem, row->logouts, k, t_us);
    }
    for (size_t i = 0; i < c->login_devices.n; i++)
        add_number(mem, &memory_row(mem, c->login_devices.at[i].a)->devices,
                   c->login_devices.at[i].b);
    for (size_t i = 0; i < c->facts.n; i++)
        save_fact(mem, &c->facts.at[i]);
}

/* --- timelines -------------------------------------------------------------------------------- */
/* The events and their keys as one block of the heap, as chunks are written again and again. */
static struct event *keep_events(const struct change_chunk *ch)
{
    size_t n_keys = 0;

    for (uint32_t i = 0; i < ch->n; i++)
        n_keys += ch->events[i].n_keys;
    struct event *events = malloc(ch->n * sizeof *events + n_keys * sizeof(struct key));
    if (!events)
        abort();
    struct key *keys = (struct key *) (events + ch->n);
    memcpy(events, ch->events, ch->n * sizeof *events);
    for (uint32_t i = 0; i < ch->n; i++) {
        memcpy(keys, events[i].keys, events[i].n_keys * sizeof *keys);
        events[i].keys = keys;
        keys += events[i].n_keys;
    }
    return events;
}

static bool is_before(const struct change_chunk *a, const struct change_chunk *b)
{
    return a->day < b->day || (a->day == b->day && a->chunk_no < b->chunk_no);
}

static void save_chunk(struct memory *mem, memory_chunks *list, const struct change_chunk *ch)
{
    struct change_chunk row = *ch;
    size_t k = list->n;

    while (k > 0 && !is_before(&list->at[k - 1], ch))
        k--;
    bool found = k < list->n && !is_before(ch, &list->at[k]);
    if (found)
        free((void *) list->at[k].events);
    if (ch->n)
        row.events = keep_events(ch);
    if (found && ch->n)
        list->at[k] = row;
    else if (found)
        REMOVE_AT(*list, k);
    else if (ch->n)
        INSERT_AT(mem, *list, k, row);
}

static void save_chunks(struct memory *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->chunks.n; i++)
        save_chunk(mem, &memory_row(mem, c->chunks.at[i].no)->chunks, &c->chunks.at[i]);
    for (size_t i = 0; i < c->case_chunks.n; i++)
        save_chunk(mem, &memory_row(mem, c->case_chunks.at[i].no)->case_chunks,
                   &c->case_chunks.at[i]);
}

/* --- sessions, journeys, counters ------------------------------------------------------------- */
static void save_session(struct memory *mem, const struct change_session *s)
{
    memory_numbers *list = &memory_row(mem, s->customer_no)->sessions;
    size_t k = list->n;

    while (k > 0 && list->at[k - 1] > s->from_us)
        k--;
    bool found = k > 0 && list->at[k - 1] == s->from_us;
    if (s->n_events && !found)
        INSERT_AT(mem, *list, k, s->from_us);
    else if (!s->n_events && found)
        REMOVE_AT(*list, k - 1);
}

static void drop_journey(struct memory *mem, const struct uuid *id)
{
    const int64_t *owner = map_get(&mem->owners, id);
    struct memory_row *row = owner && *owner ? memory_row(mem, *owner) : NULL;

    for (size_t i = 0; row && i < row->journeys.n; i++)
        if (!memcmp(&row->journeys.at[i].stored.id, id, sizeof *id)) {
            REMOVE_AT(row->journeys, i);
            return;
        }
}

static void keep_journey(struct memory *mem, const struct change_journey *j)
{
    /* The segment is a value of an attribute set, so the model owns it. */
    struct memory_journey row = {
        .stored = {.id = j->id,
                   .scenario = j->scenario,
                   .case_no = j->case_no,
                   .first_us = j->first_us,
                   .closed_us = j->closed_us,
                   .day = j->facts.day,
                   .part = {.segment = j->facts.segment,
                            .is_over = j->state != STATE_OPEN,
                            .collapsed_id = j->facts.collapsed_id,
                            .mask = j->facts.mask,
                            .depth = j->facts.depth}},
        .state = j->state,
        .due_us = j->due_us,
    };

    drop_journey(mem, &j->id);
    VEC_PUSH(&mem->a, memory_row(mem, j->customer_no)->journeys, row);
    *(int64_t *) map_put(&mem->owners, &j->id, NULL) = j->customer_no;
}

static void save_journeys(struct memory *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->sessions.n; i++) /* a row may come in the place of another */
        if (!c->sessions.at[i].n_events)
            save_session(mem, &c->sessions.at[i]);
    for (size_t i = 0; i < c->sessions.n; i++)
        if (c->sessions.at[i].n_events)
            save_session(mem, &c->sessions.at[i]);
    for (size_t i = 0; i < c->journeys.n; i++)
        if (c->journeys.at[i].gone) {
            drop_journey(mem, &c->journeys.at[i].id);
            *(int64_t *) map_put(&mem->owners, &c->journeys.at[i].id, NULL) = 0;
        }
    for (size_t i = 0; i < c->journeys.n; i++)
        if (!c->journeys.at[i].gone)
            keep_journey(mem, &c->journeys.at[i]);
}

static void count(struct memory *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->customers.n; i++) {
        struct memory_row *row = memory_row(mem, c->customers.at[i].no);
        mem->n_customers += !row->is_customer;
        row->is_customer = true;
        mem->n_events += c->customers.at[i].events;
        mem->n_sessions += c->customers.at[i].sessions;
        mem->n_journeys += c->customers.at[i].journeys;
    }
    for (size_t i = 0; i < c->cells.cells.n; i++)
        mem->n_cell_rows += !cell_is_zero(map_value_at(&c->cells.cells, i));
}

void memory_save(struct memory *mem, const struct changes *c)
{
    save_keys(mem, c);
    save_facts(mem, c);
    save_messages(mem, c);
    save_chunks(mem, c);
    save_journeys(mem, c);
    count(mem, c);
}
