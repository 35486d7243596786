/* mapping_clear.c: a trial configuration tells what became which hash, any other tells
 * nothing, and both map a message alike but for the hashes. */
#include <string.h>

#include "golden/golden.h"
#include "io/config/config.h"
#include "io/mapping/mapping.h"
#include "io/mapping/mapping_clear.h"
#include "unit.h"

static const char message[] =
    "{\"id\":7,\"time\":\"2026-03-01T10:00:00Z\",\"touchpoint\":\"discover.search\","
    "\"keys\":{\"email\":\" Rea.Der@Example.ORG \",\"card\":[\"2001\",\"000000\"]},"
    "\"cases\":{\"hold\":1}}";

static struct mapped map(struct config *c, struct arena *a)
{
    struct message msg = {.topic = "plain.x",
                          .ts_us = INT64_C(1780272000000000),
                          .value = message,
                          .value_len = strlen(message)};
    const struct mapped *got;
    ck_assert_uint_eq(mapping_apply(c->mapping, &msg, -1, a, &got), 1);
    ck_assert_int_eq(got->outcome, OUTCOME_EVENT);
    ck_assert_uint_eq(got->event.n_keys, 3);
    return *got;
}

static const char *clear(struct config *c, const struct mapped *got, const char *ns)
{
    for (int i = 0; i < got->event.n_keys; i++)
        if (strcmp(c->model.namespaces[got->event.keys[i].ns].name, ns) == 0)
            return mapping_clear_key(c->mapping, &got->event.keys[i]);
    return "(no such key)";
}

START_TEST(tells_what_became_a_hash)
{
    struct buf report;
    struct err err = {0};
    struct arena a;
    arena_init(&a);
    buf_init(&report);
    struct config *c = config_load_trial("deploy/journeyd.yaml", &report, &err);
    ck_assert_msg(c != NULL, "%s", err.text); /* its secret_file is not there */
    for (int round = 0; round < 2; round++) {
        struct mapped got = map(c, &a);
        ck_assert_str_eq(mapping_clear_id(c->mapping, got.event.id), "7");
        ck_assert_str_eq(clear(c, &got, "email"), "rea.der@example.org");
        ck_assert_str_eq(clear(c, &got, "card"), "2001");
        ck_assert_str_eq(clear(c, &got, "hold"), "1");
        mapping_clear_forget(c->mapping);
        ck_assert_ptr_null(mapping_clear_id(c->mapping, got.event.id));
        ck_assert_ptr_null(clear(c, &got, "email"));
    }
    buf_done(&report);
    config_free(c);
    arena_done(&a);
}
END_TEST

START_TEST(is_off_everywhere_else)
{
    struct buf report;
    struct err err = {0};
    struct arena a;
    arena_init(&a);
    buf_init(&report);
    struct config *c = config_load(golden_deploy(), &report, &err);
    ck_assert_msg(c != NULL, "%s", err.text);
    struct mapped got = map(c, &a);
    ck_assert_ptr_null(mapping_clear_id(c->mapping, got.event.id));
    ck_assert_ptr_null(clear(c, &got, "email"));
    ck_assert_ptr_null(clear(c, &got, "card"));
    mapping_clear_forget(c->mapping);
    buf_done(&report);
    config_free(c);
    arena_done(&a);
}
END_TEST

UNIT_SUITE(mapping_clear_suite, "mapping_clear", tells_what_became_a_hash,
           is_off_everywhere_else)
UNIT_MAIN(mapping_clear_suite)
