/* store_lines.c: see store_lines.h. Times and numbers are read from the tables, exact;
 * names, paths, ids and steps from the views, so that those are held to the brute force
 * as well. */
#include "store_lines.h"

#include <stdlib.h>

enum { MAX_COLUMNS = 32 };

struct reading {
    const struct model *m;
    struct lines *out;
    void (*row)(struct reading *rd, char *const *column);
    struct key keys[2];
};

static void take_line(void *ctx, const char *data, size_t len)
{
    struct reading *rd = ctx;
    char *text = strndup(data, len), *at = text, *column[MAX_COLUMNS] = {0};

    if (!text)
        abort();
    text[strcspn(text, "\n")] = 0;
    for (int n = 0; n < MAX_COLUMNS && at; n++)
        column[n] = strsep(&at, "\t");
    rd->row(rd, column);
    free(text);
}

static bool read_rows(struct store *s, struct reading *rd, const char *sql,
                      void (*row)(struct reading *rd, char *const *column),
                      struct err *err)
{
    rd->row = row;
    return pg_copy_out(store_pg(s), sql, take_line, rd, err);
}

/* --- columns ------------------------------------------------------------------------ */

static bool is_null(const char *text)
{
    return strcmp(text, "\\N") == 0;
}

static int64_t number(const char *text)
{
    return strtoll(text, NULL, 10);
}

static void from_hex(const char *text, uint8_t out[16])
{
    for (int i = 0; i < 16; i++) {
        unsigned byte = 0;
        sscanf(text + 2 * i, "%2x", &byte);
        out[i] = (uint8_t) byte;
    }
}

/* A key from the columns namespace and hash; NULL where they are null. */
static const struct key *read_key(struct reading *rd, char *const *column, int slot)
{
    if (is_null(column[0]))
        return NULL;
    rd->keys[slot].ns = (uint16_t) number(column[0]);
    from_hex(column[1], rd->keys[slot].hash);
    return &rd->keys[slot];
}

static int read_place(const struct reading *rd, const char *code)
{
    return is_null(code) ? -1 : model_place(rd->m, code);
}

/* --- rows --------------------------------------------------------------------------- */

#define SQL_HEX(uuid) "replace(" uuid "::text, '-', '')"
#define SQL_DAY(day) day " - date '1970-01-01'"

static const char *const sql_sessions =
    "copy (select k.ns_no, " SQL_HEX("k.hash") ", s.from_us, s.to_us, "
    SQL_DAY("v.started_on")
    ", v.event_count, s.first_rank, v.is_visit::integer, v.entry_touchpoint,"
    " v.exit_touchpoint, v.channels, v.channel_count, " SQL_HEX("v.session_id")
    " from journey.session as v"
    " join journey_internal.session as s on s.session_id = v.session_id"
    " join journey_internal.key as k on k.key_no = s.customer_no) to stdout";

static void session_row(struct reading *rd, char *const *column)
{
    struct row_session r = {.customer = read_key(rd, column, 0),
                            .from_us = number(column[2]),
                            .to_us = number(column[3]),
                            .day = (int32_t) number(column[4]),
                            .n = (uint32_t) number(column[5]),
                            .first_rank = (uint32_t) number(column[6]),
                            .is_visit = number(column[7]) != 0,
                            .entry = read_place(rd, column[8]),
                            .exit = read_place(rd, column[9]),
                            .channels = column[10],
                            .n_channels = (int) number(column[11])};
    from_hex(column[12], r.id.b);
    lines_session(rd->out, rd->m, &r);
}

static const char *const sql_journeys =
    "copy (select k.ns_no, " SQL_HEX("k.hash") ", c.ns_no, " SQL_HEX("c.hash")
    ", v.scenario,"
    " v.is_identified::integer, j.first_us, j.last_us, j.due_us, j.closed_us, "
    SQL_DAY("v.started_on") ", v.segment, j.state, j.reason, v.failed_by, v.step_count,"
    " v.first_touchpoint, v.last_touchpoint, v.path, v.collapsed_path,"
    " (select coalesce(string_agg(left(s.event_id::text, 8), ' ' order by s.step_no), '')"
    " from journey.journey_step as s where s.journey_id = v.journey_id),"
    " v.channels, j.n_channels, v.channel_switches, v.checkpoint_reached, j.first_skip, "
    SQL_HEX("v.journey_id")
    " from journey.journey as v"
    " join journey_internal.journey as j on j.journey_id = v.journey_id"
    " join journey_internal.key as k on k.key_no = j.customer_no"
    " left join journey_internal.key as c on c.key_no = nullif(j.case_no, 0)) to stdout";

static void journey_row(struct reading *rd, char *const *column)
{
    int scenario = model_scenario(rd->m, column[4]);

    if (scenario < 0) {
        lines_add(rd->out, "journey of a scenario that is not there");
        return;
    }
    struct row_journey r = {.customer = read_key(rd, column, 0),
                            .case_key = read_key(rd, column + 2, 1),
                            .scenario = &rd->m->scenarios[scenario],
                            .is_identified = number(column[5]) != 0,
                            .first_us = number(column[6]),
                            .last_us = number(column[7]),
                            .due_us = number(column[8]),
                            .closed_us = number(column[9]),
                            .day = (int32_t) number(column[10]),
                            .segment = column[11],
                            .state = (enum journey_state) number(column[12]),
                            .reason = (enum journey_reason) number(column[13]),
                            .failed_by = read_place(rd, column[14]),
                            .n_steps = (uint32_t) number(column[15]),
                            .first_place = read_place(rd, column[16]),
                            .last_place = read_place(rd, column[17]),
                            .path = column[18],
                            .collapsed = column[19],
                            .steps = column[20],
                            .channels = column[21],
                            .n_channels = (int) number(column[22]),
                            .switches = (int) number(column[23]),
                            .depth = (int) number(column[24]),
                            .first_skip = (int) number(column[25])};
    from_hex(column[26], r.id.b);
    lines_journey(rd->out, rd->m, &r);
}

static const char *const sql_events =
    "copy (select left(e.event_id::text, 8), coalesce(left(e.session_id::text, 8), '-'),"
    " coalesce(e.event_seq, 0) from journey.event as e) to stdout";

static void event_row(struct reading *rd, char *const *column)
{
    lines_add(rd->out, "event %s session=%s seq=%s", column[0], column[1], column[2]);
}

/* --- all ---------------------------------------------------------------------------- */

bool store_lines(struct store *s, const struct model *m, struct lines *out,
                 struct err *err)
{
    struct reading rd = {.m = m, .out = out};
    bool done = read_rows(s, &rd, sql_sessions, session_row, err) &&
                read_rows(s, &rd, sql_journeys, journey_row, err) &&
                read_rows(s, &rd, sql_events, event_row, err);
    lines_sort(out);
    return done;
}

static bool begins_with(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* "event ... session=S seq=N ... id=I", shortened to what the view is asked for. */
static void add_event(struct lines *out, const char *line)
{
    char session[16] = "";
    int seq = 0;
    const char *at = strstr(line, " session="), *id = strrchr(line, '=');

    if (at && id && sscanf(at, " session=%15s seq=%d", session, &seq) == 2)
        lines_add(out, "event %s session=%s seq=%d", id + 1, session, seq);
}

void store_lines_of(const struct lines *all, struct lines *out)
{
    for (size_t i = 0; i < all->n; i++) {
        const char *line = all->at[i];
        if (begins_with(line, "session ") || begins_with(line, "journey "))
            lines_add(out, "%s", line);
        else if (begins_with(line, "event "))
            add_event(out, line);
    }
    lines_sort(out);
}
