/* memory_save.c: takes what the engine changed. Each change is held against the rows that
 * are there; after the changes the timelines that were touched are checked whole. */
#include "memory_store.h"

#include "base/clock.h"

#define FIND(list, i, cond)                                                              \
    do {                                                                                 \
        for ((i) = 0; (i) < (list).n; (i)++)                                             \
            if (cond)                                                                    \
                break;                                                                   \
    } while (0)

#define REMOVE(list, i)                                                                  \
    do {                                                                                 \
        (list).n--;                                                                      \
        memmove(&(list).at[i], &(list).at[(i) + 1],                                      \
                ((list).n - (i)) * sizeof *(list).at);                                   \
    } while (0)

static enum key_kind kind_of(struct mem *mem, int64_t no)
{
    const struct mem_key *row = mem_key_no(mem, no);
    return row ? mem->m->namespaces[row->key.ns].kind : KEY_PERSON;
}

static void need_kind(struct mem *mem, int64_t no, enum key_kind kind, const char *what)
{
    if (kind_of(mem, no) != kind)
        mem_fail(mem, "%s: key %lld is of another kind", what, (long long) no);
}

/* --- keys and facts ----------------------------------------------------------------- */

static void save_keys(struct mem *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->keys.n; i++) {
        const struct change_key *ch = &c->keys.at[i];
        struct mem_key *row = mem_key_no(mem, ch->no);
        if (!row || !mem_key_no(mem, ch->now.owner))
            return;
        if (ch->asked_from_us > row->asked_from_us || ch->asked_to_us < row->asked_to_us)
            mem_fail(mem, "asked range of key %lld shrinks", (long long) ch->no);
        if (ch->now.partners < row->state.partners && !c->switches.n &&
            !c->tombstones.n)
            mem_fail(mem, "partners of key %lld went down", (long long) ch->no);
        if (ch->now.shared && ch->now.owner != ch->no)
            mem_fail(mem, "shared key %lld has an owner", (long long) ch->no);
        row->state = ch->now;
        row->asked_from_us = ch->asked_from_us;
        row->asked_to_us = ch->asked_to_us;
    }
}

static bool has_pair(const struct need_pair *at, size_t n, int64_t a, int64_t b)
{
    for (size_t i = 0; i < n; i++)
        if (at[i].a == a && at[i].b == b)
            return true;
    return false;
}

static void save_aliases(struct mem *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->aliases.n; i++) {
        struct change_pair p = c->aliases.at[i];
        need_kind(mem, p.a, KEY_PERSON, "alias");
        need_kind(mem, p.b, KEY_PERSON, "alias");
        if (p.a >= p.b)
            mem_fail(mem, "alias out of order");
        if (has_pair(mem->aliases.at, mem->aliases.n, p.a, p.b))
            mem_fail(mem, "alias %lld %lld is stored already", (long long) p.a,
                     (long long) p.b);
        VEC_PUSH(&mem->a, mem->aliases, ((struct need_pair){p.a, p.b}));
        VEC_PUSH(&mem->a, mem->aliases, ((struct need_pair){p.b, p.a}));
    }
}

static void save_switches(struct mem *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->switches.n; i++) {
        struct change_switch row = c->switches.at[i];
        if (row.a >= row.b || !mem_key_no(mem, row.a) || !mem_key_no(mem, row.b))
            mem_fail(mem, "switch out of order");
        if (has_pair(mem->switches.at, mem->switches.n, row.a, row.b) == row.off)
            mem_fail(mem, "switch is so already");
        for (int way = 0; way < 2; way++) {
            struct need_pair p = {way ? row.b : row.a, way ? row.a : row.b};
            size_t k;
            if (row.off) {
                VEC_PUSH(&mem->a, mem->switches, p);
                continue;
            }
            FIND(mem->switches, k,
                 mem->switches.at[k].a == p.a && mem->switches.at[k].b == p.b);
            if (k < mem->switches.n)
                REMOVE(mem->switches, k);
        }
    }
}

static bool same_login(const struct change_login *a, const struct change_login *b)
{
    return a->device_no == b->device_no && a->login.t_us == b->login.t_us &&
           a->login.n_keys == b->login.n_keys &&
           memcmp(a->login.keys, b->login.keys,
                  a->login.n_keys * sizeof *a->login.keys) == 0;
}

static void save_logins(struct mem *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->logins.n; i++) {
        struct change_login row = c->logins.at[i];
        need_kind(mem, row.device_no, KEY_DEVICE, "login");
        if (row.login.n_keys == 0)
            mem_fail(mem, "login without a key");
        for (uint32_t k = 0; k < row.login.n_keys; k++) {
            need_kind(mem, row.login.keys[k], KEY_PERSON, "login");
            if (k && key_cmp(&mem_key_no(mem, row.login.keys[k - 1])->key,
                             &mem_key_no(mem, row.login.keys[k])->key) >= 0)
                mem_fail(mem, "keys of a login out of order");
        }
        for (size_t k = 0; k < mem->logins.n; k++)
            if (same_login(&mem->logins.at[k], &row))
                mem_fail(mem, "login is stored already");
        row.login.keys = arena_copy(&mem->a, row.login.keys,
                                    row.login.n_keys * sizeof *row.login.keys);
        VEC_PUSH(&mem->a, mem->logins, row);
    }
    for (size_t i = 0; i < c->logouts.n; i++) {
        struct change_instant row = c->logouts.at[i];
        size_t k;
        need_kind(mem, row.device_no, KEY_DEVICE, "logout");
        FIND(mem->logouts, k,
             mem->logouts.at[k].device_no == row.device_no &&
                 mem->logouts.at[k].t_us == row.t_us);
        if (k == mem->logouts.n)
            VEC_PUSH(&mem->a, mem->logouts, row);
    }
    for (size_t i = 0; i < c->login_devices.n; i++) {
        struct change_pair p = c->login_devices.at[i];
        need_kind(mem, p.a, KEY_PERSON, "login_device");
        need_kind(mem, p.b, KEY_DEVICE, "login_device");
        if (!has_pair(mem->login_devices.at, mem->login_devices.n, p.a, p.b))
            VEC_PUSH(&mem->a, mem->login_devices, ((struct need_pair){p.a, p.b}));
    }
}

static void save_facts(struct mem *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->facts.n; i++) {
        struct change_fact row = c->facts.at[i];
        size_t k;
        need_kind(mem, row.case_no, KEY_CASE, "case fact");
        if (kind_of(mem, row.key_no) == KEY_CASE)
            mem_fail(mem, "case fact names a case");
        FIND(mem->facts, k,
             mem->facts.at[k].case_no == row.case_no &&
                 mem->facts.at[k].key_no == row.key_no);
        if (k == mem->facts.n)
            VEC_PUSH(&mem->a, mem->facts, row);
        else if (row.at_us < mem->facts.at[k].at_us)
            mem->facts.at[k].at_us = row.at_us;
    }
    for (size_t i = 0; i < c->holders.n; i++) {
        struct change_pair p = c->holders.at[i];
        need_kind(mem, p.a, KEY_PERSON, "holder");
        (void) mem_key_no(mem, p.b);
        if (!has_pair(mem->holders.at, mem->holders.n, p.a, p.b))
            VEC_PUSH(&mem->a, mem->holders, ((struct need_pair){p.a, p.b}));
    }
}

static struct event keep_event(struct mem *mem, const struct event *ev)
{
    struct event copy = *ev;
    copy.keys = arena_copy(&mem->a, ev->keys, ev->n_keys * sizeof *ev->keys);
    return copy;
}

static void save_messages(struct mem *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->messages.n; i++) {
        const struct event *ev = c->messages.at[i];
        size_t k;
        if (!event_is_identity(ev))
            mem_fail(mem, "an event among the identity messages");
        FIND(mem->messages, k,
             event_cmp(mem->m, &mem->messages.at[k], ev) == 0 &&
                 mem->messages.at[k].logout == ev->logout);
        if (k < mem->messages.n)
            mem_fail(mem, "identity message is stored already");
        VEC_PUSH(&mem->a, mem->messages, keep_event(mem, ev));
    }
}

/* What a forget takes away must be there; lists may repeat themselves. */
static void remove_pair(struct mem *mem, int64_t a, int64_t b)
{
    size_t i;
    FIND(mem->aliases, i, mem->aliases.at[i].a == a && mem->aliases.at[i].b == b);
    if (i == mem->aliases.n)
        mem_fail(mem, "alias %lld %lld that goes is not there", (long long) a, (long long) b);
    else
        REMOVE(mem->aliases, i);
    for (i = 0; i < mem->past_aliases.n;)
        if (mem->past_aliases.at[i].a == a && mem->past_aliases.at[i].b == b)
            REMOVE(mem->past_aliases, i);
        else
            i++;
}

/* The device of a person, when no login of it names the person any more. */
static void drop_idle(struct mem *mem, const struct change_pair *p)
{
    size_t k;
    for (size_t i = 0; i < mem->logins.n; i++)
        for (uint32_t n = 0; n < mem->logins.at[i].login.n_keys; n++)
            if (mem->logins.at[i].device_no == p->b && mem->logins.at[i].login.keys[n] == p->a)
                return;
    FIND(mem->login_devices, k,
         mem->login_devices.at[k].a == p->a && mem->login_devices.at[k].b == p->b);
    if (k < mem->login_devices.n)
        REMOVE(mem->login_devices, k);
}

static void remove_facts(struct mem *mem, const struct changes *c)
{
    size_t k;
    for (size_t i = 0; i < c->gone_aliases.n; i++) {
        remove_pair(mem, c->gone_aliases.at[i].a, c->gone_aliases.at[i].b);
        remove_pair(mem, c->gone_aliases.at[i].b, c->gone_aliases.at[i].a);
    }
    for (size_t i = 0; i < c->gone_logins.n; i++) {
        FIND(mem->logins, k, same_login(&mem->logins.at[k], &c->gone_logins.at[i]));
        if (k < mem->logins.n)
            REMOVE(mem->logins, k);
    }
    for (size_t i = 0; i < c->gone_logouts.n; i++) {
        FIND(mem->logouts, k,
             mem->logouts.at[k].device_no == c->gone_logouts.at[i].device_no &&
                 mem->logouts.at[k].t_us == c->gone_logouts.at[i].t_us);
        if (k < mem->logouts.n)
            REMOVE(mem->logouts, k);
    }
    for (size_t i = 0; i < c->gone_login_devices.n; i++) {
        const struct change_pair *p = &c->gone_login_devices.at[i];
        FIND(mem->login_devices, k,
             mem->login_devices.at[k].a == p->a && mem->login_devices.at[k].b == p->b);
        if (k < mem->login_devices.n)
            REMOVE(mem->login_devices, k);
    }
    for (size_t i = 0; i < c->idle_login_devices.n; i++)
        drop_idle(mem, &c->idle_login_devices.at[i]);
    for (size_t i = 0; i < c->set_facts.n; i++) {
        const struct change_fact *f = &c->set_facts.at[i];
        FIND(mem->facts, k,
             mem->facts.at[k].case_no == f->case_no && mem->facts.at[k].key_no == f->key_no);
        if (k == mem->facts.n)
            mem_fail(mem, "case fact that changes is not there");
        else if (f->at_us == US_MAX)
            REMOVE(mem->facts, k);
        else
            mem->facts.at[k].at_us = f->at_us;
    }
}

/* Frozen rows of customers and cases; what they counted stays. */
static void remove_frozen(struct mem *mem, const struct changes *c)
{
    for (size_t n = 0; n < c->no_frozen.n; n++) {
        int64_t no = c->no_frozen.at[n];
        for (size_t i = 0; i < mem->journeys.n;) {
            const struct change_journey *j = &mem->journeys.at[i];
            if (j->first_us < mem->cut_us && (j->customer_no == no || j->case_no == no)) {
                mem_customer_no(mem, j->customer_no)->journeys--;
                REMOVE(mem->journeys, i);
            } else {
                i++;
            }
        }
        for (size_t i = 0; i < mem->sessions.n;) {
            if (mem->sessions.at[i].from_us < mem->cut_us &&
                mem->sessions.at[i].customer_no == no) {
                mem_customer_no(mem, no)->sessions--;
                REMOVE(mem->sessions, i);
            } else {
                i++;
            }
        }
    }
}

static void save_forget(struct mem *mem, const struct changes *c)
{
    size_t k;
    for (size_t i = 0; i < c->no_frozen.n; i++)
        VEC_PUSH(&mem->a, mem->forgotten, c->no_frozen.at[i]);
    remove_frozen(mem, c);
    remove_facts(mem, c);
    for (size_t i = 0; i < mem->holders.n;) {
        bool goes = false;
        for (size_t n = 0; n < c->no_holders.n; n++)
            goes |= mem->holders.at[i].a == c->no_holders.at[n];
        goes |= has_pair((const struct need_pair *) c->gone_holders.at, c->gone_holders.n,
                         mem->holders.at[i].a, mem->holders.at[i].b);
        if (goes)
            REMOVE(mem->holders, i);
        else
            i++;
    }
    for (size_t i = 0; i < c->gone_messages.n; i++) {
        if (mem_is_past(mem, c->gone_messages.at[i]))
            continue; /* a fact, not a row */
        FIND(mem->messages, k,
             event_cmp(mem->m, &mem->messages.at[k], c->gone_messages.at[i]) == 0 &&
                 mem->messages.at[k].logout == c->gone_messages.at[i]->logout);
        if (k == mem->messages.n)
            mem_fail(mem, "identity message that goes is not there");
        else
            REMOVE(mem->messages, k);
    }
    for (size_t i = 0; i < c->tombstones.n; i++) {
        const struct change_tombstone *t = &c->tombstones.at[i];
        FIND(mem->tombs, k,
             mem->tombs.at[k].no == t->no && mem->tombs.at[k].at.from_us == t->at.from_us &&
                 mem->tombs.at[k].at.strict == t->at.strict &&
                 mem->tombs.at[k].at.spreads == t->at.spreads);
        if (k == mem->tombs.n)
            VEC_PUSH(&mem->a, mem->tombs, *t);
        else if (mem->tombs.at[k].at.to_us < t->at.to_us)
            mem->tombs.at[k].at.to_us = t->at.to_us;
    }
    for (size_t i = 0; i < c->passes.n; i++) {
        const struct change_pair *p = &c->passes.at[i];
        FIND(mem->passes, k, mem->passes.at[k].a == p->a && mem->passes.at[k].b == p->b);
        if (k < mem->passes.n)
            mem_fail(mem, "a passing on that is stored comes again");
        VEC_PUSH(&mem->a, mem->passes, *p);
    }
    for (size_t i = 0; i < c->gone_keys.n; i++) {
        FIND(mem->keys, k, mem->keys.at[k].no == c->gone_keys.at[i]);
        REMOVE(mem->keys, k);
    }
}

/* --- chunks ------------------------------------------------------------------------- */

static int compare_chunks(const struct change_chunk *a, const struct change_chunk *b,
                          bool by_day)
{
    if (a->no != b->no)
        return a->no < b->no ? -1 : 1;
    if (by_day && a->day != b->day)
        return a->day < b->day ? -1 : 1;
    return a->chunk_no < b->chunk_no ? -1 : a->chunk_no > b->chunk_no;
}

static void check_attr(struct mem *mem, const struct event *ev)
{
    const struct attr *x = &mem->m->attrs[ev->attr];
    if (x->place != ev->place || x->initiator != ev->initiator || x->logout != ev->logout)
        mem_fail(mem, "event and its attributes disagree");
}

static void save_chunk(struct mem *mem, mem_chunks *list, const struct change_chunk *ch,
                       bool by_day)
{
    struct change_chunk row = *ch;
    size_t k;
    int c = 1;

    for (k = 0; k < list->n; k++)
        if ((c = compare_chunks(&list->at[k], ch, by_day)) >= 0)
            break;
    bool found = k < list->n && c == 0;
    if (ch->n == 0) {
        if (!found)
            mem_fail(mem, "deleted chunk %lld %s %d is not there", (long long) ch->no,
                     text_day(ch->day), ch->chunk_no);
        else
            REMOVE(*list, k);
        return;
    }
    if (ch->n > CHUNK_EVENTS)
        mem_fail(mem, "chunk of %u events", ch->n);
    struct event *events = ARENA_NEW(&mem->a, struct event, ch->n);
    for (uint32_t i = 0; i < ch->n; i++) {
        events[i] = keep_event(mem, &ch->events[i]);
        check_attr(mem, &events[i]);
    }
    row.events = events;
    if (!found) {
        (void) VEC_NEXT(&mem->a, *list);
        memmove(&list->at[k + 1], &list->at[k], (list->n - 1 - k) * sizeof *list->at);
    }
    list->at[k] = row;
}

/* All timelines: chunks numbered without holes, ranks right, events in order and on their
 * day. */
static void check_chunks(struct mem *mem, const mem_chunks *list, bool by_day)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct change_chunk *row = &list->at[i];
        const struct change_chunk *before = i ? &list->at[i - 1] : NULL;
        bool same_no = before && before->no == row->no;
        bool same = same_no && (!by_day || before->day == row->day);
        if (row->chunk_no != (same ? before->chunk_no + 1 : 0))
            mem_fail(mem, "chunks of %lld %s: number %d out of line", (long long) row->no,
                     text_day(row->day), row->chunk_no);
        if (by_day && row->rank != (same ? before->rank + before->n : 0))
            mem_fail(mem, "chunks of %lld %s: rank %u of chunk %d is wrong",
                     (long long) row->no, text_day(row->day), row->rank, row->chunk_no);
        const struct event *last = same_no ? &before->events[before->n - 1] : NULL;
        for (uint32_t k = 0; k < row->n; k++) {
            const struct event *ev = &row->events[k];
            if (last && event_cmp(mem->m, last, ev) >= 0)
                mem_fail(mem, "timeline of %lld is out of order at %s",
                         (long long) row->no, text_time(ev->t_us));
            if (by_day && zone_day(mem->m->zone, ev->t_us) != row->day)
                mem_fail(mem, "event of %s on day %s", text_time(ev->t_us),
                         text_day(row->day));
            last = ev;
        }
    }
}

static void save_chunks(struct mem *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->chunks.n; i++) {
        if (i && compare_chunks(&c->chunks.at[i - 1], &c->chunks.at[i], true) >= 0)
            mem_fail(mem, "changed chunks out of order");
        save_chunk(mem, &mem->chunks, &c->chunks.at[i], true);
    }
    for (size_t i = 0; i < c->case_chunks.n; i++) {
        if (i &&
            compare_chunks(&c->case_chunks.at[i - 1], &c->case_chunks.at[i], false) >= 0)
            mem_fail(mem, "changed case chunks out of order");
        need_kind(mem, c->case_chunks.at[i].no, KEY_CASE, "case chunk");
        save_chunk(mem, &mem->case_chunks, &c->case_chunks.at[i], false);
    }
    check_chunks(mem, &mem->chunks, true);
    check_chunks(mem, &mem->case_chunks, false);
}

/* --- sessions and journeys ---------------------------------------------------------- */

/* Rows that go, go before rows that come: a row may come in the place of another. */
static void save_sessions(struct mem *mem, const struct changes *c)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < c->sessions.n; i++) {
            struct change_session row = c->sessions.at[i];
            size_t k;
            if ((row.n_events == 0) != (pass == 0))
                continue;
            FIND(mem->sessions, k,
                 mem->sessions.at[k].customer_no == row.customer_no &&
                     mem->sessions.at[k].from_us == row.from_us);
            if (pass == 0) {
                if (k == mem->sessions.n)
                    mem_fail(mem, "deleted session of %lld at %s is not there",
                             (long long) row.customer_no, text_time(row.from_us));
                else
                    REMOVE(mem->sessions, k);
                continue;
            }
            row.channels = arena_strdup(&mem->a, row.channels);
            if (k < mem->sessions.n)
                mem->sessions.at[k] = row;
            else
                VEC_PUSH(&mem->a, mem->sessions, row);
        }
}

/* An id of a path must always stand for the same path. */
static void keep_path(struct mem *mem, uint64_t id, uint64_t collapsed_id,
                      const char *raw, const char *collapsed)
{
    size_t i;
    FIND(mem->paths, i,
         mem->paths.at[i].id == id ||
             (strcmp(mem->paths.at[i].raw, raw) == 0 &&
              strcmp(mem->paths.at[i].collapsed, collapsed) == 0));
    if (i == mem->paths.n) {
        VEC_PUSH(&mem->a, mem->paths,
                 ((struct mem_path){id, collapsed_id, raw, collapsed}));
    } else {
        const struct mem_path *old = &mem->paths.at[i];
        if (old->id != id || old->collapsed_id != collapsed_id ||
            strcmp(old->raw, raw) != 0 || strcmp(old->collapsed, collapsed) != 0)
            mem_fail(mem, "path id of \"%s\" and of \"%s\" do not agree", raw, old->raw);
    }
}

static struct change_journey keep_journey(struct mem *mem, const struct change_journey *j)
{
    struct change_journey row = *j;
    struct journey_facts *f = &row.facts;
    const char *raw = text_path(&mem->a, mem->m, f->path, f->n_path, f->path_more);
    const char *collapsed =
        text_path(&mem->a, mem->m, f->collapsed, f->n_collapsed, f->collapsed_more);

    keep_path(mem, f->path_id, f->collapsed_id, raw, collapsed);
    keep_path(mem, f->collapsed_id, f->collapsed_id, collapsed, collapsed);
    f->path = arena_copy(&mem->a, f->path, (size_t) f->n_path * sizeof *f->path);
    f->collapsed =
        arena_copy(&mem->a, f->collapsed, (size_t) f->n_collapsed * sizeof *f->collapsed);
    f->segment = arena_strdup(&mem->a, f->segment);
    f->channels = arena_strdup(&mem->a, f->channels);
    return row;
}

static void save_journeys(struct mem *mem, const struct changes *c)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < c->journeys.n; i++) {
            const struct change_journey *ch = &c->journeys.at[i];
            size_t k;
            if (ch->gone != (pass == 0))
                continue;
            FIND(mem->journeys, k,
                 memcmp(&mem->journeys.at[k].id, &ch->id, sizeof ch->id) == 0);
            if (pass == 0) {
                if (k == mem->journeys.n)
                    mem_fail(mem, "deleted journey %s is not there", text_uuid(&ch->id));
                else
                    REMOVE(mem->journeys, k);
                continue;
            }
            if (memcmp(&ch->id, &ch->facts.id, sizeof ch->id) != 0)
                mem_fail(mem, "two ids of one journey");
            (void) mem_key_no(mem, ch->customer_no);
            if (k == mem->journeys.n)
                (void) VEC_NEXT(&mem->a, mem->journeys);
            mem->journeys.at[k] = keep_journey(mem, ch);
        }
}

/* --- customers ---------------------------------------------------------------------- */

static void add_channel(struct mem *mem, struct mem_customer *row, const char *channel)
{
    size_t i;
    FIND(row->channels, i, strcmp(row->channels.at[i], channel) == 0);
    if (i == row->channels.n)
        VEC_PUSH(&mem->a, row->channels, arena_strdup(&mem->a, channel));
}

void mem_recount_extremes(struct mem *mem, struct mem_customer *row)
{
    row->first_us = US_MAX;
    row->last_us = US_MIN;
    row->channels.n = 0;
    for (size_t i = 0; i < mem->chunks.n; i++) {
        const struct change_chunk *ch = &mem->chunks.at[i];
        if (ch->no != row->no)
            continue;
        for (uint32_t k = 0; k < ch->n; k++) {
            int64_t t_us = ch->events[k].t_us;
            row->first_us = t_us < row->first_us ? t_us : row->first_us;
            row->last_us = t_us > row->last_us ? t_us : row->last_us;
            add_channel(mem, row, mem->m->attrs[ch->events[k].attr].channel);
        }
    }
}

struct mem_customer *mem_customer_no(struct mem *mem, int64_t no)
{
    size_t k;
    FIND(mem->customers, k, mem->customers.at[k].no == no);
    if (k == mem->customers.n) {
        (void) mem_key_no(mem, no);
        VEC_PUSH(&mem->a, mem->customers,
                 ((struct mem_customer){.no = no, .first_us = US_MAX, .last_us = US_MIN}));
    }
    return &mem->customers.at[k];
}

static void save_customers(struct mem *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->customers.n; i++) {
        const struct change_customer *ch = &c->customers.at[i];
        struct mem_customer *row = mem_customer_no(mem, ch->no);
        row->events += ch->events;
        row->sessions += ch->sessions;
        row->journeys += ch->journeys;
        row->flood_days += ch->flood_days;
        if (row->events < 0 || row->sessions < 0 || row->journeys < 0 ||
            row->flood_days < 0)
            mem_fail(mem, "counter of customer %lld below zero", (long long) ch->no);
        row->first_us = ch->first_us < row->first_us ? ch->first_us : row->first_us;
        row->last_us = ch->last_us > row->last_us ? ch->last_us : row->last_us;
        for (size_t n = 0; n < ch->n_channels; n++)
            add_channel(mem, row, ch->channels[n]);
        if (ch->recount_extremes)
            mem_recount_extremes(mem, row);
    }
    mem->unnamed_events += c->unnamed_events;
    if (mem->unnamed_events < 0)
        mem_fail(mem, "unnamed_events below zero");
}

/* --- cells -------------------------------------------------------------------------- */

static struct mem_cell *find_cell(struct mem *mem, const struct cell_key *key)
{
    size_t i;
    FIND(mem->cells, i,
         mem->cells.at[i].scenario == key->scenario && mem->cells.at[i].day == key->day &&
             mem->cells.at[i].kind == (enum cell_kind) key->kind &&
             mem->cells.at[i].a == key->a && mem->cells.at[i].b == key->b &&
             mem->cells.at[i].c == key->c &&
             strcmp(mem->cells.at[i].segment, key->segment) == 0);
    if (i == mem->cells.n) {
        struct mem_cell *cell = VEC_NEXT(&mem->a, mem->cells);
        memset(cell, 0, sizeof *cell);
        cell->scenario = key->scenario;
        cell->day = key->day;
        cell->segment = arena_strdup(&mem->a, key->segment);
        cell->kind = (enum cell_kind) key->kind;
        cell->a = key->a;
        cell->b = key->b;
        cell->c = key->c;
    }
    return &mem->cells.at[i];
}

/* Kept sorted by bucket, without zeros. */
static void add_bucket(struct mem *mem, struct mem_cell *cell,
                       const struct bucket_count *add)
{
    size_t i;
    if (add->n == 0)
        return;
    FIND(cell->buckets, i, cell->buckets.at[i].bucket >= add->bucket);
    if (i == cell->buckets.n || cell->buckets.at[i].bucket != add->bucket) {
        (void) VEC_NEXT(&mem->a, cell->buckets);
        memmove(&cell->buckets.at[i + 1], &cell->buckets.at[i],
                (cell->buckets.n - 1 - i) * sizeof *cell->buckets.at);
        cell->buckets.at[i] = (struct bucket_count){add->bucket, 0};
    }
    cell->buckets.at[i].n += add->n;
    if (cell->buckets.at[i].n == 0)
        REMOVE(cell->buckets, i);
}

static void save_cells(struct mem *mem, const struct changes *c)
{
    for (size_t i = 0; i < c->cells.cells.n; i++) {
        const struct cell_key *key = map_key_at(&c->cells.cells, i);
        const struct cell_counts *add = map_value_at(&c->cells.cells, i);
        if (cell_is_zero(add))
            continue; /* a store does not write it */
        struct mem_cell *cell = find_cell(mem, key);
        for (int k = 0; k < CELL_COUNTS; k++)
            cell->counts[k] += add->c[k];
        for (size_t k = 0; k < add->n_buckets; k++)
            add_bucket(mem, cell, &add->buckets[k]);
    }
    for (size_t i = 0; i < mem->cells.n; i++) {
        const struct mem_cell *cell = &mem->cells.at[i];
        bool bad = false;
        for (int k = 0; k < CELL_COUNTS; k++)
            bad |= cell->counts[k] < 0;
        for (size_t k = 0; k < cell->buckets.n; k++)
            bad |= cell->buckets.at[k].n < 0;
        if (bad)
            mem_fail(mem, "a count below zero in a cell of %s %s (kind %d)",
                     mem->m->scenarios[cell->scenario].name, text_day(cell->day),
                     cell->kind);
    }
}

void mem_save(struct mem *mem, const struct changes *c)
{
    save_keys(mem, c);
    save_aliases(mem, c);
    save_switches(mem, c);
    save_logins(mem, c);
    save_facts(mem, c);
    save_messages(mem, c);
    save_chunks(mem, c);
    save_sessions(mem, c);
    save_journeys(mem, c);
    save_customers(mem, c);
    save_cells(mem, c);
    save_forget(mem, c);
}
