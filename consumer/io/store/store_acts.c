/* What operators do: the switches of core/switches.h, and the row of operator_act that every act
 * writes in its own transaction. Keys are told as public ids, made like those of customers. */
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "io/store/store_internal.h"
#include "io/store/store_rows.h"

/* The name of the user this process runs as, or its number. */
static const char *os_user(struct arena *a)
{
    struct passwd room, *found = NULL;
    char text[1024];

    if (getpwuid_r(getuid(), &room, text, sizeof text, &found) == 0 && found)
        return arena_strdup(a, found->pw_name);
    return arena_printf(a, "%u", (unsigned) getuid());
}

/* No key, so no change of a person refers to it. */
bool acts_small_groups(struct store *s, struct arena *a, int64_t was, int64_t now, struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.operator_act (os_user, action, key_ids, namespaces, note)"
        " values ($1, 'small_groups', '{}', '{}', $2)";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_text(&p, os_user(a));
    pg_add_text(&p, arena_printf(a, "%lld -> %lld", (long long) was, (long long) now));
    return pg_run(&s->pg, sql, &p, NULL, err);
}

static bool write_act(struct store *s, struct arena *a, const char *who, enum store_action action,
                      const struct key *keys, size_t n_keys, struct err *err)
{
    static const char *const name[] = {"unlink", "relink", "forget", "export", "opt_out",
                                       "opt_in", "rotate"};
    static const char *const sql =
        "insert into journey_internal.operator_act (os_user, action, key_ids, namespaces)"
        " values ($1, $2, $3, $4) returning act_no";
    uint8_t(*id)[16] = arena_alloc(a, 16 * (n_keys + 1));
    const char **ns = ARENA_NEW(a, const char *, n_keys + 1);
    struct pg_params p;

    for (size_t i = 0; i < n_keys; i++) {
        bool is_case = s->m->namespaces[keys[i].ns].kind == KEY_CASE;
        struct uuid key_id = is_case ? id_case(s->m, &keys[i]) : id_customer(s->m, &keys[i]);
        memcpy(id[i], key_id.b, 16);
        ns[i] = s->m->namespaces[keys[i].ns].name;
    }
    pg_params_init(&p, a);
    pg_add_text(&p, who);
    pg_add_text(&p, name[action]);
    pg_add_uuids(&p, (const uint8_t(*)[16]) id, n_keys);
    pg_add_texts(&p, ns, n_keys);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    s->act_no = pg_int8(r, 0, 0);
    PQclear(r);
    return true;
}

bool store_act(struct store *s, struct arena *a, enum store_action action, const struct key *keys,
               size_t n_keys, struct err *err)
{
    return write_act(s, a, os_user(a), action, keys, n_keys, err);
}

bool store_act_of_source(struct store *s, struct arena *a, const char *source,
                         const struct key *keys, size_t n_keys, struct err *err)
{
    return write_act(s, a, arena_printf(a, "source %s", source), STORE_FORGET, keys, n_keys, err);
}

/* Both keys are locked: whoever reads the flag reads it under that lock. */
bool save_switches(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    static const char *const remove =
        "delete from journey_internal.link_switch as t using"
        " (select unnest($1::bigint[]) as a, unnest($2::bigint[]) as b) as u"
        " where (t.key_no = u.a and t.other_no = u.b) or (t.key_no = u.b and t.other_no = u.a)";
    static const char *const add =
        "insert into journey_internal.link_switch (key_no, other_no, act_no)"
        " select x.key_no, x.other_no, $3::bigint"
        " from (select unnest($1::bigint[]) as a, unnest($2::bigint[]) as b) as u,"
        " lateral (values (u.a, u.b), (u.b, u.a)) as x (key_no, other_no)";
    static const char *const flag =
        "update journey_internal.key as k set is_switched = exists"
        " (select from journey_internal.link_switch as t where t.key_no = k.key_no)"
        " where k.key_no = any ($1)";
    size_t n = c->switches.n, n_off = 0, n_on = 0;
    struct pg_params p;

    if (n == 0)
        return true;
    int64_t *off[2] = {ARENA_NEW(a, int64_t, n), ARENA_NEW(a, int64_t, n)};
    int64_t *on[2] = {ARENA_NEW(a, int64_t, n), ARENA_NEW(a, int64_t, n)};
    int64_t *nos = ARENA_NEW(a, int64_t, 2 * n);
    for (size_t i = 0; i < n; i++) {
        const struct change_switch *row = &c->switches.at[i];
        size_t k = row->off ? n_off++ : n_on++;
        (row->off ? off : on)[0][k] = row->a;
        (row->off ? off : on)[1][k] = row->b;
        nos[2 * i] = row->a;
        nos[2 * i + 1] = row->b;
    }
    pg_params_init(&p, a);
    pg_add_int8s(&p, on[0], n_on);
    pg_add_int8s(&p, on[1], n_on);
    if (n_on && !pg_run(&s->pg, remove, &p, NULL, err))
        return false;
    pg_params_init(&p, a);
    pg_add_int8s(&p, off[0], n_off);
    pg_add_int8s(&p, off[1], n_off);
    pg_add_int8(&p, s->act_no);
    if (n_off && !pg_run(&s->pg, add, &p, NULL, err))
        return false;
    pg_params_init(&p, a);
    pg_add_int8s(&p, nos, 2 * n);
    return pg_run(&s->pg, flag, &p, NULL, err);
}
