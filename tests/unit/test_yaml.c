/* yaml.c: the tree, where its nodes stand, what is refused, and the canonical line. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/config/yaml.h"
#include "unit.h"

static struct arena a;
static struct config_problems problems;

static struct yaml_node *load(const char *text)
{
    char path[] = "/tmp/journeyd-yaml-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t) strlen(text));
    close(fd);
    arena_init(&a);
    problems = (struct config_problems){.a = &a};
    struct yaml_node *root = yaml_load(path, "file.yaml", 0, &a, &problems);
    unlink(path);
    return root;
}

static const char *report(void)
{
    static char text[4096];
    struct buf b;
    buf_init(&b);
    config_problems_report(&problems, &b);
    snprintf(text, sizeof text, "%.*s", (int) b.len, b.data ? b.data : "");
    buf_done(&b);
    return text;
}

START_TEST(test_tree_and_places)
{
    struct yaml_node *root = load("a: 1\nb:\n  - x\n  - {c: \"2\", d: }\n");
    ck_assert_ptr_nonnull(root);
    ck_assert_int_eq(root->kind, YAML_MAP);
    struct yaml_node *b = yaml_get(root, "b"), *c = yaml_get(b->items[1], "c");
    ck_assert_int_eq(b->kind, YAML_LIST);
    ck_assert_uint_eq(b->n, 2);
    ck_assert_str_eq(c->text, "2");
    ck_assert(c->quoted);
    ck_assert(!yaml_get(root, "a")->quoted);
    ck_assert_str_eq(c->at.path, "b[1].c");
    ck_assert_int_eq(c->at.line, 4);
    ck_assert_int_eq(c->at.column, 9);
    ck_assert(yaml_is_null(yaml_get(b->items[1], "d")));
    ck_assert_ptr_null(yaml_get(root, "z"));
    ck_assert_str_eq(report(), "");
    arena_done(&a);
}
END_TEST

START_TEST(test_null_spellings)
{
    struct yaml_node *root = load("[~, null, '', '~', x]");
    bool expected[] = {true, true, false, false, false};
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(yaml_is_null(root->items[i]), expected[i]);
    arena_done(&a);
}
END_TEST

START_TEST(test_refused)
{
    static const struct {
        const char *text, *line;
    } cases[] = {
        {"a: 1\na: 2\n", "file.yaml:2:1: a: given twice; the first stands in line 1\n"},
        {"a: &x 1\n",
         "file.yaml:1:4: a: an anchor (&name); write each value where it is needed\n"},
        {"a: 1\n---\nb: 2\n", "file.yaml:2:1: a second document; one file holds one\n"},
        {"", "file.yaml:1:1: the file is empty\n"},
        {"[a]: 1\n", "file.yaml:1:1: a list or map as a key; keys are words\n"},
        {"a: \"\\0\"\n", "file.yaml:1:4: a: holds the character U+0000; take it out\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        load(cases[i].text);
        ck_assert_str_eq(report(), cases[i].line);
        arena_done(&a);
    }
    ck_assert_ptr_null(load("a: [1"));
    ck_assert_ptr_nonnull(strstr(report(), "not valid YAML"));
    arena_done(&a);
    ck_assert_ptr_null(load("a: 'x"));
    arena_done(&a);
}
END_TEST

START_TEST(test_depth)
{
    char text[400];
    memset(text, '[', 100);
    memset(text + 100, ']', 100);
    text[200] = '\0';
    ck_assert_ptr_null(load(text));
    ck_assert_ptr_nonnull(strstr(report(), "deeper than 64 levels"));
    arena_done(&a);
}
END_TEST

START_TEST(test_missing_file)
{
    arena_init(&a);
    problems = (struct config_problems){.a = &a};
    ck_assert_ptr_null(yaml_load("/no/such/file", "no.yaml", 0, &a, &problems));
    ck_assert_str_eq(report(),
                     "no.yaml:1:1: could not open the file: No such file or directory\n");
    arena_done(&a);
}
END_TEST

START_TEST(test_canonical)
{
    static const char *const same[] = {"a: 1\nb: [x, 'y z']\n",
                                       "# why\na:   1\nb:\n- x\n- 'y z'\n"};
    char lines[2][100];
    for (int i = 0; i < 2; i++) {
        struct buf b;
        buf_init(&b);
        yaml_canonical(load(same[i]), &b);
        snprintf(lines[i], sizeof lines[i], "%.*s", (int) b.len, b.data);
        buf_done(&b);
        arena_done(&a);
    }
    ck_assert_str_eq(lines[0], lines[1]);
    ck_assert_str_eq(lines[0], "{\"a\":1,\"b\":[x,\"y z\"]}");
}
END_TEST

START_TEST(test_did_you_mean)
{
    static const char *const names[] = {"gap", "max_day_events", "time_zone"};
    ck_assert_str_eq(config_did_you_mean("timezone", names, 3), "time_zone");
    ck_assert_str_eq(config_did_you_mean("gpa", names, 3), "gap");
    ck_assert_str_eq(config_did_you_mean("max_days_event", names, 3), "max_day_events");
    ck_assert_ptr_null(config_did_you_mean("login_ttl", names, 3));
    ck_assert_ptr_null(config_did_you_mean("", names, 3));
    ck_assert_ptr_null(config_did_you_mean("gap", names, 0));
}
END_TEST

UNIT_SUITE(yaml_suite, "yaml", test_tree_and_places, test_null_spellings, test_refused,
           test_depth, test_missing_file, test_canonical, test_did_you_mean)
UNIT_MAIN(yaml_suite)
