/* See golden.h. Differences are shown by diff(1), which people read best. */
#include "golden.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder_path[64], to_remove[64];
static pid_t owner; /* of to_remove */

static void die(const char *what, const char *path)
{
    fprintf(stderr, "golden: could not %s %s\n", what, path);
    exit(1);
}

char *golden_read(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    struct buf b;
    buf_init(&b);
    char chunk[65536];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&b, chunk, n);
    fclose(file);
    *len = b.len;
    buf_add(&b, "", 1);
    return b.data;
}

void golden_write(const char *path, const char *text, size_t len, int mode)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(text, 1, len, file) != len || fclose(file) != 0 ||
        chmod(path, (mode_t) mode) != 0)
        die("write", path);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static int is_name(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

void golden_copy(const char *from, const char *to, const char *end)
{
    struct dirent **names;
    int n = scandir(from, &names, is_name, alphasort);
    for (int i = 0; i < n; i++) {
        char source[1024], target[1024];
        snprintf(source, sizeof source, "%s/%s", from, names[i]->d_name);
        snprintf(target, sizeof target, "%s/%s", to, names[i]->d_name);
        struct stat st;
        if (ends_with(names[i]->d_name, end) && stat(source, &st) == 0 &&
            S_ISREG(st.st_mode)) {
            size_t len;
            char *text = golden_read(source, &len);
            if (text == NULL)
                die("read", source);
            golden_write(target, text, len, 0644);
            free(text);
        }
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

/* Also called from a signal handler, so by calls only that one may make. A child of this
 * process that ends leaves the folder where it is. */
static void remove_folder(void)
{
    if (getpid() != owner)
        return;
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/rm", "rm", "-rf", "--", to_remove, (char *) NULL);
        _exit(127);
    }
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

static void on_signal(int number)
{
    remove_folder();
    signal(number, SIG_DFL);
    raise(number);
}

void golden_remove_at_end(const char *folder)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGABRT};
    snprintf(to_remove, sizeof to_remove, "%s", folder);
    if (owner == getpid())
        return;
    owner = getpid();
    atexit(remove_folder);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], on_signal);
}

bool golden_make_folder(char path[64])
{
    const char *in = getenv("TMPDIR");
    if (in == NULL || in[0] == '\0' || strlen(in) > 40)
        in = "/tmp";
    snprintf(path, 64, "%.40s/journeyd-golden-XXXXXX", in);
    return mkdtemp(path) != NULL;
}

const char *golden_folder(void)
{
    if (folder_path[0] == '\0') {
        if (!golden_make_folder(folder_path))
            die("make", folder_path);
        golden_remove_at_end(folder_path);
    }
    return folder_path;
}

const char *golden_deploy(void)
{
    static char path[128];
    char to[128], secret[128];
    snprintf(to, sizeof to, "%s/sources", golden_folder());
    snprintf(secret, sizeof secret, "%s/secret", golden_folder());
    snprintf(path, sizeof path, "%s/journeyd.yaml", golden_folder());
    if (mkdir(to, 0755) != 0 && errno != EEXIST)
        die("make", to);
    golden_copy("deploy", golden_folder(), ".yaml");
    golden_copy("deploy/sources", to, ".yaml");
    golden_write(secret, "a secret of the tests", 21, 0600);
    size_t len;
    char *text = golden_read(path, &len), *at;
    const char *shipped = "secret_file: /etc/journeyd/secret\n";
    if (text == NULL || (at = strstr(text, shipped)) == NULL)
        die("find the secret_file in", path);
    struct buf b;
    buf_init(&b);
    buf_add(&b, text, (size_t) (at - text));
    buf_adds(&b, "secret_file: secret\n");
    buf_adds(&b, at + strlen(shipped));
    golden_write(path, b.data, b.len, 0644);
    buf_done(&b);
    free(text);
    return path;
}

/* True when the case gives what it should (or was updated). */
static bool check(const char *path, const char *name, golden_case *run, bool update)
{
    char expected[1024], got[1024], command[2200];
    struct buf out;
    buf_init(&out);
    buf_reserve(&out, 1);
    run(path, &out);
    snprintf(expected, sizeof expected, "%s/expected", path);
    size_t len = 0;
    char *wanted = golden_read(expected, &len);
    bool same = wanted != NULL && len == out.len && memcmp(wanted, out.data, len) == 0;
    if (!same && update) {
        golden_write(expected, out.data, out.len, 0644);
        printf("%s: updated\n", name);
        same = true;
    } else if (!same) {
        snprintf(got, sizeof got, "%s/got", golden_folder());
        golden_write(got, out.data, out.len, 0644);
        printf("%s: differs (expected -, got +)\n", name);
        fflush(stdout);
        snprintf(command, sizeof command, "diff -u '%s' '%s'",
                 wanted ? expected : "/dev/null", got);
        if (system(command) < 0)
            printf("could not run diff\n");
    }
    free(wanted);
    buf_done(&out);
    return same;
}

int golden_main(int argc, char **argv, const char *folder, golden_case *run)
{
    bool update = false;
    const char *only = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--update") == 0)
            update = true;
        else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            only = argv[++i];
        else
            folder = argv[i];
    }
    struct dirent **names;
    int n = scandir(folder, &names, is_name, alphasort), passed = 0, failed = 0;
    if (n < 0)
        die("read", folder);
    for (int i = 0; i < n; i++) {
        char path[512];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        bool wanted = only == NULL || strcmp(only, names[i]->d_name) == 0;
        if (wanted && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            if (check(path, names[i]->d_name, run, update))
                passed++;
            else
                failed++;
        }
        free(names[i]);
    }
    free(names);
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 && passed > 0 ? 0 : 1;
}
