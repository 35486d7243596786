/* journeyd replay: files into PostgreSQL, no Kafka. The decoder's thread reads and maps the next
 * intake while the pipeline commits the one before. */
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/folder.h"
#include "app/pipeline.h"
#include "app/report.h"
#include "app/sweep.h"
#include "base/clock.h"
#include "io/source/source.h"

/* How long a database may be away: then exit 69. */
#define PATIENCE_US (60 * US_PER_S)
/* Enough that the cost of a transaction does not show, few enough that two are in flight. */
enum { BATCH_MESSAGES = 50000 };

/* The inputs one after the other, as a fill of intakes; used by the decoder's thread alone. */
struct reader {
    char **paths;
    int n_paths, at;
    bool bare;
    int source; /* -1: by topic */
    size_t max_messages, max_bytes;
    struct source_file *file;
    int64_t line, done_bytes;
    char name[256]; /* topic of what has none: "file:<basename>" */
};

static bool reader_open(struct reader *r, struct err *err)
{
    const char *path = r->paths[r->at], *slash = strrchr(path, '/');

    r->file = source_file_open(path, r->bare, err);
    if (r->file)
        source_file_stop_on(r->file, &command_stop);
    r->line = 0;
    snprintf(r->name, sizeof r->name, "file:%s", slash ? slash + 1 : path);
    return r->file != NULL;
}

static int64_t reader_position(const struct reader *r)
{
    int64_t total;

    return r->done_bytes + (r->file ? source_file_bytes(r->file, &total) : 0);
}

static bool reader_fill(void *from, struct mapping *mp, struct intake *in, struct err *err)
{
    struct reader *r = from;

    while (in->records.n < r->max_messages && in->bytes < r->max_bytes && !command_stop) {
        struct message msg;
        int64_t total;

        if (!r->file && r->at == r->n_paths) {
            in->is_last = true;
            break;
        }
        if (!r->file && !reader_open(r, err))
            return false;
        int got = source_file_next(r->file, &msg, err);
        if (got < 0)
            return false;
        if (got == 0) {
            r->done_bytes += source_file_bytes(r->file, &total);
            source_file_close(r->file);
            r->file = NULL;
            r->at++;
            continue;
        }
        /* What names no topic is told by file and line. */
        bool named = msg.topic && msg.topic[0];
        if (!named)
            msg.offset = r->line;
        intake_add(in, mp, &msg, r->source,
                   intake_part(in, named ? msg.topic : r->name, named ? msg.partition : 0));
        r->line++;
    }
    if (command_stop)
        in->is_last = true;
    in->position = reader_position(r);
    return true;
}

static bool reader_init(struct reader *r, const struct options *o, const struct config *c,
                        struct err *err)
{
    const char *name = options_get(o, "source");
    int64_t batch;

    memset(r, 0, sizeof *r);
    if (!options_int(o, "batch", BATCH_MESSAGES, 1, 10000000, &batch, err))
        return false;
    r->paths = o->inputs;
    r->n_paths = o->n_inputs;
    r->bare = name != NULL;
    r->source = name ? mapping_source_find(c->mapping, name) : -1;
    r->max_messages = (size_t) batch;
    r->max_bytes = c->batch_bytes;
    if (name && r->source < 0)
        return err_set(err, ERR_USAGE, "no source is called \"%s\"; `journeyd validate -c FILE` "
                                       "lists them",
                       name);
    return true;
}

/* Every input must open before anything is written. */
static bool check_inputs(const struct reader *r, int64_t *total, struct err *err)
{
    *total = 0;
    for (int i = 0; i < r->n_paths; i++) {
        int64_t size = 0;
        if (!strcmp(r->paths[i], "-"))
            continue;
        struct source_file *f = source_file_open(r->paths[i], r->bare, err);
        if (!f)
            return false;
        source_file_bytes(f, &size);
        *total += size;
        source_file_close(f);
    }
    return true;
}

static bool move_all(struct pipeline *p, struct decoder *d, struct reader *r,
                     struct progress *progress, struct err *err)
{
    struct translation translation = {0};
    struct intake intakes[2], *in;
    char note[40] = "";
    int next = 1;
    bool ok = true, is_last = false;

    intake_init(&intakes[0]);
    intake_init(&intakes[1]);
    decoder_start(d, reader_fill, r, &intakes[0]);
    while (ok && !is_last) {
        ok = decoder_take(d, -1, &in, err);
        if (!ok)
            break;
        is_last = in->is_last;
        if (!is_last) {
            intake_reset(&intakes[next]);
            decoder_start(d, reader_fill, r, &intakes[next]);
            next = !next;
        }
        intake_translate(in, &p->c->model, &translation);
        if (in->records.n)
            ok = pipeline_finish(p, in, err);
        snprintf(note, sizeof note, "%lld messages", (long long) p->committed);
        progress_at(progress, in->position, note);
    }
    if (decoder_is_busy(d)) { /* it still reads into an intake of ours */
        struct err ignored = {0};
        if (!decoder_take(d, -1, &in, &ignored))
            in = NULL;
    }
    progress_end(progress, reader_position(r), note);
    intake_done(&intakes[0]);
    intake_done(&intakes[1]);
    free(translation.attr);
    return ok;
}

static void print_end(struct pipeline *p, const struct options *o)
{
    struct arena a;
    struct report_row *rows;

    arena_init(&a);
    size_t n = report_rows(p->c->mapping, p->tallies, &a, &rows);
    if (options_has(o, "json")) {
        struct buf b;
        buf_init(&b);
        buf_adds(&b, "{\"sources\":");
        report_tallies_json(&b, rows, n);
        buf_adds(&b, "}\n");
        fwrite(b.data, 1, b.len, stdout);
        buf_done(&b);
    } else if (!options_has(o, "quiet")) {
        report_tallies(stdout, rows, n);
    }
    arena_done(&a);
}

static bool replay(struct options *o, struct err *err)
{
    struct config *c = command_config(o, err);
    struct decoder *d = NULL;
    struct pipeline p;
    struct reader r;
    struct progress progress;
    int64_t watermark_us, total;
    bool ok;

    if (!c)
        return false;
    pipeline_init(&p, c, PATIENCE_US);
    p.takes_settings = true;
    ok = options_time(o, "watermark", true, US_MAX, &watermark_us, err)
         && reader_init(&r, o, c, err) && check_inputs(&r, &total, err)
         && pipeline_open(&p, err) && (d = decoder_new(c, err)) != NULL;
    if (ok) {
        progress_begin(&progress, "replay: bytes", total, options_has(o, "quiet"));
        ok = move_all(&p, d, &r, &progress, err);
        if (ok && command_stop)
            ok = err_set(err, ERR_RETRY, "stopped by a signal before the end of the input; what "
                                         "was read is committed, replay again to go on");
        ok = ok && sweep_finish(&p, watermark_us, err) && folder_finish(&p, err);
        print_end(&p, o);
    }
    decoder_free(d);
    if (d)
        source_file_close(r.file);
    pipeline_done(&p);
    config_free(c);
    return ok;
}

static const struct option_spec options[] = {
    {"config", 'c', "FILE", "configuration", true},
    {"source", 0, "NAME", "the input holds bare message values of this source", false},
    {"watermark", 0, "TIME|end", "close what is due before this time (default: end)", false},
    {"batch", 0, "N", "messages a transaction (default: 50000)", false},
    {"json", 0, NULL, "print where the messages went as JSON", false},
    {"quiet", 'q', NULL, "no progress, no table", false},
    {NULL, 0, NULL, NULL, false},
};

const struct command cmd_replay = {
    .name = "replay",
    .summary = "read files of messages into PostgreSQL, no Kafka",
    .usage = "replay -c FILE [--source NAME] [--watermark TIME|end] [--batch N] [--json] "
             "[--quiet] INPUT...",
    .help = "Inputs hold one JSON object a line: what `kcat -C -J` prints or, with --source,\n"
            "the bare message values. \"-\" is standard input; .gz and .zst are read as they\n"
            "are. Replaying a file twice changes nothing. At the end the watermark moves to\n"
            "--watermark (end: the greatest event time in the database) and a table tells\n"
            "where the messages went.\n"
            "Exit codes: 0 done, 2 usage, 69 the database stayed away for a minute,\n"
            "78 configuration.\n",
    .example = "journeyd replay -c journeyd.yaml --source plain events.ndjson.gz\n",
    .options = options,
    .min_inputs = 1,
    .max_inputs = -1,
    .run = replay,
};
