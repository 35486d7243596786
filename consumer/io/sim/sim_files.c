/* See sim_files.h. */
#include "io/sim/sim_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/sim/sim_text.h"

enum { FILE_BUFFER = 1 << 18 };

static bool put(struct sim_sink *sink, const struct simulated *msg, struct err *err)
{
    struct sim_files *f = (struct sim_files *) sink;
    struct buf *b = &f->line;
    const char *topic = sim_topic_names[msg->topic];

    buf_reset(b);
    buf_reserve(b, 512 + 6 * (msg->key_len + msg->value_len));
    SIM_LIT(b, "{\"topic\":\"");
    sim_puts(b, topic);
    SIM_LIT(b, "\",\"partition\":");
    sim_put_int(b, msg->partition);
    SIM_LIT(b, ",\"offset\":");
    sim_put_int(b, msg->offset);
    SIM_LIT(b, ",\"tstype\":\"create\",\"ts\":");
    sim_put_int(b, msg->ts_ms);
    SIM_LIT(b, ",\"key\":\"");
    sim_put_escaped(b, msg->key, msg->key_len);
    if (msg->value == NULL) {
        SIM_LIT(b, "\",\"payload\":null}\n");
    } else {
        SIM_LIT(b, "\",\"payload\":\"");
        sim_put_escaped(b, msg->value, msg->value_len);
        SIM_LIT(b, "\"}\n");
    }
    if (fwrite(b->data, 1, b->len, f->file[msg->topic]) != b->len)
        return err_set(err, ERR_UNAVAILABLE, "could not write %s/%s.ndjson: %s", f->dir,
                       topic, strerror(errno));
    return true;
}

static bool make_directories(const char *dir, struct err *err)
{
    char *path = strdup(dir);
    bool ok = true;

    if (path == NULL)
        abort();
    for (char *at = path + 1; ok; at++) {
        char end = *at;

        if (end != '/' && end != '\0')
            continue;
        *at = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            ok = err_set(err, ERR_USAGE, "could not make directory %s: %s", path,
                         strerror(errno));
        *at = end;
        if (end == '\0')
            break;
    }
    free(path);
    return ok;
}

static int close_all(struct sim_files *f)
{
    int failed = -1;

    for (int i = 0; i < SIM_TOPICS; i++)
        if (f->file[i] != NULL && fclose(f->file[i]) != 0)
            failed = i;
    free(f->dir);
    buf_done(&f->line);
    memset(f, 0, sizeof *f);
    return failed;
}

bool sim_files_open(struct sim_files *f, const char *dir, struct err *err)
{
    memset(f, 0, sizeof *f);
    f->sink.put = put;
    if (dir[0] == '\0')
        return err_set(err, ERR_USAGE, "the name of the directory is empty");
    if (!make_directories(dir, err))
        return false;
    f->dir = strdup(dir);
    buf_init(&f->line);
    for (int i = 0; i < SIM_TOPICS; i++) {
        char path[4096];

        snprintf(path, sizeof path, "%s/%s.ndjson", dir, sim_topic_names[i]);
        f->file[i] = fopen(path, "w");
        if (f->file[i] == NULL) {
            err_set(err, ERR_USAGE, "could not open %s: %s", path, strerror(errno));
            close_all(f);
            return false;
        }
        setvbuf(f->file[i], NULL, _IOFBF, FILE_BUFFER);
    }
    return true;
}

bool sim_files_close(struct sim_files *f, struct err *err)
{
    int failed = close_all(f);

    if (failed >= 0)
        return err_set(err, ERR_UNAVAILABLE, "could not write %s.ndjson: %s",
                       sim_topic_names[failed], strerror(errno));
    return true;
}
