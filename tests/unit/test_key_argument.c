/* A key from the command line: taken out of the arguments, hashed like a mapping's, never told. */
#include <stdlib.h>
#include <unistd.h>

#include "app/key_argument.h"
#include "io/mapping/mapping_key.h"
#include "unit.h"

static struct config config;

static void make_config(void)
{
    static char *blocked[] = {(char *) "000-1"};
    static struct ns list[] = {
        {.name = (char *) "card", .kind = KEY_PERSON, .blocked = blocked, .n_blocked = 1},
        {.name = (char *) "email", .kind = KEY_PERSON, .lower = true},
    };
    memset(&config, 0, sizeof config);
    config.model.namespaces = list;
    config.model.n_namespaces = 2;
    hmac_begin(&config.hmac, "a secret of the unit tests", 26);
}

static bool take(const char *text, struct key_argument *arg, char *argv, struct err *err)
{
    struct options o = {.given = {{"key", argv}}, .n_given = 1};
    int times;
    strcpy(argv, text);
    return key_argument_take_all(&o, "key", arg, 1, &times, err);
}

static bool hash(const char *text, struct key *key, struct err *err)
{
    struct key_argument arg;
    char argv[2 * KEY_ARGUMENT_MOST];
    bool ok = take(text, &arg, argv, err) && key_argument_hash(&arg, &config, key, err);
    for (size_t i = 0; i < sizeof arg.text; i++)
        ck_assert_int_eq(arg.text[i], 0);
    for (size_t i = 0; i < strlen(text); i++)
        ck_assert_int_eq(argv[i], 0);
    return ok;
}

START_TEST(is_hashed_as_a_mapping_does)
{
    struct key got, want;
    struct err err = {0};
    make_config();
    ck_assert(hash("email= Maria@Example.org ", &got, &err));
    ck_assert(mapping_key(&config.model, &config.hmac, NULL, 1, "maria@example.org", 17, &want));
    ck_assert_int_eq(key_cmp(&got, &want), 0);
    ck_assert(hash("card=a=b", &got, &err));
    ck_assert(mapping_key(&config.model, &config.hmac, NULL, 0, "a=b", 3, &want));
    ck_assert_int_eq(key_cmp(&got, &want), 0);
}
END_TEST

START_TEST(says_what_is_wrong_and_nothing_else)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"secret7", "has no ="},          {"secret7=2", "no declared namespace"},
        {"car=secret7", "no declared"},   {"cards=secret7", "no declared"},
        {"card=", "never a key"},         {"card= 0 ", "never a key"},
        {"card=NULL", "never a key"},     {"card=000-1", "never a key"},
        {"=secret7", "no declared"},
    };
    make_config();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct key key;
        struct err err = {0};
        ck_assert(!hash(bad[i].text, &key, &err));
        ck_assert_int_eq(err.kind, ERR_USAGE);
        ck_assert_msg(strstr(err.text, bad[i].says) != NULL, "%s", err.text);
        ck_assert_ptr_null(strstr(err.text, "secret7"));
    }
}
END_TEST

START_TEST(too_long_is_refused_and_wiped)
{
    struct key_argument arg;
    struct err err = {0};
    char text[KEY_ARGUMENT_MOST + 2], argv[2 * KEY_ARGUMENT_MOST];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    ck_assert(!take(text, &arg, argv, &err));
    ck_assert_int_eq(argv[0], 0);
    ck_assert_int_eq(arg.text[0], 0);
    text[KEY_ARGUMENT_MOST] = 0;
    err_clear(&err);
    ck_assert(take(text, &arg, argv, &err));
}
END_TEST

START_TEST(all_of_several_are_wiped)
{
    struct options o = {.given = {{"key", strdup("card=1")}, {"json", NULL},
                                  {"key", strdup("card=2")}, {"key", strdup("card=3")}},
                        .n_given = 4};
    struct key_argument args[2];
    struct err err = {0};
    int times;
    ck_assert(key_argument_take_all(&o, "key", args, 2, &times, &err));
    ck_assert_int_eq(times, 3);
    ck_assert_str_eq(args[0].text, "card=1");
    ck_assert_str_eq(args[1].text, "card=2");
    for (int i = 0; i < 4; i++)
        ck_assert(i == 1 || o.given[i].value[0] == 0);
    ck_assert(key_argument_take_all(&o, "case", args, 2, &times, &err));
    ck_assert_int_eq(times, 0);
    free((char *) (uintptr_t) o.given[0].value);
    free((char *) (uintptr_t) o.given[2].value);
    free((char *) (uintptr_t) o.given[3].value);
}
END_TEST

START_TEST(is_read_from_standard_input)
{
    int end[2];
    make_config();
    ck_assert_int_eq(pipe(end), 0);
    ck_assert_int_eq(write(end[1], "card=12\r\nemail=b@c\n", 19), 19);
    close(end[1]);
    ck_assert_int_ge(dup2(end[0], STDIN_FILENO), 0);
    struct key got[2], want;
    struct err err = {0};
    for (int i = 0; i < 2; i++) {
        struct key_argument arg;
        char argv[8];
        ck_assert(take("-", &arg, argv, &err));
        ck_assert_msg(key_argument_hash(&arg, &config, &got[i], &err), "%s", err.text);
    }
    ck_assert(mapping_key(&config.model, &config.hmac, NULL, 0, "12", 2, &want));
    ck_assert_int_eq(key_cmp(&got[0], &want), 0);
    ck_assert_int_eq(got[1].ns, 1);
    struct key_argument arg;
    char argv[8];
    ck_assert(take("-", &arg, argv, &err));
    ck_assert(!key_argument_hash(&arg, &config, &got[0], &err)); /* the end */
}
END_TEST

UNIT_SUITE(key_argument_suite, "key_argument", is_hashed_as_a_mapping_does,
           says_what_is_wrong_and_nothing_else, too_long_is_refused_and_wiped, all_of_several_are_wiped,
           is_read_from_standard_input)
UNIT_MAIN(key_argument_suite)
