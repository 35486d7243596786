/* The order is that of the work: first what there is to mend, at the end how far one has come. */
#include "app/validate_report.h"

#include <stdio.h>

#include "app/report.h"
#include "io/mapping/mapping.h"

size_t validate_count(const struct validation *v, enum config_stage stage, bool warnings)
{
    size_t n = 0;

    for (size_t i = 0; i < v->f.problems.list.n; i++) {
        const struct config_problem *p = &v->f.problems.list.at[i];
        n += p->is_warning == warnings && (stage == CONFIG_STAGES || p->stage == stage);
    }
    return n;
}

/* Why a stage without problems has not looked at everything; NULL: it has. */
static const char *limits(const struct validation *v, enum config_stage stage)
{
    if (v->f.root == NULL && stage > CONFIG_SYNTAX && stage < CONFIG_KAFKA)
        return "not looked at";
    if (v->c || (stage != CONFIG_SCENARIOS && stage != CONFIG_MAPPING))
        return NULL;
    if (v->f.vocabulary_is_unsure && v->f.namespaces_are_unsure)
        return "touchpoints and namespaces were not looked up: where they are declared there are "
               "problems";
    if (v->f.vocabulary_is_unsure)
        return "touchpoints were not looked up: the vocabulary has problems";
    return v->f.namespaces_are_unsure
               ? "namespaces were not looked up: identity.namespaces has problems" : NULL;
}

/* Some files could not be read: what stands in them was not looked at. */
static bool lacks_files(const struct validation *v, enum config_stage stage)
{
    return v->f.n_unread > 0 && stage > CONFIG_SYNTAX && stage < CONFIG_KAFKA;
}

static void add_count(struct buf *b, size_t n, const char *what)
{
    if (n > 0)
        buf_printf(b, "%s%zu %s%s", b->len ? "; " : "", n, what, n == 1 ? "" : "s");
}

static void print_stage(const struct validation *v, enum config_stage stage)
{
    size_t problems = validate_count(v, stage, false), warnings = validate_count(v, stage, true);
    const char *limit = limits(v, stage), *note = v->stages[stage].note;
    struct buf b;

    buf_init(&b);
    if (!v->stages[stage].is_asked)
        buf_adds(&b, "not asked: the configuration has problems");
    else if (v->stages[stage].is_away)
        buf_printf(&b, "away: %s", note);
    else {
        add_count(&b, problems, "problem");
        if (problems == 0 && !limit && lacks_files(v, stage))
            buf_printf(&b, "ok, without %d file%s", v->f.n_unread, v->f.n_unread == 1 ? "" : "s");
        else if (problems == 0 && !limit)
            buf_printf(&b, "ok%s%s", note ? ": " : "", note ? note : "");
        add_count(&b, warnings, "warning");
        if (limit)
            buf_printf(&b, "%s%s", b.len ? "; " : "", limit);
    }
    printf("%-12s %.*s\n", config_stage_name(stage), (int) b.len, b.data);
    buf_done(&b);
}

static bool is_shown(const struct validation *v, enum config_stage stage)
{
    return stage < CONFIG_KAFKA || v->connects;
}

static void print_sources(const struct mapping *mp)
{
    for (int i = 0; i < mapping_source_count(mp); i++)
        printf("  source %-20s %s%s\n", mapping_source_name(mp, i), mapping_source_topic(mp, i),
               mapping_drives_watermark(mp, i) ? "" : "  (drives no watermark)");
}

static void print_topics(const struct validation *v)
{
    for (size_t i = 0; i < v->topics.n; i++)
        printf("  topic %s: source %s, %d partition%s%s%s\n", v->topics.at[i].name,
               v->topics.at[i].source, v->topics.at[i].partitions,
               v->topics.at[i].partitions == 1 ? "" : "s", v->topics.at[i].refused ? ", " : "",
               v->topics.at[i].refused ? v->topics.at[i].refused : "");
}

void validate_print(const struct validation *v)
{
    struct buf b;

    buf_init(&b);
    for (size_t i = 0; i < v->f.problems.list.n; i++) {
        config_problem_line(&v->f.problems.list.at[i], &b);
        buf_adds(&b, "\n");
    }
    if (b.len > 0)
        fwrite(b.data, 1, b.len, stdout);
    buf_done(&b);
    for (int stage = 0; stage < CONFIG_STAGES; stage++) {
        if (!is_shown(v, (enum config_stage) stage))
            continue;
        print_stage(v, (enum config_stage) stage);
        if (stage == CONFIG_MAPPING && v->c)
            print_sources(v->c->mapping);
        if (stage == CONFIG_KAFKA)
            print_topics(v);
    }
    if (v->c && validate_count(v, CONFIG_STAGES, false) == 0)
        printf("fingerprint  %.16s\n", v->c->fingerprint);
    fflush(stdout);
}

/* ---- JSON ---- */

static void text(struct buf *b, const char *name, const char *value)
{
    buf_printf(b, ",\"%s\":", name);
    report_quoted(b, value);
}

void validate_print_json(const struct validation *v)
{
    struct buf b;

    buf_init(&b);
    for (size_t i = 0; i < v->f.problems.list.n; i++) {
        const struct config_problem *p = &v->f.problems.list.at[i];
        buf_printf(&b, "{\"kind\":\"%s\"", p->is_warning ? "warning" : "problem");
        text(&b, "stage", config_stage_name(p->stage));
        text(&b, "file", p->file);
        buf_printf(&b, ",\"line\":%d,\"column\":%d", p->line, p->column);
        text(&b, "key", p->path);
        text(&b, "text", p->text);
        buf_adds(&b, "}\n");
    }
    buf_printf(&b, "{\"kind\":\"summary\",\"problems\":%zu,\"warnings\":%zu,\"files\":%d,"
                   "\"stages\":{",
               validate_count(v, CONFIG_STAGES, false), validate_count(v, CONFIG_STAGES, true),
               v->f.n_files);
    const char *between = "";
    for (int i = 0; i < CONFIG_STAGES; i++) {
        enum config_stage stage = (enum config_stage) i;
        const char *limit = limits(v, stage);
        size_t problems = validate_count(v, stage, false);
        if (!is_shown(v, stage))
            continue;
        buf_printf(&b, "%s\"%s\":{\"result\":\"%s\",\"problems\":%zu,\"warnings\":%zu", between,
                   config_stage_name(stage),
                   !v->stages[i].is_asked  ? "not asked"
                   : v->stages[i].is_away  ? "away"
                   : problems > 0          ? "problems"
                   : limit || lacks_files(v, stage) ? "not all looked at"
                                           : "ok",
                   problems, validate_count(v, stage, true));
        if (limit || v->stages[i].note)
            text(&b, "note", limit ? limit : v->stages[i].note);
        buf_adds(&b, "}");
        between = ",";
    }
    buf_adds(&b, "}");
    for (size_t i = 0; i < v->topics.n; i++) {
        const struct validation_topic *t = &v->topics.at[i];
        buf_printf(&b, "%s{\"partitions\":%d", i ? "," : ",\"topics\":[", t->partitions);
        text(&b, "topic", t->name);
        text(&b, "source", t->source);
        if (t->refused)
            text(&b, "refused", t->refused);
        buf_adds(&b, i + 1 < v->topics.n ? "}" : "}]");
    }
    if (v->c && validate_count(v, CONFIG_STAGES, false) == 0)
        text(&b, "fingerprint", v->c->fingerprint);
    buf_adds(&b, "}\n");
    fwrite(b.data, 1, b.len, stdout);
    fflush(stdout);
    buf_done(&b);
}
