/* journeyd: library events from Kafka become journeys in PostgreSQL.
 *
 * main looks a command up in the table below, parses its options, runs it, prints its error, and
 * turns that into an exit code. It is the only place that prints errors of commands and the only
 * one that ends the process. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/hygiene.h"
#include "io/config/config_problem.h"

struct group {
    const char *title;
    const struct command *commands[8]; /* ends with NULL */
};

static const struct group groups[] = {
    {"Mining journeys", {&cmd_run, &cmd_replay, &cmd_rebuild}},
    {"Trying and checking", {&cmd_validate, &cmd_test, &cmd_tap, &cmd_verify, &cmd_digest}},
    {"Looking after it", {&cmd_status, &cmd_schema, &cmd_offsets, &cmd_quarantine,
                          &cmd_retention, &cmd_version}},
    {"People", {&cmd_identity, &cmd_forget, &cmd_export_person,
                &cmd_opt_out, &cmd_rotate_secret}},
    {"Playing", {&cmd_simulate, &cmd_demo}},
};

#define N_GROUPS (sizeof groups / sizeof groups[0])
#define EXIT_USAGE 2

static const char exit_codes[] =
    "Exit codes: 0 done, 1 error, 2 usage, 5 a check failed, 69 a dependency stayed\n"
    "away, 70 internal error, 78 configuration.\n";

static void print_overview(FILE *out)
{
    fprintf(out, "journeyd mines customer journeys from library events.\n\n"
                 "usage: journeyd COMMAND [OPTION...] [INPUT...]\n");
    for (size_t g = 0; g < N_GROUPS; g++) {
        fprintf(out, "\n%s\n", groups[g].title);
        for (int i = 0; groups[g].commands[i]; i++)
            fprintf(out, "  %-13s %s\n", groups[g].commands[i]->name,
                    groups[g].commands[i]->summary);
    }
    fprintf(out, "\n`journeyd COMMAND --help` shows options and an example.\n%s", exit_codes);
}

/* Text as it is, each line moved right, with a newline at the end. */
static void print_indented(const char *text)
{
    while (*text) {
        int len = (int) strcspn(text, "\n");
        printf("%s%.*s\n", len > 0 ? "  " : "", len, text);
        text += len + (text[len] == '\n');
    }
}

static void print_option(const struct option_spec *s, int width)
{
    char name[64], letter[8] = "    ";

    if (s->letter)
        snprintf(letter, sizeof letter, "-%c, ", s->letter);
    snprintf(name, sizeof name, "--%s%s%s", s->name, s->value ? " " : "",
             s->value ? s->value : "");
    printf("  %s%-*s  %s%s\n", letter, width, name, s->help, s->required ? " (required)" : "");
}

/* Words after "usage: ", wrapped so that nothing in brackets is torn apart. */
static void print_usage(const char *usage)
{
    const char *p = usage;
    size_t column = strlen("usage: journeyd ");

    printf("usage: journeyd ");
    while (*p) {
        size_t len = 0;
        for (int depth = 0; p[len] && (depth > 0 || p[len] != ' '); len++)
            depth += (p[len] == '[') - (p[len] == ']');
        if (p > usage && column + 1 + len > 80) {
            printf("\n      ");
            column = 6;
        }
        column += (p > usage) + len;
        printf("%s%.*s", p > usage ? " " : "", (int) len, p);
        p += len + strspn(p + len, " ");
    }
    printf("\n");
}

static void print_command(const struct command *c)
{
    static const struct option_spec help = {"help", 'h', NULL, "show this help", false};
    int width = 6;

    for (const struct option_spec *s = c->options; s->name; s++) {
        int len = (int) (strlen(s->name) + 2 + (s->value ? strlen(s->value) + 1 : 0));
        if (len > width)
            width = len;
    }
    printf("journeyd %s: %s\n\n", c->name, c->summary);
    print_usage(c->usage);
    printf("\n%s", c->help);
    if (c->help[0] && c->help[strlen(c->help) - 1] != '\n')
        printf("\n");

    printf("\nOptions:\n");
    for (const struct option_spec *s = c->options; s->name; s++)
        print_option(s, width);
    print_option(&help, width);

    printf("\nExample:\n");
    print_indented(c->example);
    if (!strstr(c->help, "Exit code")) /* nothing to say beyond what holds for all */
        printf("\n%s", exit_codes);
}

static const struct command *find_command(const char *name)
{
    for (size_t g = 0; g < N_GROUPS; g++)
        for (int i = 0; groups[g].commands[i]; i++)
            if (strcmp(groups[g].commands[i]->name, name) == 0)
                return groups[g].commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *names[32];
    size_t n = 0;

    for (size_t g = 0; g < N_GROUPS; g++)
        for (int i = 0; groups[g].commands[i]; i++)
            names[n++] = groups[g].commands[i]->name;

    const char *meant = config_did_you_mean(name, names, n);
    if (meant)
        fprintf(stderr, "journeyd: unknown command \"%.40s\"; did you mean %s?\n", name, meant);
    else
        fprintf(stderr, "journeyd: unknown command \"%.40s\"; see journeyd --help\n", name);
    return EXIT_USAGE;
}

static bool check_inputs(const struct command *c, const struct options *o, struct err *err)
{
    if (o->n_inputs < c->min_inputs)
        return err_set(err, ERR_USAGE, "an argument is missing: journeyd %s", c->usage);
    if (c->max_inputs >= 0 && o->n_inputs > c->max_inputs)
        return err_set(err, ERR_USAGE, "one argument too many: \"%.40s\"",
                       o->inputs[c->max_inputs]);
    return true;
}

static void on_signal(int signal_no)
{
    (void) signal_no;
    command_stop = 1;
}

static void install_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL); /* a broken connection is an error, not an end */
    stop.sa_flags |= SA_RESETHAND;     /* a second Ctrl-C does not wait for the batch */
    sigaction(SIGINT, &stop, NULL);
}

static int run_command(const struct command *c, int argc, char **argv)
{
    struct err err = {0};
    struct options o;

    if (!options_parse(&o, c->options, argc, argv, &err)) {
        fprintf(stderr, "journeyd %s: %s (journeyd %s --help shows all)\n", c->name, err.text,
                c->name);
        return err_exit_code(&err);
    }
    if (options_has(&o, "help")) {
        print_command(c);
        return 0;
    }

    bool ok = check_inputs(c, &o, &err) && c->run(&o, &err);
    if (!ok) {
        if (err.kind == ERR_NONE)
            err_set(&err, ERR_FATAL, "failed without a reason");
        fprintf(stderr, "journeyd %s: %s\n", c->name, err.text);
    }
    return ok ? 0 : err_exit_code(&err);
}

int main(int argc, char **argv)
{
    hygiene_begin();
    install_signals();
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }

    int code = 0;
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        const struct command *c = argc > 2 ? find_command(argv[2]) : NULL;
        if (c)
            print_command(c);
        else if (argc > 2)
            code = unknown_command(argv[2]);
        else
            print_overview(stdout);
    } else {
        if (strcmp(name, "--version") == 0)
            name = "version";
        const struct command *c = find_command(name);
        code = c ? run_command(c, argc - 2, argv + 2) : unknown_command(name);
    }

    if (fflush(stdout) != 0 && code == 0) {
        fprintf(stderr, "journeyd: could not write the output\n");
        code = 1;
    }
    return code;
}
