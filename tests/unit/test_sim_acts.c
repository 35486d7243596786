/* The tables of sim_acts.h are true: the shipped mappings make of each simulated message
 * what stands there, with its keys, time and dimensions. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/config/config.h"
#include "io/mapping/mapping.h"
#include "io/sim/simulate.h"
#include "unit.h"

static struct simulate_options month(void)
{
    struct simulate_options o = {.seed = 1,
                                 .customers = 1500,
                                 .days = 31,
                                 .partitions = 8,
                                 .from_day = day_of_civil(2026, 3, 1),
                                 .knobs = sim_knobs_all};

    return o;
}

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
    const struct mapped *out;
    bool right;

    (void) err;
    if (mapping_source_of_topic(s->config->mapping, topic) < 0) {
        s->unsubscribed++;
        return true;
    }
    mapping_apply(s->config->mapping, &in, -1, &s->a, &out);
    got = outcome_of(s->config, out);
    want = meaning(msg->act);
    right = same_text(got, want) &&
            (out->outcome != OUTCOME_EVENT ||
             right_event(&s->world, &s->config->model, &out->event, msg->act));
    if (right && out->outcome == OUTCOME_EVENT && !msg->act->copy && !msg->act->edited)
        keep_id(s, &out->event);
    s->good += out->outcome == OUTCOME_EVENT;
    if (!right && s->wrong++ == 0)
        snprintf(s->first_wrong, sizeof s->first_wrong,
                 "act %d poison %d: wanted %s, got %s (%s), rule %s", msg->act->kind,
                 msg->act->poison, want ? want : "nothing", got ? got : "nothing",
                 out->skip ? skip_name(out->skip) : "", out->rule ? out->rule : "");
    arena_reset(&s->a);
    return true;
}

/* The shipped sources of what is simulated, as the demo has them. */
static struct config *shipped_config(void)
{
    static const char *const sources[] = {"folio-loan", "folio-request", "folio-users",
                                          "web",        "zammad",        "plain"};
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
            "sources:\n",
            deploy, deploy);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        fprintf(f, "  - \"%s/sources/%s.yaml\"\n", deploy, sources[i]);
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

static void run_mapped(struct mapped_sink *s, const struct simulate_options *o)
{
    struct simulate_totals t;
    struct err err = {0};

    *s = (struct mapped_sink){.sink = {map_message}, .config = shipped_config()};
    simulate_world(o, &s->world);
    arena_init(&s->a);
    ck_assert_msg(simulate_run(o, &s->sink, NULL, NULL, &t, &err), "%s", err.text);
    ck_assert_msg(s->wrong == 0, "%lld of %lld wrong, first: %s", (long long) s->wrong,
                  (long long) t.messages, s->first_wrong);
    /* only the check-in topic, which names neither loan nor customer, is nobody's here */
    ck_assert_int_eq(s->unsubscribed, t.by_topic[SIM_TOPIC_CHECKIN]);
    arena_done(&s->a);
    config_free(s->config);
}

START_TEST(mapped_as_intended)
{
    static struct mapped_sink s;
    struct simulate_options o = month();

    run_mapped(&s, &o);
    ck_assert_int_gt(s.good, 18000);
    /* no two acts are one event */
    qsort(s.ids, (size_t) s.n_ids, sizeof s.ids[0], by_id);
    for (int i = 1; i < s.n_ids; i++)
        UNIT_CHECK(s.ids[i - 1].id != s.ids[i].id, "two acts with one id");
}
END_TEST

/* Dates of other lengths and digits: what is broken stays broken. */
START_TEST(mapped_in_other_years)
{
    static const int years[] = {1990, 1999, 2034, 2199};
    static struct mapped_sink s;
    struct simulate_options o = month();

    o.customers = 120;
    o.knobs.poison = 400;
    for (int i = 0; i < 4; i++) {
        o.from_day = day_of_civil(years[i], 12, 1);
        run_mapped(&s, &o);
        ck_assert_int_gt(s.good, 900);
    }
}
END_TEST

UNIT_SUITE(sim_acts_suite, "sim_acts", mapped_as_intended, mapped_in_other_years)

UNIT_MAIN(sim_acts_suite)
