/* The settings that a number depends on, as canonical text, and the fingerprint over
 * them. A database remembers them; a process that would count differently is refused with
 * their names.
 *
 * rebuildable: F reads it, so `rebuild` can apply it to the stored timelines.
 * forward_only: it decides what is accepted or how a message is read, so it holds from
 * now on and refuses nothing. Neither: the keys of the past were made with it (secret,
 * namespaces); only a fresh database and a replay can follow. Brokers, data source names
 * and limits are not here: no number depends on them. privacy.small_groups stands here as
 * the views read it, but outside the fingerprint: it changes what readers are shown, not
 * what is counted. Values of keys stand here as hashes only. */
#include "io/config/config_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum change { FIXED, REBUILDABLE, FORWARD_ONLY };

struct list {
    struct config *c;
    int cap;
    struct buf text; /* of the setting being written */
};

static void add(struct list *l, const char *name, enum change change)
{
    struct config *c = l->c;
    if (c->n_settings == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 64;
        c->settings = realloc(c->settings, (size_t) l->cap * sizeof *c->settings);
        if (c->settings == NULL)
            abort();
    }
    buf_add(&l->text, "", 1);
    c->settings[c->n_settings++] =
        (struct config_setting){.name = config_heap(name),
                                .value = config_heap(l->text.data),
                                .rebuildable = change == REBUILDABLE,
                                .forward_only = change == FORWARD_ONLY};
    buf_reset(&l->text);
}

static void add_number(struct list *l, const char *name, int64_t value, const char *unit,
                       enum change change)
{
    buf_printf(&l->text, "%lld%s", (long long) value, unit);
    add(l, name, change);
}

static void hex(struct buf *b, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%02x", bytes[i]);
}

static void hmac_hex(struct list *l, const char *label, const char *value)
{
    uint8_t digest[32];
    hmac_of(&l->c->hmac, label, value, strlen(value), digest);
    hex(&l->text, digest, 16);
}

static void add_identity(struct list *l)
{
    const struct model *m = &l->c->model;
    static const char *const kinds[] = {
        [KEY_PERSON] = "person", [KEY_DEVICE] = "device", [KEY_CASE] = "case"};
    hmac_hex(l, "journeyd", "fingerprint");
    add(l, "identity.secret", FIXED);
    for (int i = 0; i < m->n_namespaces; i++)
        buf_printf(&l->text, "%s%s:%s%s%s", i ? " " : "", m->namespaces[i].name,
                   kinds[m->namespaces[i].kind], m->namespaces[i].lower ? ":lower" : "",
                   m->namespaces[i].strip_blanks ? ":strip_blanks" : "");
    add(l, "identity.namespaces", FIXED);
    for (int i = 0; i < m->n_namespaces; i++)
        if (m->namespaces[i].unique)
            buf_printf(&l->text, "%s%s", l->text.len ? " " : "", m->namespaces[i].name);
    add(l, "identity.unique", FORWARD_ONLY);
    for (int i = 0; i < m->n_namespaces; i++)
        for (int k = 0; k < m->namespaces[i].n_blocked; k++) {
            buf_printf(&l->text, "%s%s:", l->text.len ? " " : "", m->namespaces[i].name);
            hmac_hex(l, m->namespaces[i].name, m->namespaces[i].blocked[k]);
        }
    add(l, "identity.blocked", FORWARD_ONLY);
    add_number(l, "identity.login_ttl", m->login_ttl_us, "us", REBUILDABLE);
    add_number(l, "identity.stitch_back", m->stitch_back_us, "us", REBUILDABLE);
    add_number(l, "identity.max_aliases", m->max_aliases, "", REBUILDABLE);
    const struct key *lists[] = {m->kiosks, m->exclude};
    const int counts[] = {m->n_kiosks, m->n_exclude};
    static const char *const names[] = {"identity.kiosks", "identity.exclude"};
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < counts[i]; k++) {
            buf_printf(&l->text, "%s%s:", k ? " " : "",
                       m->namespaces[lists[i][k].ns].name);
            hex(&l->text, lists[i][k].hash, sizeof lists[i][k].hash);
        }
        add(l, names[i], REBUILDABLE);
    }
}

static void add_vocabulary(struct list *l)
{
    const struct model *m = &l->c->model;
    for (int i = 0; i < m->n_touchpoints; i++)
        buf_printf(&l->text, "%s%s", i ? " " : "", m->touchpoints[i].code);
    add(l, "vocabulary.order", REBUILDABLE);
    for (int i = 0; i < m->n_touchpoints; i++)
        buf_printf(&l->text, "%s%s:%d:%s", i ? " " : "", m->touchpoints[i].code,
                   m->touchpoints[i].initiator,
                   m->stages[m->touchpoints[i].stage].channel);
    add(l, "vocabulary.defaults", FORWARD_ONLY);
}

static void places(struct list *l, const char *name, const struct placeset *set)
{
    const struct model *m = &l->c->model;
    buf_printf(&l->text, " %s[", name);
    const char *between = "";
    for (int i = 0; i < m->n_touchpoints; i++)
        if (placeset_has(set, (unsigned) i)) {
            buf_printf(&l->text, "%s%s", between, m->touchpoints[i].code);
            between = " ";
        }
    buf_adds(&l->text, "]");
}

static void add_scenario(struct list *l, const struct scenario *sc)
{
    const struct model *m = &l->c->model;
    buf_printf(&l->text, "scope=%s by=%d patience=%lld deadline=%lld identified=%d",
               sc->scope < 0 ? "customer" : m->namespaces[sc->scope].name, sc->start_by,
               (long long) sc->patience_us, (long long) sc->deadline_us,
               sc->identified_only);
    places(l, "start", &sc->start);
    places(l, "goal", &sc->goal);
    places(l, "fail", &sc->fail);
    places(l, "steps", &sc->member);
    for (int i = 0; i < m->n_touchpoints; i++)
        if (sc->waits_us[i] >= 0)
            buf_printf(&l->text, " wait %s=%lld", m->touchpoints[i].code,
                       (long long) sc->waits_us[i]);
    for (int i = 0; i < sc->n_checkpoints; i++)
        places(l, sc->checkpoints[i].name, &sc->checkpoints[i].at);
    char name[160];
    snprintf(name, sizeof name, "scenarios.%s", sc->name);
    add(l, name, REBUILDABLE);
}

static void add_sources(struct list *l, const struct config_build *b)
{
    struct buf canonical;
    buf_init(&canonical);
    for (size_t i = 0; i < b->n_sources; i++) {
        buf_reset(&canonical);
        yaml_canonical(b->sources[i], &canonical);
        struct sha256 s;
        uint8_t digest[32];
        sha256_begin(&s);
        sha256_add(&s, canonical.data, canonical.len);
        sha256_end(&s, digest);
        hex(&l->text, digest, sizeof digest);
        char name[160];
        snprintf(name, sizeof name, "sources.%s",
                 yaml_get(b->sources[i], "source")->text);
        add(l, name, FORWARD_ONLY);
    }
    buf_done(&canonical);
}

static void fingerprint(struct config *c)
{
    struct sha256 s;
    uint8_t digest[32];
    sha256_begin(&s);
    for (int i = 0; i < c->n_settings; i++) {
        sha256_add(&s, c->settings[i].name, strlen(c->settings[i].name) + 1);
        sha256_add(&s, c->settings[i].value, strlen(c->settings[i].value) + 1);
    }
    sha256_end(&s, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(c->fingerprint + 2 * i, 3, "%02x", digest[i]);
}

void config_settings(struct config_build *b)
{
    static const char *const dims[] = {[DIM_BRANCH] = "branch",
                                       [DIM_CUSTOMER_GROUP] = "customer_group",
                                       [DIM_DEVICE_CLASS] = "device_class",
                                       [DIM_ITEM_TYPE] = "item_type"};
    struct config *c = b->c;
    const struct model *m = &c->model;
    struct list l = {.c = c};
    buf_init(&l.text);
    buf_printf(&l.text, "%s %s", c->time_zone, zone_fingerprint(m->zone));
    add(&l, "library.time_zone", REBUILDABLE);
    for (int i = 0; i < c->n_tenants; i++)
        buf_printf(&l.text, "%s%s", i ? " " : "", c->tenants[i]);
    add(&l, "library.tenants", FORWARD_ONLY);
    add_identity(&l);
    add_number(&l, "sessions.gap", m->session_gap_us, "us", REBUILDABLE);
    add_number(&l, "sessions.max_day_events", m->max_day_events, "", REBUILDABLE);
    add_number(&l, "journeys.max_path", m->max_path, "", REBUILDABLE);
    buf_adds(&l.text, m->segment_by < 0 ? "" : dims[m->segment_by]);
    add(&l, "journeys.segment_by", REBUILDABLE);
    add_number(&l, "watermark.allowed_disorder", m->allowed_disorder_us, "us",
               FORWARD_ONLY);
    add_number(&l, "watermark.idle_after", m->idle_after_us, "us", FORWARD_ONLY);
    add_number(&l, "watermark.max_future_skew", m->max_future_skew_us, "us",
               FORWARD_ONLY);
    for (int i = 0; i < m->n_never_groups; i++)
        buf_printf(&l.text, "%s%s", i ? "\n" : "", m->never_groups[i]);
    if (m->n_never_groups > 0)
        add(&l, "privacy.never_store_groups", FORWARD_ONLY);
    add_vocabulary(&l);
    for (int i = 1; i < m->n_scenarios; i++) /* visit follows from sessions.gap */
        add_scenario(&l, &m->scenarios[i]);
    add_sources(&l, b);
    fingerprint(c);
    add_number(&l, "privacy.small_groups", c->small_groups, "", FORWARD_ONLY);
    buf_done(&l.text);
}
