/* The simulated month: the same bytes for the same seed, what it counts is what it
 * writes, and each message becomes what it was made for when the shipped mappings read
 * it. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "io/config/config.h"
#include "io/mapping/mapping.h"
#include "io/sim/simulate.h"
#include "unit.h"

/* SHA-256 over every message of `small`: changes only when the simulation is meant to
 * change. */
static const char small_digest[] =
    "32498c356a45f30b228ece6b01a99f842d05cefefcc43512089fdb9cea13e96d";

static struct simulate_options small(void)
{
    return (struct simulate_options){.seed = 1,
                                     .customers = 300,
                                     .days = 10,
                                     .partitions = 8,
                                     .from_day = day_of_civil(2026, 3, 1),
                                     .knobs = sim_knobs_default};
}

static struct simulate_options month(void)
{
    struct simulate_options o = {.seed = 1,
                                 .events = 60000,
                                 .days = 31,
                                 .partitions = 8,
                                 .from_day = day_of_civil(2026, 3, 1),
                                 .knobs = sim_knobs_all};

    return o;
}

struct hashed {
    struct sim_sink sink;
    struct sha256 sha;
    int64_t messages, last_ts_ms[SIM_TOPICS], backwards;
    int64_t next_offset[SIM_TOPICS][8], wrong_offsets;
};

static bool hash_message(struct sim_sink *sink, const struct simulated *msg,
                         struct err *err)
{
    struct hashed *h = (struct hashed *) sink;
    int64_t numbers[3] = {msg->topic, msg->partition, msg->ts_ms};

    (void) err;
    h->messages++;
    for (int i = 0; i < 3; i++) {
        uint8_t bytes[8];

        for (int n = 0; n < 8; n++)
            bytes[n] = (uint8_t) ((uint64_t) numbers[i] >> (8 * n));
        sha256_add(&h->sha, bytes, sizeof bytes);
    }
    sha256_add(&h->sha, msg->key, msg->key_len);
    sha256_add(&h->sha, msg->value != NULL ? msg->value : "", msg->value_len);
    h->wrong_offsets += h->next_offset[msg->topic][msg->partition]++ != msg->offset;
    h->backwards += msg->ts_ms < h->last_ts_ms[msg->topic];
    h->last_ts_ms[msg->topic] = msg->ts_ms;
    return true;
}

static void run_hashed(const struct simulate_options *o, struct hashed *h,
                       struct simulate_totals *t, char hex[65])
{
    struct err err = {0};
    uint8_t digest[32];

    memset(h, 0, sizeof *h);
    h->sink.put = hash_message;
    sha256_begin(&h->sha);
    ck_assert_msg(simulate_run(o, &h->sink, NULL, NULL, t, &err), "%s", err.text);
    sha256_end(&h->sha, digest);
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

START_TEST(same_seed_same_bytes)
{
    struct simulate_options o = small();
    struct simulate_totals t;
    struct hashed h;
    char first[65], second[65];

    run_hashed(&o, &h, &t, first);
    run_hashed(&o, &h, &t, second);
    ck_assert_str_eq(first, second);
    ck_assert_str_eq(first, small_digest);
    o.seed = 2;
    run_hashed(&o, &h, &t, second);
    ck_assert_str_ne(first, second);
}
END_TEST

START_TEST(counts_add_up)
{
    struct simulate_options o = small();
    struct simulate_totals t;
    struct hashed h;
    char hex[65];
    int64_t by_topic = 0, by_kind = 0;

    run_hashed(&o, &h, &t, hex);
    for (int i = 0; i < SIM_TOPICS; i++)
        by_topic += t.by_topic[i];
    for (int i = 0; i < ACT_KINDS; i++)
        by_kind += t.by_kind[i];
    ck_assert_int_eq(t.messages, h.messages);
    ck_assert_int_eq(t.messages, by_topic);
    ck_assert_int_eq(t.messages, by_kind + t.copies + t.poison);
    ck_assert_int_eq(t.customers, 300);
    ck_assert_int_eq(h.wrong_offsets, 0);
    ck_assert_int_eq(h.backwards, 0);
}
END_TEST

START_TEST(every_kind_occurs)
{
    struct simulate_options o = {.seed = 1,
                                 .events = 100000,
                                 .days = 31,
                                 .partitions = 8,
                                 .from_day = day_of_civil(2026, 3, 1),
                                 .knobs = sim_knobs_default};
    struct simulate_totals t;
    struct hashed h;
    char hex[65];

    run_hashed(&o, &h, &t, hex);
    for (int i = 0; i < ACT_KINDS; i++)
        ck_assert_msg(t.by_kind[i] > 0, "act %d never happens", i);
    for (int i = 1; i < POISON_KINDS; i++)
        ck_assert_msg(t.by_poison[i] > 0, "poison %d never happens", i);
    ck_assert_msg(t.messages > 95000 && t.messages < 105000, "%lld messages for 100,000",
                  (long long) t.messages);
    o.customers = t.customers;
    o.events = 12345;
    run_hashed(&o, &h, &t, hex);
    ck_assert_int_eq(t.messages, 12345);
}
END_TEST

struct mapped_sink {
    struct sim_sink sink;
    struct config *config;
    struct sim_world world;
    struct arena a;
    int64_t wrong, good, unsubscribed;
    struct {
        uint64_t id;
        int64_t t_us;
    } ids[100000];
    int n_ids;
    char first_wrong[400];
};

static void keep_id(struct mapped_sink *s, const struct event *ev)
{
    ck_assert_int_lt(s->n_ids, (int) (sizeof s->ids / sizeof s->ids[0]));
    s->ids[s->n_ids].id = ev->id;
    s->ids[s->n_ids++].t_us = ev->t_us;
}

static int by_id(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(uint64_t));
}

static const char *outcome_of(const struct config *c, const struct mapped *m)
{
    if (m->outcome == OUTCOME_SKIPPED)
        return NULL;
    if (m->outcome != OUTCOME_EVENT)
        return m->outcome == OUTCOME_TOMBSTONE ? "(tombstone)" : "(quarantined)";
    if (!event_is_identity(&m->event))
        return c->model.touchpoints[m->event.place].code;
    return m->event.logout ? "(logout)" : "(identity)";
}

static const char *meaning(const struct sim_act *act)
{
    if (act->poison == POISON_TOMBSTONE)
        return "(tombstone)";
    if (act->poison != POISON_NONE)
        return "(quarantined)";
    return act->topic == SIM_TOPIC_FOREIGN_LOAN ? NULL
                                                : sim_meanings[act->kind].touchpoint;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The namespaces of the keys, as the table of sim_plan.h has them. */
static const char *keys_of(const struct sim_act *act)
{
    switch (act->topic) {
    case SIM_TOPIC_LOAN:
        return "folio.user loan ";
    case SIM_TOPIC_REQUEST:
        return "folio.user card hold ";
    case SIM_TOPIC_USERS:
        return "folio.user card email ";
    case SIM_TOPIC_HELP:
        return "email zammad.user ticket ";
    case SIM_TOPIC_PLAIN:
        return act->kind == ACT_CSAT ? "email ticket " : "card ";
    default:
        return act->kind == ACT_IDENTIFY ? "email web.user web.anon "
               : act->logged_in          ? "web.user web.anon "
                                         : "web.anon ";
    }
}

static bool right_keys(const struct model *m, const struct event *ev,
                       const struct sim_act *act)
{
    char names[200] = "";

    for (int i = 0; i < ev->n_keys; i++) {
        strcat(names, m->namespaces[ev->keys[i].ns].name);
        strcat(names, " ");
    }
    return same_text(names, keys_of(act));
}

static bool right_attr(const struct sim_world *w, const struct model *m,
                       const struct event *ev, const struct sim_act *act)
{
    static const char *const classes[] = {"desktop", "mobile", "tablet", "desktop"};
    static const char *const channels[SIM_TOPICS] = {
        [SIM_TOPIC_LOAN] = "circulation",  [SIM_TOPIC_REQUEST] = "circulation",
        [SIM_TOPIC_USERS] = "circulation", [SIM_TOPIC_WEB] = "website",
        [SIM_TOPIC_HELP] = "helpdesk",     [SIM_TOPIC_PLAIN] = "website",
    };
    const struct attr *a = &m->attrs[ev->attr];
    bool folio = act->topic == SIM_TOPIC_LOAN || act->topic == SIM_TOPIC_REQUEST;
    struct sim_person p;
    const char *channel = act->kind == ACT_CSAT         ? "helpdesk"
                          : act->kind == ACT_SPACE_USED ? "circulation"
                                                        : channels[act->topic];

    sim_person_of(w, act->customer, &p);
    return same_text(a->channel, channel) &&
           a->initiator == (act->kind == ACT_CANCELLED_BY_STAFF
                                ? INITIATOR_STAFF
                                : m->touchpoints[ev->place].initiator) &&
           same_text(a->dim[DIM_BRANCH],
                     folio || (act->topic == SIM_TOPIC_PLAIN && act->kind != ACT_CSAT)
                         ? sim_branch_ids[act->branch]
                         : NULL) &&
           (act->branch == p.branch || act->kind == ACT_RETURN) &&
           same_text(a->dim[DIM_CUSTOMER_GROUP], folio || act->topic == SIM_TOPIC_USERS
                                                     ? sim_group_ids[p.group]
                                                     : NULL) &&
           same_text(a->dim[DIM_DEVICE_CLASS],
                     act->topic == SIM_TOPIC_WEB ? classes[act->device] : NULL) &&
           a->dim[DIM_ITEM_TYPE] == NULL;
}

static bool right_event(const struct sim_world *w, const struct model *m,
                        const struct event *ev, const struct sim_act *act)
{
    int64_t late_ms = act->topic == SIM_TOPIC_USERS ? 7 : 0;

    return ev->t_us == (act->t_ms + late_ms) * 1000 && right_keys(m, ev, act) &&
           (event_is_identity(ev) || right_attr(w, m, ev, act));
}

static bool map_message(struct sim_sink *sink, const struct simulated *msg,
                        struct err *err)
{
    struct mapped_sink *s = (struct mapped_sink *) sink;
    const char *topic = sim_topic_names[msg->topic], *want, *got;
    struct message in = {.topic = topic,
                         .partition = msg->partition,
                         .offset = msg->offset,
                         .ts_us = msg->ts_ms * 1000,
                         .key = msg->key,
                         .key_len = msg->key_len,
                         .value = msg->value,
                         .value_len = msg->value_len};
    struct mapped out;
    bool right;

    (void) err;
    if (mapping_source_of_topic(s->config->mapping, topic) < 0) {
        s->unsubscribed++;
        return true;
    }
    mapping_apply(s->config->mapping, &in, -1, &s->a, &out);
    got = outcome_of(s->config, &out);
    want = meaning(msg->act);
    right = same_text(got, want) &&
            (out.outcome != OUTCOME_EVENT ||
             right_event(&s->world, &s->config->model, &out.event, msg->act));
    if (right && out.outcome == OUTCOME_EVENT && !msg->act->copy && !msg->act->edited)
        keep_id(s, &out.event);
    s->good += out.outcome == OUTCOME_EVENT;
    if (!right && s->wrong++ == 0)
        snprintf(s->first_wrong, sizeof s->first_wrong,
                 "act %d poison %d: wanted %s, got %s (%s), rule %s", msg->act->kind,
                 msg->act->poison, want ? want : "nothing", got ? got : "nothing",
                 out.skip ? out.skip : "", out.rule ? out.rule : "");
    arena_reset(&s->a);
    return true;
}

static struct config *shipped_config(void)
{
    char dir[] = "/tmp/journeyd-test.XXXXXX", secret[64], file[64], *deploy;
    struct err err = {0};
    struct buf report;
    struct config *c;
    FILE *f;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    deploy = realpath("deploy", NULL);
    ck_assert_msg(deploy != NULL, "run from the root of the project");
    snprintf(secret, sizeof secret, "%s/secret", dir);
    snprintf(file, sizeof file, "%s/journeyd.yaml", dir);
    f = fopen(secret, "w");
    fputs("0123456789abcdef0123456789abcdef\n", f);
    fclose(f);
    chmod(secret, 0600);
    f = fopen(file, "w");
    fprintf(f,
            "library:   {name: Test, time_zone: Europe/Berlin, tenants: [diku]}\n"
            "kafka:     {brokers: \"localhost:9\", group: test}\n"
            "postgres:  {dsn: \"host=/nowhere dbname=x\"}\n"
            "identity:\n"
            "  secret_file: secret\n"
            "  namespaces:\n"
            "    - {name: folio.user, kind: person, unique: true}\n"
            "    - {name: card, kind: person}\n"
            "    - {name: email, kind: person, normalise: [lower]}\n"
            "    - {name: web.user, kind: person}\n"
            "    - {name: zammad.user, kind: person}\n"
            "    - {name: web.anon, kind: device}\n"
            "    - {name: hold, kind: case}\n"
            "    - {name: loan, kind: case}\n"
            "    - {name: ticket, kind: case}\n"
            "vocabulary: %s/vocabulary.yaml\n"
            "scenarios:  %s/scenarios.yaml\n"
            "sources:    [\"%s/sources/*.yaml\"]\n",
            deploy, deploy, deploy);
    fclose(f);
    free(deploy);
    buf_init(&report);
    c = config_load(file, &report, &err);
    buf_add(&report, "", 1);
    ck_assert_msg(c != NULL, "%s\n%s", err.text, report.data);
    buf_done(&report);
    unlink(secret);
    unlink(file);
    rmdir(dir);
    return c;
}

START_TEST(mapped_as_intended)
{
    static struct mapped_sink s;
    struct simulate_options o = month();
    struct simulate_totals t;
    struct err err = {0};

    s = (struct mapped_sink){.sink = {map_message}, .config = shipped_config()};
    simulate_world(&o, &s.world);
    arena_init(&s.a);
    ck_assert_msg(simulate_run(&o, &s.sink, NULL, NULL, &t, &err), "%s", err.text);
    ck_assert_msg(s.wrong == 0, "%lld of %lld wrong, first: %s", (long long) s.wrong,
                  (long long) t.messages, s.first_wrong);
    /* only the check-in topic, which names neither loan nor customer, is nobody's */
    ck_assert_int_eq(s.unsubscribed, t.by_topic[SIM_TOPIC_CHECKIN]);
    ck_assert(s.good > 40000);
    /* no two acts are one event */
    qsort(s.ids, (size_t) s.n_ids, sizeof s.ids[0], by_id);
    for (int i = 1; i < s.n_ids; i++)
        ck_assert_uint_ne(s.ids[i - 1].id, s.ids[i].id);
    arena_done(&s.a);
    config_free(s.config);
}
END_TEST

UNIT_SUITE(simulate_suite, "simulate", same_seed_same_bytes, counts_add_up,
           every_kind_occurs, mapped_as_intended)

UNIT_MAIN(simulate_suite)
