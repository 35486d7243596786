/* Plans are generic and stay (pg.c), so one that was made when a table was empty would stay when it
 * has a million rows: read from end to end for each row of a batch, until autovacuum comes by, which
 * is a quadratic step in every large import of what was not there before. PostgreSQL looks at the
 * size of a table's file whenever it plans; so it is made to plan again when a table has grown from
 * nothing to a page, to two, to four, to eight. Beyond that a plan stays right. */
#include "io/store/store_internal.h"

enum { LOOK_AFTER = 1000 }; /* events and touches: enough that looking costs nothing */

/* Changes when a table grows out of a class, and when one comes or goes. */
static const char *const sql_classes =
    "select coalesce(sum(least(4, ceil(log(2, 1 + pg_relation_size(c.oid) / 8192.0)))), 0)::bigint"
    " from pg_class as c where c.relnamespace = 'journey_internal'::regnamespace"
    " and c.relkind = 'r'";

void plans_forget(struct store *s)
{
    s->plan_classes = -1;
    s->since_plans = 0;
}

bool plans_check(struct store *s, const struct batch *b, struct err *err)
{
    struct pg_params none = {0};
    size_t since = s->since_plans;

    s->since_plans += b->n_events + b->n_touches;
    if (s->plan_classes >= 0 && since < LOOK_AFTER)
        return true;
    PGresult *r = pg_query(&s->pg, sql_classes, &none, err);
    if (!r)
        return false;
    int64_t classes = pg_int8(r, 0, 0);
    PQclear(r);
    if (s->plan_classes >= 0 && classes != s->plan_classes &&
        !pg_exec(&s->pg, "discard plans", err))
        return false;
    s->plan_classes = classes;
    s->since_plans = b->n_events + b->n_touches;
    return true;
}
