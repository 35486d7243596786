#include <string.h>

#include "app/options.h"
#include "base/clock.h"
#include "unit.h"

static const struct option_spec specs[] = {
    {"config", 'c', "FILE", "the configuration", true},
    {"batch", 'n', "N", "events a batch", false},
    {"watermark", 0, "TIME|end", "how far time is", false},
    {"quiet", 'q', NULL, "say nothing", false},
    {0},
};

#define MOST_WORDS 16

struct parsed {
    struct options o;
    struct err err;
    bool ok;
    char text[256];
    char *argv[MOST_WORDS];
};

/* Parses a line of words. */
static void parse(struct parsed *p, const char *line)
{
    int argc = 0;

    memset(p, 0, sizeof *p);
    strncpy(p->text, line, sizeof p->text - 1);
    for (char *save, *w = strtok_r(p->text, " ", &save); w; w = strtok_r(NULL, " ", &save))
        p->argv[argc++] = w;
    p->ok = options_parse(&p->o, specs, argc, p->argv, &p->err);
}

START_TEST(all_spellings)
{
    struct parsed p;

    parse(&p, "a -c x.yaml --batch=7 b --quiet - -12 -- --not-an-option");
    ck_assert_msg(p.ok, "%s", p.err.text);
    ck_assert_str_eq(options_get(&p.o, "config"), "x.yaml");
    ck_assert_str_eq(options_get(&p.o, "batch"), "7");
    ck_assert(options_has(&p.o, "quiet") && !options_get(&p.o, "quiet"));
    ck_assert(!options_has(&p.o, "watermark"));
    ck_assert_int_eq(p.o.n_inputs, 5);
    ck_assert_str_eq(p.o.inputs[0], "a");
    ck_assert_str_eq(p.o.inputs[1], "b");
    ck_assert_str_eq(p.o.inputs[2], "-");
    ck_assert_str_eq(p.o.inputs[3], "-12");
    ck_assert_str_eq(p.o.inputs[4], "--not-an-option");

    parse(&p, "-cx.yaml --batch 1 --batch 2");
    ck_assert(p.ok);
    ck_assert_str_eq(options_get(&p.o, "config"), "x.yaml");
    ck_assert_str_eq(options_get(&p.o, "batch"), "2");
    parse(&p, "--config= -q");
    ck_assert(p.ok);
    ck_assert_str_eq(options_get(&p.o, "config"), "");
}
END_TEST

START_TEST(help_needs_nothing_else)
{
    struct parsed p;

    parse(&p, "--help");
    ck_assert(p.ok && options_has(&p.o, "help"));
    parse(&p, "-h");
    ck_assert(p.ok && options_has(&p.o, "help"));
}
END_TEST

START_TEST(mistakes)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"-c x --bacth 1", "did you mean --batch?"},
        {"-c x --zzzzzz", "unknown option --zzzzzz"},
        {"-c x -z", "unknown option -z"},
        {"-c x --zzzzzz=card=7001", "unknown option --zzzzzz"},
        {"-c x --bacth=card=7001", "did you mean --batch?"},
        {"-c x -zcard=7001", "unknown option -z"},
        {"-q", "--config FILE is required"},
        {"-c", "needs a value"},
        {"-c --quiet", "needs a value"},
        {"-c x --quiet=yes", "takes no value"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct parsed p;
        parse(&p, cases[i].line);
        ck_assert_msg(!p.ok, "%s", cases[i].line);
        ck_assert_int_eq(p.err.kind, ERR_USAGE);
        ck_assert_int_eq(err_exit_code(&p.err), 2);
        ck_assert_msg(strstr(p.err.text, cases[i].says) != NULL, "%s: %s", cases[i].line,
                      p.err.text);
        ck_assert_ptr_null(strstr(p.err.text, "7001")); /* it may have been meant as a key */
    }
}
END_TEST

START_TEST(numbers)
{
    struct parsed p;
    int64_t n;

    parse(&p, "-c x");
    ck_assert(options_int(&p.o, "batch", 5, 1, 100, &n, &p.err) && n == 5);
    parse(&p, "-c x -n 100");
    ck_assert(options_int(&p.o, "batch", 5, 1, 100, &n, &p.err) && n == 100);

    static const char *const bad[] = {"101", "0", "-1", "7x", "x", "+7", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char line[64];
        snprintf(line, sizeof line, "-c x -n %s", bad[i]);
        parse(&p, line);
        n = 42;
        ck_assert_msg(!options_int(&p.o, "batch", 5, 1, 100, &n, &p.err), "%s", bad[i]);
        ck_assert_int_eq(p.err.kind, ERR_USAGE);
    }
}
END_TEST

START_TEST(times)
{
    struct parsed p;
    int64_t t_us;

    parse(&p, "-c x");
    ck_assert(options_time(&p.o, "watermark", true, 7, &t_us, &p.err) && t_us == 7);
    parse(&p, "-c x --watermark 1970-01-01T00:00:01Z");
    ck_assert(options_time(&p.o, "watermark", true, 7, &t_us, &p.err) && t_us == US_PER_S);
    parse(&p, "-c x --watermark end");
    ck_assert(options_time(&p.o, "watermark", true, 7, &t_us, &p.err) && t_us == US_MAX);
    ck_assert(!options_time(&p.o, "watermark", false, 7, &t_us, &p.err));
    parse(&p, "-c x --watermark 1970-01-01");
    ck_assert(!options_time(&p.o, "watermark", true, 7, &t_us, &p.err));
    ck_assert_int_eq(p.err.kind, ERR_USAGE);
}
END_TEST

START_TEST(the_first_error_wins)
{
    struct err err = {0};

    ck_assert(!err_set(&err, ERR_RETRY, "first %d", 1));
    ck_assert(!err_set(&err, ERR_FATAL, "second"));
    ck_assert_int_eq(err.kind, ERR_RETRY);
    ck_assert_str_eq(err.text, "first 1");
    err_clear(&err);
    ck_assert_int_eq(err_exit_code(&err), 0);
}
END_TEST

UNIT_SUITE(options_suite, "options", all_spellings, help_needs_nothing_else, mistakes, numbers,
           times, the_first_error_wins)
UNIT_MAIN(options_suite)
