/* The configuration (journeyd.yaml and the files it names), checked whole before anything starts.
 * Every problem becomes one line "file:line:column: key: what was found; what would be right" -
 * all of them at once, with a suggestion for a misspelt key. */
#ifndef IO_CONFIG_CONFIG_H
#define IO_CONFIG_CONFIG_H

#include <stddef.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "core/model.h"
#include "io/config/config_problem.h"

enum config_start { START_BEGINNING, START_END, START_TIMESTAMP };
enum config_on_gap { ON_GAP_STOP, ON_GAP_CONTINUE };

struct config_property { char *name, *value; };

/* A setting the numbers depend on, as text, for the fingerprint; secrets and keys as hashes. */
struct config_setting {
    const char *name;  /* "sessions.gap", "scenarios.hold", "sources.plain" ... */
    char *value;       /* canonical text or hex digest */
    bool rebuildable;  /* `rebuild` can apply it to the past */
    bool forward_only; /* a change holds from now on: no refusal (mappings, acceptance) */
};

struct config {
    char *path;
    char *library_name, *time_zone;
    char **tenants;
    int n_tenants;
    struct {
        char *brokers, *group;
        enum config_start start;
        int64_t start_us;
        enum config_on_gap on_gap;
        struct config_property *properties;
        int n_properties;
    } kafka;
    struct {
        char *dsn, *password_file;
    } postgres;
    struct {
        int64_t events_us, quarantine_us; /* how long they are kept */
    } retention;
    int64_t small_groups; /* readers see no number about so many customers or fewer */
    size_t batch_bytes, cache_bytes;
    struct hmac hmac; /* of the identity secret */
    struct model model;
    struct mapping *mapping; /* compiled sources, see io/mapping/mapping.h */
    struct config_setting *settings;
    int n_settings;
    char fingerprint[65]; /* SHA-256 over all settings, hex */
    bool is_trial;        /* loaded by config_load_trial */
};

/* NULL and err (CONFIG) when there is any problem; report gets one line each. */
struct config *config_load(const char *path, struct buf *report, struct err *err) MUST_CHECK;
/* The same, for trying mappings on made-up data: secret_file is not opened, a secret that
 * everybody knows stands in for it, and the mapping tells what it took in clear
 * (io/mapping/mapping_clear.h). Only `journeyd test` loads so; it stores nothing. */
struct config *config_load_trial(const char *path, struct buf *report,
                                 struct err *err) MUST_CHECK;
void config_free(struct config *c);

/* All that can be said of a configuration, for `journeyd validate`: problems and warnings, and
 * the files as trees, so that who asks Kafka and PostgreSQL can say where something stands. */
struct yaml_node;
struct config_findings {
    struct arena a; /* holds the rest */
    struct config_problems problems; /* sorted */
    const struct yaml_node *root; /* NULL: could not be read */
    struct yaml_node *const *sources;
    size_t n_sources;
    int n_files, n_unread; /* opened; of them those that are no YAML or not there */
    bool vocabulary_is_unsure, namespaces_are_unsure; /* what refers to them was not looked up */
};
/* As config_load; NULL and err when there is a problem, warnings are none. f is filled in any
 * case. */
struct config *config_check(const char *path, struct config_findings *f,
                            struct err *err) MUST_CHECK;
void config_findings_done(struct config_findings *f);

#endif
