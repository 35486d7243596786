/* Configurations: each folder of tests/golden/config holds journeyd.yaml and the files it
 * names (lists of keys end in .keys); `expected` holds the report of all problems, or the
 * settings of a right one. Beside them stand three secrets: secret (right), secret-short,
 * secret-open (anybody can read it). Digests and the version of the tz database are not
 * told. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "golden.h"
#include "io/config/config.h"

static void settings(const struct config *c, struct buf *out)
{
    buf_printf(out, "ok\n");
    for (int i = 0; i < c->n_settings; i++) {
        const struct config_setting *s = &c->settings[i];
        bool digest = strncmp(s->name, "sources.", 8) == 0 ||
                      strcmp(s->name, "identity.secret") == 0;
        bool zone = strcmp(s->name, "library.time_zone") == 0;
        buf_printf(out, "%s%s = %.*s%s\n", s->name,
                   s->rebuildable    ? " (rebuildable)"
                   : s->forward_only ? " (forward only)"
                                     : "",
                   digest ? 0
                   : zone ? (int) strcspn(s->value, " ")
                          : (int) strlen(s->value),
                   s->value, digest ? "(digest)" : "");
    }
}

static void run(const char *path, struct buf *out)
{
    char to[256], from[1024], sources[300], home[1024];
    struct err err = {0};
    snprintf(to, sizeof to, "%s/%s", golden_folder(), strrchr(path, '/') + 1);
    snprintf(from, sizeof from, "%s/sources", path);
    snprintf(sources, sizeof sources, "%s/sources", to);
    if (getcwd(home, sizeof home) == NULL || mkdir(to, 0755) != 0 ||
        mkdir(sources, 0755) != 0)
        exit(1);
    golden_copy(path, to, ".yaml");
    golden_copy(path, to, ".keys");
    golden_copy(from, sources, ".yaml");
    if (chdir(to) != 0)
        exit(1);
    golden_write("secret", "a secret of the tests\n", 22, 0600);
    golden_write("secret-short", "fifteen bytes..\n", 16, 0600);
    golden_write("secret-open", "a secret of the tests\n", 22, 0644);
    struct config *c = config_load("journeyd.yaml", out, &err);
    if (c == NULL)
        buf_printf(out, "%s (exit code %d)\n", err.text, err_exit_code(&err));
    else
        settings(c, out);
    config_free(c);
    if (chdir(home) != 0)
        exit(1);
}

int main(int argc, char **argv)
{
    return golden_main(argc, argv, "tests/golden/config", run);
}
