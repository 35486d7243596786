/* The section `identity`: which namespaces there are and which of them is the better
 * evidence, how their values are made alike, and the secret. The keys that are treated
 * apart: config_keys.c. */
#include "io/config/config_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "io/mapping/mapping_key.h"

#define TRIAL_SECRET "no secret at all: for made-up data"
enum { SECRET_LEAST = 16, SECRET_MOST = 4096 };

const char *const *config_namespaces(struct config_build *b)
{
    int n = b->c->model.n_namespaces;
    const char **names = ARENA_NEW(b->r.a, const char *, n + 1);
    for (int i = 0; i < n; i++)
        names[i] = b->c->model.namespaces[i].name;
    return names;
}

/* The bytes of the file as they are, less one line end at the end: editors add it. Its state stays
 * in memory as long as the process runs, and is kept out of swap where the limits allow that. */
static void read_secret(struct config_build *b, const struct yaml_node *node)
{
    const char *name = config_text(&b->r, node);
    if (name == NULL)
        return;
    const char *path = config_path(&b->r, b->file, name);
    struct config_problems *p = &b->r.problems;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is told, not waited for */
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        config_problem(
            p, &node->at,
            "could not open \"%s\": %s; make one with: (umask 077; openssl rand -hex 32 "
            "> %s)",
            path, strerror(errno), path);
        if (fd >= 0)
            close(fd);
        return;
    }
    char secret[SECRET_MOST + 1];
    ssize_t len = 0;
    if (!S_ISREG(st.st_mode)) {
        config_problem(p, &node->at,
                       "\"%s\" is no regular file; write the secret into one: (umask 077; "
                       "openssl rand -hex 32 > FILE)",
                       path);
    } else if (st.st_mode & 0066) {
        config_problem(
            p, &node->at,
            "\"%s\" can be read or written by group or others (mode %04o); run: chmod 0600 "
            "%s",
            path, (unsigned) (st.st_mode & 07777), path);
    } else if (st.st_uid != geteuid() && st.st_uid != 0) {
        config_problem(p, &node->at,
                       "\"%s\" belongs to another user (%u), who can read it; chown it to the "
                       "one that runs journeyd",
                       path, (unsigned) st.st_uid);
    } else {
        len = read(fd, secret, sizeof secret);
        if (len > 0 && secret[len - 1] == '\n')
            len -= len > 1 && secret[len - 2] == '\r' ? 2 : 1;
        if (len < SECRET_LEAST || len > SECRET_MOST)
            config_problem(p, &node->at,
                           "\"%s\" holds %s bytes; %d to %d are wanted; make a new one with: "
                           "(umask 077; openssl rand -hex 32 > FILE)",
                           path, len < SECRET_LEAST ? "too few" : "too many",
                           SECRET_LEAST, SECRET_MOST);
        else {
            (void) !mlock(&b->c->hmac, sizeof b->c->hmac);
            hmac_begin(&b->c->hmac, secret, (size_t) len);
        }
    }
    explicit_bzero(secret, sizeof secret);
    close(fd);
}

static void read_normalise(struct config_build *b, const struct yaml_node *node,
                           struct ns *ns)
{
    static const char *const ways[] = {"trim", "lower", "strip_blanks"};
    struct yaml_node **items;
    size_t n;
    if (node == NULL || !config_read_texts(&b->r, node, &items, &n))
        return;
    for (size_t i = 0; i < n; i++) {
        int way = 0;
        config_read_choice(&b->r, items[i], ways, 3, &way);
        ns->lower |= way == 1;
        ns->strip_blanks |= way == 2;
    }
}

static void read_blocked(struct config_build *b, const struct yaml_node *node,
                         struct ns *ns)
{
    struct yaml_node **items;
    size_t n;
    if (node == NULL || !config_read_texts(&b->r, node, &items, &n))
        return;
    ns->blocked = config_heap_alloc(n, sizeof *ns->blocked);
    for (size_t i = 0; i < n; i++) {
        /* what is written here is normalised as values are, so that it can meet one */
        size_t len = strlen(items[i]->text);
        char *value = config_heap_alloc(len + 1, 1);
        len = mapping_key_normalise(ns, items[i]->text, len, value);
        value[len] = '\0';
        ns->blocked[ns->n_blocked++] = value;
    }
}

static void read_namespace(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[] = {{"name", true},
                                             {"kind", true},
                                             {"unique", false},
                                             {"blocked", false},
                                             {"normalise", false}};
    static const char *const kinds[] = {
        [KEY_PERSON] = "person", [KEY_DEVICE] = "device", [KEY_CASE] = "case"};
    struct model *m = &b->c->model;
    struct yaml_node *v[5];
    if (!config_read_map(&b->r, node, keys, 5, v))
        return;
    const char *name = NULL;
    config_read_text(&b->r, v[0], &name);
    if (name == NULL)
        return;
    if (!utf8_is_code(name, strlen(name)))
        config_problem(
            &b->r.problems, &v[0]->at,
            "found \"%s\"; a name is one or two words of a-z 0-9 _ joined by a dot",
            name);
    if (model_namespace(m, name) >= 0)
        config_problem(&b->r.problems, &v[0]->at,
                       "the namespace \"%s\" is declared twice", name);
    struct ns *ns = &m->namespaces[m->n_namespaces++];
    ns->name = config_heap(name);
    int kind = KEY_PERSON;
    config_read_choice(&b->r, v[1], kinds, 3, &kind);
    ns->kind = (enum key_kind) kind;
    config_read_bool(&b->r, v[2], &ns->unique);
    if (ns->unique && ns->kind != KEY_PERSON)
        config_problem(
            &b->r.problems, &v[2]->at,
            "only a namespace of kind person can be unique (two different persons)");
    read_normalise(b, v[4], ns);
    read_blocked(b, v[3], ns);
}

static void read_namespaces(struct config_build *b, const struct yaml_node *node)
{
    if (node->kind != YAML_LIST || node->n == 0) {
        config_problem(
            &b->r.problems, &node->at,
            "found %s; a list of {name, kind} is wanted, better evidence first",
            yaml_found(node, b->r.a));
        return;
    }
    b->c->model.namespaces = config_heap_alloc(node->n, sizeof *b->c->model.namespaces);
    for (size_t i = 0; i < node->n; i++)
        read_namespace(b, node->items[i]);
}

void config_identity(struct config_build *b, const struct yaml_node *node)
{
    enum {
        SECRET_FILE,
        NAMESPACES,
        LOGIN_TTL,
        STITCH_BACK,
        MAX_ALIASES,
        KIOSKS,
        KIOSK_FILES,
        EXCLUDE,
        EXCLUDE_FILES,
        COUNT
    };
    static const struct config_key keys[COUNT] = {
        [SECRET_FILE] = {"secret_file", true},
        [NAMESPACES] = {"namespaces", true},
        [LOGIN_TTL] = {"login_ttl", false},
        [STITCH_BACK] = {"stitch_back", false},
        [MAX_ALIASES] = {"max_aliases", false},
        [KIOSKS] = {"kiosks", false},
        [KIOSK_FILES] = {"kiosk_files", false},
        [EXCLUDE] = {"exclude", false},
        [EXCLUDE_FILES] = {"exclude_files", false}};
    struct model *m = &b->c->model;
    struct yaml_node *v[COUNT];
    if (!config_read_map(&b->r, node, keys, COUNT, v))
        return;
    if (b->c->is_trial) /* needs neither a secret nor a list of persons on the machine */
        v[KIOSK_FILES] = v[EXCLUDE_FILES] = NULL;
    if (b->c->is_trial)
        hmac_begin(&b->c->hmac, TRIAL_SECRET, strlen(TRIAL_SECRET));
    else if (v[SECRET_FILE] != NULL)
        read_secret(b, v[SECRET_FILE]);
    size_t told = b->r.problems.list.n;
    if (v[NAMESPACES] != NULL)
        read_namespaces(b, v[NAMESPACES]);
    b->r.namespaces_are_unsure = v[NAMESPACES] == NULL || b->r.problems.list.n > told;
    config_read_duration(&b->r, v[LOGIN_TTL], &m->login_ttl_us);
    config_read_duration(&b->r, v[STITCH_BACK], &m->stitch_back_us);
    int64_t most = m->max_aliases;
    config_read_int(&b->r, v[MAX_ALIASES], 1, 1000000, &most);
    m->max_aliases = (int) most;
    config_keys(b, v[KIOSKS], v[KIOSK_FILES], KEY_DEVICE, &m->kiosks, &m->n_kiosks);
    config_keys(b, v[EXCLUDE], v[EXCLUDE_FILES], KEY_PERSON, &m->exclude, &m->n_exclude);
}
