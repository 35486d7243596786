/* See person.h. Whose rows they are is worked out as `identity show` does it (lookup.h): the keys of
 * the customer, the spans of devices, the cases. Each section is a statement over these, and tells
 * people, devices and cases as the ids of the views. What is somebody else's is left out: other
 * people's keys in shared facts are told as keys, never with what is known of them. */
#include "io/store/person.h"

#include "io/store/store_internal.h"

/* Parameters of every section: the customer's number; its keys; devices; the cases it owns; and the
 * spans in which a device was the customer's. */
#define ROOT "$1"
#define KEYS "$2"
#define DEVICES "$3"
#define CASES "$4"
#define SPANS "unnest($5::bigint[], $6::bigint[], $7::bigint[]) as span (device_no, from_us, to_us)"

#define TIME_OF(us) "journey_internal.timestamp_of(" us ")"
/* A time that may stand for no bound at all. */
#define BOUND_OF(us)                                                                               \
    "case when " us " between -9223372036854775 and 253402300799999999 then " TIME_OF(us) " end"

/* The public id of a key that stands as (number of a namespace, hash). */
#define ID_OF(namespace, kind, hash)                                                               \
    "case " kind " when 'case' then journey_internal.case_uuid(" namespace ", " hash ")"           \
    " else journey_internal.customer_uuid(" namespace ", " hash ") end"

/* From a table that has a column with the number of a key: its namespace and id. */
#define KEY_OF(alias, number)                                                                      \
    " join journey_internal.key as " alias " on " alias ".key_no = " number                        \
    " join journey_internal.namespace as " alias "n on " alias "n.ns_no = " alias ".ns_no"
#define ID(alias) ID_OF(alias "n.name", alias "n.kind", alias ".hash")

/* Keys of an event or message as "namespace id", in key order. */
#define KEYS_OF(from) "array(select n.name || ' ' || " ID_OF("n.name", "n.kind", "k.hash")         \
    " from " from " join journey_internal.namespace as n on n.ns_no = k.ns_no order by k.place)"
#define CHUNK_KEYS                                                                                 \
    "(select p.place, t.key_ns[p.position] as ns_no, t.key_hash[p.position] as hash"               \
    " from unnest(t.keys[e.key_from : e.key_from + e.n_keys - 1]) with ordinality"                 \
    " as p (position, place)) as k"
#define CARRIES_ONE                                                                                \
    "exists (select from " CHUNK_KEYS " join journey_internal.key as mine on mine.ns_no = k.ns_no" \
    " and mine.hash = k.hash where mine.key_no = any (" KEYS "))"
#define EVENT                                                                                      \
    TIME_OF("e.at") " as occurred_at, a.source, tp.code as touchpoint, a.channel, a.initiator,"    \
    " a.branch, a.customer_group, a.device_class, a.item_type"
#define EVENT_ID                                                                                   \
    "journey_internal.event_uuid(e.at, tp.code, a.source, e.id,"                                   \
    " array(select n.name from " CHUNK_KEYS " join journey_internal.namespace as n"                \
    " on n.ns_no = k.ns_no order by k.place),"                                                     \
    " array(select k.hash from " CHUNK_KEYS " order by k.place)) as event_id, "
#define CHUNKS                                                                                     \
    " cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) as e"         \
    " join journey_internal.attribute_set as a on a.attr_no = e.attr"                              \
    " join journey_internal.touchpoint as tp on tp.touchpoint_no = a.touchpoint_no"

struct section_sql {
    const char *name, *about, *json, *text;
};
#define SECTION(name, about, sql)                                                                  \
    {                                                                                              \
        name, about, "select row_to_json(x)::text from (" sql ") as x",                            \
            "select (select string_agg(c.key || ' ' || c.value, ', ' order by c.place)"            \
            " from json_each_text(row_to_json(x)) with ordinality as c (key, value, place)"        \
            " where c.value is not null) from (" sql ") as x"                                      \
    }

static const struct section_sql sections[PERSON_SECTIONS] = {
    SECTION("customer", "what is counted about the customer",
            "select " ID("k") " as customer_id,"
            " case when k.shared <> 0 then 'shared' else kn.kind end as kind,"
            " k.is_excluded or k.is_kiosk or k.shared <> 0 as is_excluded,"
            " coalesce(c.events, 0) as event_count, coalesce(c.sessions, 0) as session_count,"
            " coalesce(c.journeys, 0) as journey_count, coalesce(c.flood_days, 0) as flood_days,"
            " " TIME_OF("c.first_us") " as first_seen_at, " TIME_OF("c.last_us") " as last_seen_at"
            " from (select " ROOT "::bigint as no) as r" KEY_OF("k", "r.no")
            " left join journey_internal.customer as c on c.customer_no = r.no"),
    SECTION("key", "keys that name the customer: pseudonyms, never the values",
            "select kn.name as namespace, " ID("k") " as key_id,"
            " case k.shared when 1 then 'several_customers' when 2 then 'max_aliases' end as shared,"
            " k.shared_since, k.partners, k.is_excluded, k.is_kiosk, k.is_switched, k.is_forgotten"
            " from unnest(" KEYS "::bigint[]) as u (no)" KEY_OF("k", "u.no")
            " order by k.ns_no, k.hash"),
    SECTION("alias", "keys that came together in one message",
            "select kn.name as namespace, " ID("k") " as key_id, on_.name as other_namespace, "
            ID_OF("on_.name", "on_.kind", "o.hash") " as other_key_id, o.shared <> 0 as other_is_shared"
            " from journey_internal.alias as t" KEY_OF("k", "t.key_no")
            " join journey_internal.key as o on o.key_no = t.partner_no"
            " join journey_internal.namespace as on_ on on_.ns_no = o.ns_no"
            " where t.key_no = any (" KEYS ")"
            " and (t.partner_no <> all (" KEYS ") or t.key_no < t.partner_no)"
            " order by k.ns_no, k.hash, o.ns_no, o.hash"),
    SECTION("link_switch", "facts between two keys that an operator switched off",
            "select kn.name as namespace, " ID("k") " as key_id, on_.name as other_namespace, "
            ID_OF("on_.name", "on_.kind", "o.hash") " as other_key_id, x.acted_at as switched_at"
            " from journey_internal.link_switch as t" KEY_OF("k", "t.key_no")
            " join journey_internal.key as o on o.key_no = t.other_no"
            " join journey_internal.namespace as on_ on on_.ns_no = o.ns_no"
            " join journey_internal.operator_act as x on x.act_no = t.act_no"
            " where t.key_no = any (" KEYS ")"
            " and (t.other_no <> all (" KEYS ") or t.key_no < t.other_no)"
            " order by x.acted_at, k.ns_no, k.hash, o.ns_no, o.hash"),
    SECTION("device", "devices the customer logged in on, and when each belonged to the customer",
            "select kn.name as namespace, " ID("k") " as key_id, k.is_kiosk, "
            BOUND_OF("span.from_us") " as from_at, " BOUND_OF("span.to_us") " as to_at"
            " from unnest(" DEVICES "::bigint[]) as u (no)" KEY_OF("k", "u.no")
            " left join " SPANS " on span.device_no = u.no"
            " order by k.ns_no, k.hash, span.from_us"),
    SECTION("login", "logins of the customer",
            "select kn.name as namespace, " ID("k") " as device_id, " TIME_OF("l.at")
            " as logged_in_at, array(select mn.name || ' ' || " ID("m")
            " from unnest(t.keys[l.upto - l.n_keys + 1 : l.upto]) as p (no)" KEY_OF("m", "p.no")
            " where p.no = any (" KEYS ") order by m.ns_no, m.hash) as keys"
            " from journey_internal.login as t cross join lateral (select x.at, x.n_keys,"
            " sum(x.n_keys) over (order by x.place) as upto"
            " from unnest(t.at, t.n_keys) with ordinality as x (at, n_keys, place)) as l"
            KEY_OF("k", "t.device_no")
            " where t.device_no in (select d.device_no from journey_internal.login_device as d"
            " where d.key_no = any (" KEYS "))"
            " and t.keys[l.upto - l.n_keys + 1 : l.upto] && " KEYS " order by l.at, k.ns_no, k.hash"),
    SECTION("logout", "logouts while a device belonged to the customer",
            "select kn.name as namespace, " ID("k") " as device_id, " TIME_OF("t.at")
            " as logged_out_at from journey_internal.logout as t" KEY_OF("k", "t.device_no")
            " where t.device_no = any (" DEVICES ")"
            " and exists (select from " SPANS " where span.device_no = t.device_no"
            " and t.at between span.from_us and span.to_us) order by t.at, k.ns_no, k.hash"),
    SECTION("case", "cases (loans, holds, tickets) and what ties them to the customer",
            "select cn.name as namespace, " ID("c") " as case_id,"
            " t.case_no = any (" CASES ") as is_owned, kn.name as by_namespace, " ID("k")
            " as by_key_id, " TIME_OF("t.at") " as since"
            " from journey_internal.case_fact as t" KEY_OF("c", "t.case_no") KEY_OF("k", "t.key_no")
            " where t.key_no = any (" KEYS ")"
            " or (t.key_no = any (" DEVICES ") and t.case_no = any (" CASES "))"
            " order by t.at, c.ns_no, c.hash, k.ns_no, k.hash"),
    SECTION("event", "what was done, and when",
            "select " EVENT_ID EVENT ", " KEYS_OF(CHUNK_KEYS) " as keys"
            " from journey_internal.timeline as t" CHUNKS
            " where t.customer_no = " ROOT " order by t.day, t.chunk_no, e.place"),
    SECTION("case_event", "what was done with the customer's cases, by whomever",
            "select cn.name as namespace, " ID("c") " as case_id, " EVENT_ID EVENT
            " from journey_internal.case_timeline as t" CHUNKS KEY_OF("c", "t.case_no")
            " where t.case_no = any (" CASES ") order by c.ns_no, c.hash, t.chunk_no, e.place"),
    SECTION("other_event", "events that carry a key of the customer and belong to another one",
            "select " EVENT_ID EVENT " from journey_internal.timeline as t" CHUNKS
            " where t.customer_no in (select h.customer_no from journey_internal.key_holder as h"
            " where h.key_no = any (" KEYS ") and h.customer_no <> " ROOT ")"
            " and " CARRIES_ONE " order by e.at, e.id"),
    SECTION("session", "runs of events without a long break",
            "select v.* from journey.session as v where v.customer_id ="
            " (select c.customer_id from journey_internal.customer as c where c.customer_no = " ROOT
            ") order by v.started_at"),
    SECTION("journey", "what the customer tried to do, and how it ended",
            "select v.* from journey.journey as v where v.customer_id ="
            " (select c.customer_id from journey_internal.customer as c where c.customer_no = " ROOT
            ") order by v.started_at, v.scenario, v.journey_id"),
    SECTION("journey_step", "the events that are steps of these journeys",
            "select v.* from journey.journey_step as v where v.journey_id = any (array("
            "select j.journey_id from journey_internal.journey as j where j.customer_no = " ROOT
            ")) order by v.occurred_at, v.journey_id, v.step_no"),
    SECTION("identity_message", "user records, log-ins and log-outs that gave facts and no event",
            "select m.source, " TIME_OF("m.at") " as occurred_at, m.is_logout, "
            KEYS_OF("unnest(m.ns_nos, m.hashes) with ordinality as k (ns_no, hash, place)")
            " as keys from journey_internal.identity_message as m where m.hashes && array("
            "select k.hash from journey_internal.key as k where k.key_no = any (" KEYS " || " DEVICES
            ")) and exists (select from unnest(m.ns_nos, m.hashes) as k (ns_no, hash)"
            " join journey_internal.key as mine on mine.ns_no = k.ns_no and mine.hash = k.hash"
            " where mine.key_no = any (" KEYS ") or (cardinality(m.hashes) = 1 and exists"
            " (select from " SPANS " where span.device_no = mine.key_no"
            " and m.at between span.from_us and span.to_us)))"
            " order by m.at, m.id"),
    SECTION("tombstone", "spans in which nothing is kept: forgotten, or opted out",
            "select kn.name as namespace, " ID("k") " as key_id, " BOUND_OF("t.from_us")
            " as from_at, " BOUND_OF("t.to_us") " as to_at, " BOUND_OF("t.to_us") " is null as is_opted_out"
            " from journey_internal.tombstone as t" KEY_OF("k", "t.key_no")
            " where t.key_no = any (" KEYS ") or t.key_no = any (" CASES ")"
            " order by k.ns_no, k.hash, t.from_us"),
    SECTION("tombstone_pass", "keys that were forgotten with one of these, as a message tied them",
            "select kn.name as namespace, " ID("k") " as key_id, on_.name as other_namespace, "
            ID_OF("on_.name", "on_.kind", "o.hash") " as other_key_id from journey_internal.tombstone_pass as t"
            KEY_OF("k", "t.key_no")
            " join journey_internal.key as o on o.key_no = t.other_no"
            " join journey_internal.namespace as on_ on on_.ns_no = o.ns_no"
            " where t.key_no = any (" KEYS ") or t.other_no = any (" KEYS ")"
            " order by k.ns_no, k.hash, o.ns_no, o.hash"),
    SECTION("operator_act", "what operators did with these keys; who it was the library can tell",
            "select t.acted_at, t.action, t.namespaces, t.key_ids"
            " from journey_internal.operator_act as t where t.key_ids && array(select " ID("k")
            " from unnest(" KEYS "::bigint[] || " CASES "::bigint[]) as u (no)" KEY_OF("k", "u.no")
            ") order by t.act_no"),
};

#define CONFIGURED "tells the configuration, nobody"
#define COUNTED "counts of all customers together; no row is about one of them"
const struct person_table person_tables[] = {
    {"customer", "customer", NULL},
    {"key", "key", NULL},
    {"alias", "alias", NULL},
    {"link_switch", "link_switch", NULL},
    {"login", "login", NULL},
    {"login_device", "login", NULL},
    {"logout", "logout", NULL},
    {"case_fact", "case", NULL},
    {"timeline", "event", NULL},
    {"case_timeline", "case_event", NULL},
    {"key_holder", "other_event", NULL},
    {"session", "session", NULL},
    {"journey", "journey", NULL},
    {"identity_message", "identity_message", NULL},
    {"tombstone", "tombstone", NULL},
    {"tombstone_pass", "tombstone_pass", NULL},
    {"operator_act", "operator_act", NULL},
    {"attribute_set", NULL, "values that events of anybody have; those of the customer stand in event"},
    {"path", NULL, "paths that journeys of anybody took; those of the customer stand in journey"},
    {"quarantine", NULL, "places of refused messages in Kafka and why; nothing tells whose they are"},
    {"unmapped", NULL, "values of enumerations that no map knows, counted; no key"},
    {"cell", NULL, COUNTED},
    {"cell_delta", NULL, COUNTED},
    {"source_tally", NULL, COUNTED},
    {"source_counter", NULL, COUNTED},
    {"writer", NULL, COUNTED},
    {"segment", NULL, "names of groups, for instance of branches"},
    {"channel", NULL, CONFIGURED},
    {"setting", NULL, "the configuration; excluded keys and kiosks as hashes, not told here"},
    {"namespace", NULL, CONFIGURED},
    {"touchpoint", NULL, CONFIGURED},
    {"scenario", NULL, CONFIGURED},
    {"scenario_touchpoint", NULL, CONFIGURED},
    {"scenario_checkpoint", NULL, CONFIGURED},
    {"bucket", NULL, CONFIGURED},
    {"kafka_offset", NULL, "how far each partition was read"},
    {"offset_gap", NULL, "what was gone from Kafka before it was read"},
    {"retention", NULL, "up to which day events have gone"},
    {"retention_month", NULL, "which months of events have gone; " COUNTED},
    {"secret_epoch", NULL, "when the secret was changed; excluded keys (staff) and kiosks as hashes"},
    {"watermark", NULL, "how far journeys are closed"},
    {"migration", NULL, "versions of the tables"},
    {"schema_digest", NULL, "which build made the functions and views"},
    {0},
};

/* ---------------------------------------------------------------- reading */

static const int64_t *numbers_of(struct lookup *l, const struct lookup_key *at, size_t n)
{
    int64_t *nos = ARENA_NEW(&l->a, int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        nos[i] = at[i].no;
    return nos;
}

static void add_parameters(struct pg_params *p, struct lookup *l)
{
    VEC(int64_t) devices = {0}, cases = {0}, device = {0}, from = {0}, to = {0};
    for (size_t i = 0; i < l->cases.n; i++)
        if (l->cases.at[i].is_owned)
            VEC_PUSH(&l->a, cases, l->cases.at[i].key.no);
    for (size_t i = 0; i < l->devices.n; i++) {
        const struct lookup_device *d = &l->devices.at[i];
        VEC_PUSH(&l->a, devices, d->key.no);
        for (size_t k = 0; k < d->slices.n; k++) {
            VEC_PUSH(&l->a, device, d->key.no);
            VEC_PUSH(&l->a, from, d->slices.at[k].from_us);
            VEC_PUSH(&l->a, to, d->slices.at[k].to_us);
        }
    }
    pg_params_init(p, &l->a);
    pg_add_int8(p, l->root.no);
    pg_add_int8s(p, numbers_of(l, l->keys.at, l->keys.n), l->keys.n);
    pg_add_int8s(p, devices.at, devices.n);
    pg_add_int8s(p, cases.at, cases.n);
    pg_add_int8s(p, device.at, device.n);
    pg_add_int8s(p, from.at, from.n);
    pg_add_int8s(p, to.at, to.n);
}

static bool read_section(struct store *s, const struct section_sql *sql, bool as_json,
                         const struct pg_params *params, struct arena *a,
                         struct person_section *out, struct err *err)
{
    PGresult *r = pg_query(store_pg(s), as_json ? sql->json : sql->text, params, err);
    if (!r)
        return false;
    out->name = sql->name;
    out->about = sql->about;
    out->n = (size_t) PQntuples(r);
    out->rows = ARENA_NEW(a, const char *, out->n + 1);
    for (size_t i = 0; i < out->n; i++) {
        size_t len;
        const char *text = pg_text(r, (int) i, 0, &len);
        out->rows[i] = arena_strndup(a, text, len);
    }
    PQclear(r);
    return true;
}

bool person_read(struct store *s, const struct key *k, bool as_json, struct person *p,
                 struct err *err)
{
    struct pg_params params;
    p->lookup.is_whole = true;
    if (!lookup_key(s, k, &p->lookup, err))
        return false;
    if (!p->lookup.is_known)
        return true;
    add_parameters(&params, &p->lookup);
    for (int i = 0; i < PERSON_SECTIONS; i++)
        if (!read_section(s, &sections[i], as_json, &params, &p->lookup.a, &p->sections[i], err))
            return false;
    return true;
}
