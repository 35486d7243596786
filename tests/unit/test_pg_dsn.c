/* Nothing of a data source name is ever told: each of these holds "geheim", where a password
 * stands or where it ends up when it is written wrongly. */
#include <string.h>

#include "io/store/pg.h"
#include "io/store/pg_dsn.h"
#include "unit.h"

static const struct {
    const char *dsn, *told;
} broken[] = {
    {"host=db user=j password=ge geheim", "without \"=\""},
    {"host=db password='geheim", "not closed"},
    {"host=db password='it's geheim'", "without \"=\""},
    {"host=db password=a geheim=b", "does not know"},
    {"host=db pasword=geheim", "does not know"},
    {"geheim", "without \"=\""},
    {"postgresq://j:geheim@db/x", "without \"=\""},
    {"postgresq://j:geheim@db/x?sslmode=require", "does not know"},
    {"postgresql://j:ge%geheim@db/x", "% without two hex digits"},
    {"postgresql://j:ge@geheim@db/x", "an @ behind the host"},
    {"postgresql://j:ge@geheim/x", NULL}, /* a host as good as any */
    {"postgresql://j:ge/geheim@db/x", "an @ behind the host"},
    {"postgresql://j:12/geheim@db/x", "an @ behind the host"},
    {"postgresql:///j:geheim@db/x", "an @ behind the host"},
    {"postgresql://j@ge:geheim/x", "no number from 1 to 65535"},
    {"postgresql://[geheim/x", "a [ without its ]"},
    {"postgresql://db/x?geheim=1", "behind ? that libpq does not know"},
    {"postgresql://db/x?sslmode", "without \"=\""},
    {"postgresql://db/x?user=j=geheim", "two \"=\""},
    {"host=j:ge@geheim dbname=x", "an @ stands in the host"},
    {"host=db port=geheim", "no number from 1 to 65535"},
    {"host=db port=0", "no number from 1 to 65535"},
    {"host=db port=65536", "no number from 1 to 65535"},
    {"host=a,b port=5432,", NULL},
    {"host=@socket,/tmp port=5433 dbname=x password='ge heim @ /'", NULL},
    {"postgresql://j:ge%40heim@db:5432/x?sslmode=require", NULL},
    {"", NULL},
};

START_TEST(what_is_broken_is_told_without_any_value)
{
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct err err = {0};
        bool ok = pg_dsn_check(broken[i].dsn, &err);
        ck_assert_msg(ok == !broken[i].told, "%s: %s", broken[i].dsn, err.text);
        if (ok)
            continue;
        ck_assert_int_eq(err.kind, ERR_CONFIG);
        ck_assert_msg(strstr(err.text, broken[i].told) && !strstr(err.text, "geheim"), "%s: %s",
                      broken[i].dsn, err.text);
    }
}
END_TEST

/* What only the attempt to connect finds. */
START_TEST(a_value_that_libpq_refuses_is_not_told)
{
    static const char *const dsns[][2] = {
        {"host=/nowhere sslmode=geheim", "the value of sslmode"},
        {"host=/nowhere target_session_attrs='geh\"eim'", "the value of target_session_attrs"},
    };
    for (size_t i = 0; i < sizeof dsns / sizeof *dsns; i++) {
        struct pg pg = {0};
        struct err err = {0};
        ck_assert(!pg_open(&pg, dsns[i][0], NULL, &err));
        ck_assert_msg(err.kind == ERR_CONFIG && strstr(err.text, dsns[i][1]), "%s", err.text);
        ck_assert_msg(!strstr(err.text, "geh"), "%s", err.text);
    }
    struct err err = {0};
    ck_assert(pg_dsn_is_refused("invalid integer value \"geheim\" for connection option "
                                "\"connect_timeout\"", &err));
    ck_assert_str_eq(err.text, "postgres.dsn: libpq does not take the value of connect_timeout");
    ck_assert(!pg_dsn_is_refused("connection to server failed: invalid", &err));
}
END_TEST

START_TEST(who_does_not_answer_is_away)
{
    struct pg pg = {0};
    struct err err = {0};
    ck_assert(!pg_open(&pg, "host=/nowhere password=geheim", NULL, &err));
    ck_assert_int_eq(err.kind, ERR_UNAVAILABLE);
    ck_assert(!strstr(err.text, "geheim"));
}
END_TEST

UNIT_SUITE(pg_dsn_suite, "pg_dsn", what_is_broken_is_told_without_any_value,
           a_value_that_libpq_refuses_is_not_told, who_does_not_answer_is_away)
UNIT_MAIN(pg_dsn_suite)
