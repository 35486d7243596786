/* What every test program with Check shares: run one suite, print Check's report and, as the last
 * line, "N passed, N failed". TEST_TIMEOUT_SCALE stretches Check's time limits under sanitizers.
 *
 *     static Suite *arena_suite(void) { ... }
 *     UNIT_MAIN(arena_suite)
 */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Check tells its parent process about every ck_assert that held; within loops of thousands this
 * one, which speaks only when it does not hold, is a hundred times faster. */
#define UNIT_CHECK(condition, ...)          \
    do {                                    \
        if (!(condition))                   \
            ck_abort_msg(__VA_ARGS__);      \
    } while (0)

static inline int unit_main(Suite *(*make_suite)(void))
{
    const char *scale = getenv("TEST_TIMEOUT_SCALE");
    if (scale && *scale)
        setenv("CK_TIMEOUT_MULTIPLIER", scale, 0);

    SRunner *runner = srunner_create(make_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    int run = srunner_ntests_run(runner);
    srunner_free(runner);
    printf("%d passed, %d failed\n", run - failed, failed);
    return failed == 0 && run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define UNIT_MAIN(suite_function)          \
    int main(void)                         \
    {                                      \
        return unit_main(suite_function);  \
    }

/* A suite of one test case from a list of tests: UNIT_SUITE(map_suite, "map", test_a, test_b) */
static inline Suite *unit_suite(const char *name, const TTest *const *tests, size_t n)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);

    tcase_set_timeout(tcase, 20);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

#define UNIT_SUITE(suite_function, name, ...)                               \
    static Suite *suite_function(void)                                      \
    {                                                                       \
        const TTest *const tests[] = {__VA_ARGS__};                         \
        return unit_suite((name), tests, sizeof tests / sizeof tests[0]);   \
    }

#endif
