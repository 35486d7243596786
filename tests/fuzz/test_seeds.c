/* The targets of fuzzing without a fuzzer: each gets its seeds, what was found before
 * (tests/fuzz/found/TARGET/...), and the seeds changed a little, always in the same way.
 * With `--write TARGET FOLDER` the seeds become files, for libFuzzer to begin with. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"
#include "golden/golden.h"

enum { SECONDS_A_TARGET = 1, LARGEST = 1 << 16 };

struct seeds {
    struct {
        uint8_t *data;
        size_t size;
    } at[8192];
    size_t n;
};

static void keep(void *to, const void *data, size_t size)
{
    struct seeds *s = to;
    fuzz_require(s->n < sizeof s->at / sizeof s->at[0], "more seeds than expected");
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, data, size);
    s->at[s->n].data = copy;
    s->at[s->n++].size = size;
}

static void keep_found(const char *target, struct seeds *s)
{
    char folder[128], path[512];
    snprintf(folder, sizeof folder, "tests/fuzz/found/%s", target);
    struct dirent **names;
    int n = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        size_t len;
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        char *text = names[i]->d_name[0] == '.' ? NULL : golden_read(path, &len);
        if (text != NULL)
            keep(s, text, len);
        free(text);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

static uint64_t state;
static size_t below(size_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return n > 0 ? state % n : 0;
}

/* One small change; what a text of this kind is made of is likelier than any byte. */
static size_t change(uint8_t *data, size_t size, const struct seeds *s)
{
    static const char likely[] = "\"{}[],:\\\t\n0-9.ntfu%?#/=&;@ ";
    size_t at = below(size), width = below(size - at) % 64;
    size_t other = below(s->n);
    if (size == 0)
        return 0;
    switch (below(7)) {
    case 0:
        data[at] = (uint8_t) below(256);
        return size;
    case 1:
        data[at] = (uint8_t) likely[below(sizeof likely - 1)];
        return size;
    case 2: /* out */
        memmove(data + at, data + at + width, size - at - width);
        return size - width;
    case 3: /* twice */
        if (size + width > LARGEST)
            return size;
        memmove(data + at + width, data + at, size - at);
        return size + width;
    case 4: /* from another seed */
        width = width < s->at[other].size ? width : s->at[other].size;
        if (at + width > size)
            return size;
        memcpy(data + at, s->at[other].data + below(s->at[other].size - width), width);
        return size;
    case 5:
        data[at] ^= (uint8_t) (1 << below(8));
        return size;
    default: /* cut off */
        return below(8) == 0 ? at : size;
    }
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* In a process of its own, since a target that fails ends it. Changes go on for a fixed
 * number of rounds; of a slow machine or with sanitizers for as many as there is time. */
static bool run(const struct fuzz_target *target)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        static struct seeds s;
        static uint8_t data[LARGEST];
        static uint8_t *last;
        size_t rounds = 0;
        fuzz_seeds(target, keep, &s);
        keep_found(target->name, &s);
        for (size_t i = 0; i < s.n; i++)
            target->run(s.at[i].data, s.at[i].size);
        state = 88172645463325252u;
        for (double end = seconds() + SECONDS_A_TARGET; rounds < 20000; rounds++) {
            if (rounds % 16 == 0 && seconds() > end)
                break;
            size_t seed = below(s.n), size = s.at[seed].size;
            if (size > LARGEST)
                continue;
            memcpy(data, s.at[seed].data, size);
            for (size_t k = below(4) + 1; k > 0; k--)
                size = change(data, size, &s);
            free(last);
            last = malloc(size + 1); /* its exact size, so that reading beyond is seen */
            memcpy(last, data, size);
            target->run(last, size);
        }
        printf("%s: %zu seeds, %zu changed\n", target->name, s.n, rounds);
        exit(s.n > 0 ? 0 : 1);
    }
    int status = 0;
    bool good = pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
                WEXITSTATUS(status) == 0;
    if (!good)
        printf("not ok - %s: ended with status %x\n", target->name, (unsigned) status);
    return good;
}

struct folder {
    const char *path;
    int n;
};

static void write_file(void *to, const void *data, size_t size)
{
    struct folder *f = to;
    char path[512];
    snprintf(path, sizeof path, "%s/seed-%d", f->path, f->n++);
    golden_write(path, data, size, 0644);
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;
    if (argc == 4 && strcmp(argv[1], "--write") == 0) {
        struct folder f = {.path = argv[3]};
        const struct fuzz_target *target = fuzz_target(argv[2]);
        fuzz_require(target != NULL, "no target is named %s", argv[2]);
        fuzz_seeds(target, write_file, &f);
        return 0;
    }
    for (const struct fuzz_target *t = fuzz_targets; t->name != NULL; t++)
        *(run(t) ? &passed : &failed) += 1;
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
