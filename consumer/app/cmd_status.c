/* journeyd status: does it work, and if not, why; where the messages went; how far each partition
 * is. It needs neither side: what cannot be asked is said to be away. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/report.h"
#include "base/clock.h"
#include "io/store/offset.h"
#include "io/source/source_kafka.h"

enum { KAFKA_TIMEOUT_MS = 5000 };

struct status_part {
    const char *topic, *owner, *last_commit;
    int32_t part;
    int64_t epoch, next, log_end; /* log_end -1: not known */
    bool is_idle;
};
struct status {
    struct arena a;
    struct err database, kafka; /* kind NONE: it answers */
    VEC(struct report_row) sources;
    VEC(struct status_part) parts;
    int64_t watermark_us, greatest_us, quarantined; /* US_MIN: none yet */
    const char *last_commit, *cut_on; /* "": nothing was dropped yet */
    int64_t events_days, quarantine_days; /* how long they are kept */
    int64_t small_groups; /* readers see no number about so many customers or fewer */
};

static char *text_at(struct status *s, const PGresult *r, int row, int col)
{
    size_t len;
    const char *text = pg_is_null(r, row, col) ? "" : pg_text(r, row, col, &len);

    return text[0] ? arena_strndup(&s->a, text, len) : arena_strdup(&s->a, "");
}

#define ISO(column) "to_char(" column " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

static bool read_sources(struct status *s, struct pg *pg, struct err *err)
{
    static const char sql[] =
        "select source, sum(read)::bigint, sum(accepted)::bigint, sum(duplicate)::bigint,"
        " sum(skipped)::bigint, sum(quarantined)::bigint, sum(tombstone)::bigint"
        " from journey_internal.source_tally group by source order by source";
    struct pg_params p;

    pg_params_init(&p, &s->a);
    PGresult *r = pg_query(pg, sql, &p, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        struct report_row row = {
            .source = text_at(s, r, i, 0),
            .tally = {.read = pg_int8(r, i, 1), .accepted = pg_int8(r, i, 2),
                      .duplicate = pg_int8(r, i, 3), .skipped = pg_int8(r, i, 4),
                      .quarantined = pg_int8(r, i, 5), .tombstone = pg_int8(r, i, 6)}};
        VEC_PUSH(&s->a, s->sources, row);
    }
    PQclear(r);
    return true;
}

static bool read_parts(struct status *s, struct pg *pg, const struct config *c, struct err *err)
{
    static const char sql[] =
        "select topic, part, epoch, next_offset, coalesce(log_end_offset, -1),"
        " coalesce(owner, ''), " ISO("last_commit_at") ", idle_since is not null"
        " from journey_internal.kafka_offset where grp = $1 order by topic, part";
    struct pg_params p;

    pg_params_init(&p, &s->a);
    pg_add_text(&p, c->kafka.group);
    PGresult *r = pg_query(pg, sql, &p, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        struct status_part part = {.topic = text_at(s, r, i, 0),
                                   .part = pg_int4(r, i, 1),
                                   .epoch = pg_int8(r, i, 2),
                                   .next = pg_int8(r, i, 3),
                                   .log_end = pg_int8(r, i, 4),
                                   .owner = text_at(s, r, i, 5),
                                   .last_commit = text_at(s, r, i, 6),
                                   .is_idle = pg_bool(r, i, 7)};
        VEC_PUSH(&s->a, s->parts, part);
    }
    PQclear(r);
    return true;
}

static bool read_whole(struct status *s, struct pg *pg, struct err *err)
{
    static const char sql[] =
        "select (select watermark_us from journey_internal.watermark),"
        " (select max(greatest_event_us) from journey_internal.writer),"
        " (select " ISO("max(last_commit_at)") " from journey_internal.writer),"
        " (select count(*) from journey_internal.quarantine),"
        " (select cut_on::text from journey_internal.retention)";
    struct pg_params p;

    pg_params_init(&p, &s->a);
    PGresult *r = pg_query(pg, sql, &p, err);
    if (!r)
        return false;
    s->watermark_us = pg_is_null(r, 0, 0) ? US_MIN : pg_int8(r, 0, 0);
    s->greatest_us = pg_is_null(r, 0, 1) ? US_MIN : pg_int8(r, 0, 1);
    s->last_commit = text_at(s, r, 0, 2);
    s->quarantined = pg_int8(r, 0, 3);
    s->cut_on = text_at(s, r, 0, 4);
    PQclear(r);
    return true;
}

static void ask_database(struct status *s, const struct config *c)
{
    struct err *err = &s->database;
    struct pg pg = {0};
    bool ok = pg_open(&pg, c->postgres.dsn, c->postgres.password_file, err);

    if (ok && (!read_whole(s, &pg, err) || !read_sources(s, &pg, err)
               || !read_parts(s, &pg, c, err))
        && !strcmp(err->sqlstate, "42P01")) {
        err_clear(err);
        err_set(err, ERR_CONFIG,
                "the database has no journeyd tables; run `journeyd schema apply -c FILE`");
    }
    pg_close(&pg);
}

static void quiet(enum log_level level, const char *facility, const char *text)
{
    (void) level;
    (void) facility;
    (void) text;
}

/* Log ends as they are now; topics that nobody has a row of yet are shown too. */
static void ask_kafka(struct status *s, const struct config *c)
{
    struct err *err = &s->kafka;
    const struct source_kafka_part *parts;
    struct source_kafka *k = source_kafka_open(c, quiet, err);
    size_t n;

    if (k && source_kafka_topics(k, c->mapping, KAFKA_TIMEOUT_MS, &parts, &n, err)) {
        for (size_t i = 0; i < n; i++) {
            struct status_part *known = NULL;
            int64_t start, end;
            for (size_t j = 0; j < s->parts.n && !known; j++)
                if (s->parts.at[j].part == parts[i].part
                    && !strcmp(s->parts.at[j].topic, parts[i].topic))
                    known = &s->parts.at[j];
            if (!source_kafka_ends(k, parts[i].topic, parts[i].part, KAFKA_TIMEOUT_MS, &start,
                                   &end, err))
                break;
            if (!known) {
                known = VEC_NEXT(&s->a, s->parts);
                *known = (struct status_part){.topic = arena_strdup(&s->a, parts[i].topic),
                                              .part = parts[i].part,
                                              .owner = "",
                                              .last_commit = "",
                                              .epoch = -1,
                                              .next = -1};
            }
            known->log_end = end;
        }
    }
    source_kafka_close(k);
}

static int64_t lag(const struct status_part *part)
{
    if (part->log_end < 0 || part->next < 0)
        return -1;
    return part->log_end > part->next ? part->log_end - part->next : 0;
}

static const char *when(struct status *s, int64_t t_us)
{
    char text[40];

    if (t_us == US_MIN)
        return "none yet";
    clock_format_us(t_us, text);
    return arena_strdup(&s->a, text);
}

static void print_plain(struct status *s)
{
    printf("database   %s\n", s->database.kind ? s->database.text : "answers");
    printf("kafka      %s\n", s->kafka.kind ? s->kafka.text : "answers");
    if (s->database.kind == ERR_NONE) {
        printf("watermark  %s\n", when(s, s->watermark_us));
        printf("last event %s\n", when(s, s->greatest_us));
        printf("committed  %s\n", s->last_commit[0] ? s->last_commit : "never");
        printf("quarantine %lld rows\n", (long long) s->quarantined);
        printf("privacy    readers see numbers about %lld customers and more\n",
               (long long) s->small_groups);
        printf("retention  events %lld days, quarantine %lld days; %s%s\n\n",
               (long long) s->events_days, (long long) s->quarantine_days,
               s->cut_on[0] ? "nothing is left from before " : "nothing was dropped yet",
               s->cut_on);
        report_tallies(stdout, s->sources.at, s->sources.n);
    }
    if (!s->parts.n)
        return;
    printf("\n%-40s %9s %12s %12s %10s %7s  %-20s %s\n", "topic", "partition", "next_offset",
           "log_end", "lag", "epoch", "last_commit", "owner");
    for (size_t i = 0; i < s->parts.n; i++) {
        const struct status_part *part = &s->parts.at[i];
        printf("%-40s %9d %12lld %12lld %10lld %7lld  %-20s %s%s\n", part->topic,
               (int) part->part, (long long) part->next, (long long) part->log_end,
               (long long) lag(part), (long long) part->epoch, part->last_commit, part->owner,
               part->is_idle ? " (idle)" : "");
    }
}

static void add_member(struct buf *b, const char *name, const char *text)
{
    buf_printf(b, ",\"%s\":", name);
    if (text && text[0])
        report_quoted(b, text);
    else
        buf_adds(b, "null");
}

static void print_json(struct status *s)
{
    struct buf b;

    buf_init(&b);
    buf_printf(&b, "{\"works\":%s", s->database.kind || s->kafka.kind ? "false" : "true");
    add_member(&b, "database_problem", s->database.text);
    add_member(&b, "kafka_problem", s->kafka.text);
    add_member(&b, "watermark_at", s->watermark_us == US_MIN ? NULL : when(s, s->watermark_us));
    add_member(&b, "last_event_at", s->greatest_us == US_MIN ? NULL : when(s, s->greatest_us));
    add_member(&b, "last_commit_at", s->last_commit);
    buf_printf(&b, ",\"retention\":{\"events_days\":%lld,\"quarantine_days\":%lld",
               (long long) s->events_days, (long long) s->quarantine_days);
    add_member(&b, "cut_on", s->cut_on);
    buf_printf(&b, "},\"privacy\":{\"small_groups\":%lld", (long long) s->small_groups);
    buf_printf(&b, "},\"quarantine_rows\":%lld,\"sources\":", (long long) s->quarantined);
    report_tallies_json(&b, s->sources.at, s->sources.n);
    buf_adds(&b, ",\"partitions\":[");
    for (size_t i = 0; i < s->parts.n; i++) {
        const struct status_part *part = &s->parts.at[i];
        buf_adds(&b, i ? ",{\"topic\":" : "{\"topic\":");
        report_quoted(&b, part->topic);
        buf_printf(&b,
                   ",\"partition\":%d,\"next_offset\":%lld,\"log_end_offset\":%lld,\"lag\":%lld,"
                   "\"epoch\":%lld,\"is_idle\":%s",
                   (int) part->part, (long long) part->next, (long long) part->log_end,
                   (long long) lag(part), (long long) part->epoch,
                   part->is_idle ? "true" : "false");
        add_member(&b, "last_commit_at", part->last_commit);
        add_member(&b, "owner", part->owner);
        buf_adds(&b, "}");
    }
    buf_adds(&b, "]}\n");
    fwrite(b.data, 1, b.len, stdout);
    buf_done(&b);
}

static bool status(struct options *o, struct err *err)
{
    struct config *c = command_config(o, err);
    struct status s = {.watermark_us = US_MIN, .greatest_us = US_MIN, .last_commit = "",
                       .cut_on = ""};

    if (!c)
        return false;
    s.events_days = c->retention.events_us / US_PER_DAY;
    s.quarantine_days = c->retention.quarantine_us / US_PER_DAY;
    s.small_groups = c->small_groups;
    arena_init(&s.a);
    ask_database(&s, c);
    ask_kafka(&s, c);
    if (options_has(o, "json"))
        print_json(&s);
    else
        print_plain(&s);
    fflush(stdout);
    if (s.database.kind)
        *err = s.database;
    else if (s.kafka.kind)
        *err = s.kafka;
    arena_done(&s.a);
    config_free(c);
    return err->kind == ERR_NONE;
}

static const struct option_spec options[] = {
    {"config", 'c', "FILE", "configuration", true},
    {"json", 0, NULL, "one JSON object", false},
    {NULL, 0, NULL, NULL, false},
};

const struct command cmd_status = {
    .name = "status",
    .summary = "does it work, and if not, why; where the messages went; lag",
    .usage = "status -c FILE [--json]",
    .help = "Asks PostgreSQL and Kafka, and says which of them does not answer. Per source: read\n"
            "= accepted + duplicate + skipped + quarantined + tombstone. Per partition: where it\n"
            "goes on, where its log ends, who reads it; -1 where that is not known.\n"
            "Exit codes: 0 both answer, 69 one of them does not, 78 configuration.\n",
    .example = "journeyd status -c journeyd.yaml --json\n",
    .options = options,
    .min_inputs = 0,
    .max_inputs = 0,
    .run = status,
};
