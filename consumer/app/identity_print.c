/* See identity_print.h. Everything told is a public id, a namespace, a count or a time. */
#include "app/identity_print.h"

#include <stdio.h>
#include <string.h>

#include "core/forget.h"

struct text_id {
    char text[37];
};

static struct text_id id_of(const uint8_t b[16])
{
    struct text_id out;
    int len = 0;
    for (int i = 0; i < 16; i++)
        len += sprintf(out.text + len, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                       b[i]);
    return out;
}
#define ID(uuid) id_of((uuid).b).text

void identity_print_id(struct uuid id, char out[37])
{
    strcpy(out, ID(id));
}

struct text_time {
    char text[40];
};

static struct text_time time_of(int64_t t_us)
{
    struct text_time out = {"-"};
    if (t_us > SLICES_FROM_US && t_us < SLICES_TO_US)
        clock_format_us(t_us, out.text);
    return out;
}
#define TIME(t_us) time_of(t_us).text

static const char *rule_of(enum shared_rule rule)
{
    return rule == SHARED_SEVERAL_CUSTOMERS ? "several_customers"
           : rule == SHARED_MAX_ALIASES     ? "max_aliases"
                                            : NULL;
}

static const struct lookup_key *key_no(const struct lookup *l, int64_t no)
{
    for (size_t i = 0; i < l->keys.n; i++)
        if (l->keys.at[i].no == no)
            return &l->keys.at[i];
    for (size_t i = 0; i < l->neighbours.n; i++)
        if (l->neighbours.at[i].no == no)
            return &l->neighbours.at[i];
    for (size_t i = 0; i < l->devices.n; i++)
        if (l->devices.at[i].key.no == no)
            return &l->devices.at[i].key;
    return NULL;
}

/* ---------------------------------------------------------------- text */

static void more(int64_t all, size_t shown)
{
    if (all > (int64_t) shown)
        printf("  and %lld more\n", (long long) (all - (int64_t) shown));
}

static void text_neighbours(const struct lookup *l)
{
    if (l->neighbours.n)
        printf("seen with, and not of this customer\n");
    for (size_t i = 0; i < l->neighbours.n; i++) {
        const struct lookup_key *k = &l->neighbours.at[i];
        if (k->shared)
            printf("  %-14s %s  shared (%s), %u partners\n", k->ns, ID(k->id), rule_of(k->shared),
                   k->partners);
        else
            printf("  %-14s %s  of customer %s\n", k->ns, ID(k->id), ID(k->customer_id));
    }
    more(l->n_neighbours, l->neighbours.n);
}

static void text_devices(const struct lookup *l)
{
    if (l->devices.n)
        printf("devices\n");
    for (size_t i = 0; i < l->devices.n; i++) {
        const struct lookup_device *d = &l->devices.at[i];
        printf("  %-14s %s  %lld logins, %lld customers log in on it%s\n", d->key.ns, ID(d->key.id),
               (long long) d->logins, (long long) d->customers, d->is_kiosk ? ", a kiosk" : "");
        for (size_t k = 0; k < d->slices.n; k++)
            printf("      %s  to  %s\n", TIME(d->slices.at[k].from_us),
                   TIME(d->slices.at[k].to_us));
    }
    more(l->n_devices, l->devices.n);
}

static void text_cases(const struct lookup *l)
{
    if (l->cases.n)
        printf("cases\n");
    for (size_t i = 0; i < l->cases.n; i++) {
        const struct lookup_case *c = &l->cases.at[i];
        printf("  %-14s %s  %lld events%s%s%s\n", c->key.ns, ID(c->key.id), (long long) c->events,
               c->by_no ? ", since " : "", c->by_no ? TIME(c->at_us) : "",
               c->is_owned ? "" : ", of another customer");
    }
    more(l->n_cases, l->cases.n);
}

void identity_print_text(const struct lookup *l)
{
    printf("key       %-14s %s\n", l->asked.ns, ID(l->asked.id));
    if (l->asked.shared)
        printf("shared    %s: it was seen with %u other keys and names nobody\n",
               rule_of(l->asked.shared), l->asked.partners);
    if (l->forgotten_us == FORGET_FOR_GOOD_US)
        printf("opted out nothing of it is kept\n");
    else if (l->forgotten_us != US_MIN)
        printf("forgotten what was before %s stays away\n", TIME(l->forgotten_us));
    printf("customer  %s (%s%s)\n", ID(l->root.customer_id), l->kind,
           l->is_excluded ? ", excluded" : "");
    printf("          %lld events, %lld sessions, %lld journeys", (long long) l->events,
           (long long) l->sessions, (long long) l->journeys);
    if (l->first_us != US_MIN)
        printf(", %s to %s", TIME(l->first_us), TIME(l->last_us));
    printf("\nkeys\n");
    for (size_t i = 0; i < l->keys.n; i++)
        printf("  %-14s %s\n", l->keys.at[i].ns, ID(l->keys.at[i].id));
    text_neighbours(l);
    text_devices(l);
    text_cases(l);
    if (l->switches.n)
        printf("switched off\n");
    for (size_t i = 0; i < l->switches.n; i++) {
        const struct lookup_switch *s = &l->switches.at[i];
        printf("  %s %s - %s %s\n      %s by %s (%s)\n", s->a.ns, ID(s->a.id), s->b.ns, ID(s->b.id),
               TIME(s->at_us), s->database_user, s->os_user);
    }
}

/* ---------------------------------------------------------------- JSON */

/* Names of namespaces, users and rules need no escapes but users': printed with those of JSON. */
static void json_text(const char *text)
{
    putchar('"');
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            putchar('\\');
        if ((unsigned char) *p < 0x20)
            printf("\\u%04x", *p);
        else
            putchar(*p);
    }
    putchar('"');
}

static void json_time(const char *name, int64_t t_us)
{
    if (t_us > SLICES_FROM_US && t_us < SLICES_TO_US)
        printf(",\"%s\":\"%s\"", name, TIME(t_us));
    else
        printf(",\"%s\":null", name);
}

static void json_key(const struct lookup_key *k)
{
    printf("{\"namespace\":\"%s\",\"key_id\":\"%s\",\"customer_id\":\"%s\",\"shared\":", k->ns,
           ID(k->id), ID(k->customer_id));
    if (k->shared)
        printf("\"%s\"", rule_of(k->shared));
    else
        printf("null");
    printf(",\"partners\":%u}", k->partners);
}

static void json_devices(const struct lookup *l)
{
    for (size_t i = 0; i < l->devices.n; i++) {
        const struct lookup_device *d = &l->devices.at[i];
        printf("%s{\"namespace\":\"%s\",\"key_id\":\"%s\",\"is_kiosk\":%s,\"logins\":%lld,"
               "\"customers\":%lld",
               i ? "," : "", d->key.ns, ID(d->key.id), d->is_kiosk ? "true" : "false",
               (long long) d->logins, (long long) d->customers);
        json_time("first_login_at", d->logins ? d->first_us : SLICES_FROM_US);
        json_time("last_login_at", d->logins ? d->last_us : SLICES_FROM_US);
        printf(",\"slices\":[");
        for (size_t k = 0; k < d->slices.n; k++) {
            printf("%s{\"device\":%zu", k ? "," : "", i);
            json_time("from", d->slices.at[k].from_us);
            json_time("to", d->slices.at[k].to_us);
            printf("}");
        }
        printf("]}");
    }
}

static void json_cases(const struct lookup *l)
{
    for (size_t i = 0; i < l->cases.n; i++) {
        const struct lookup_case *c = &l->cases.at[i];
        printf("%s{\"namespace\":\"%s\",\"case_id\":\"%s\",\"events\":%lld,\"is_owned\":%s",
               i ? "," : "", c->key.ns, ID(c->key.id), (long long) c->events,
               c->is_owned ? "true" : "false");
        json_time("since", c->by_no ? c->at_us : SLICES_FROM_US);
        printf("}");
    }
}

static void json_links(const struct lookup *l)
{
    for (size_t i = 0; i < l->links.n; i++) {
        const struct lookup_link *k = &l->links.at[i];
        printf("%s{\"a\":\"%s\",\"b\":\"%s\",\"is_off\":%s}", i ? "," : "", ID(key_no(l, k->a)->id),
               ID(key_no(l, k->b)->id), k->is_off ? "true" : "false");
    }
}

static void json_switches(const struct lookup *l)
{
    for (size_t i = 0; i < l->switches.n; i++) {
        const struct lookup_switch *s = &l->switches.at[i];
        printf("%s{\"a\":\"%s\",\"a_namespace\":\"%s\",\"b\":\"%s\",\"b_namespace\":\"%s\"",
               i ? "," : "", ID(s->a.id), s->a.ns, ID(s->b.id), s->b.ns);
        json_time("switched_at", s->at_us);
        printf(",\"database_user\":");
        json_text(s->database_user);
        printf(",\"os_user\":");
        json_text(s->os_user);
        printf("}");
    }
}

void identity_print_json(const struct lookup *l)
{
    printf("{\"key\":");
    json_key(&l->asked);
    json_time("forgotten_until", l->forgotten_us);
    printf(",\"is_opted_out\":%s", l->forgotten_us == FORGET_FOR_GOOD_US ? "true" : "false");
    printf(",\"customer\":{\"customer_id\":\"%s\",\"kind\":\"%s\",\"is_excluded\":%s,"
           "\"events\":%lld,\"sessions\":%lld,\"journeys\":%lld",
           ID(l->root.customer_id), l->kind, l->is_excluded ? "true" : "false",
           (long long) l->events, (long long) l->sessions, (long long) l->journeys);
    json_time("first_seen_at", l->first_us);
    json_time("last_seen_at", l->last_us);
    printf("},\"keys\":[");
    for (size_t i = 0; i < l->keys.n; i++) {
        printf("%s", i ? "," : "");
        json_key(&l->keys.at[i]);
    }
    printf("],\"neighbours\":[");
    for (size_t i = 0; i < l->neighbours.n; i++) {
        printf("%s", i ? "," : "");
        json_key(&l->neighbours.at[i]);
    }
    printf("],\"neighbour_count\":%lld,\"aliases\":[", (long long) l->n_neighbours);
    json_links(l);
    printf("],\"devices\":[");
    json_devices(l);
    printf("],\"device_count\":%lld,\"cases\":[", (long long) l->n_devices);
    json_cases(l);
    printf("],\"case_count\":%lld,\"switches\":[", (long long) l->n_cases);
    json_switches(l);
    printf("]}\n");
}

/* ---------------------------------------------------------------- a drawing */

static void dot_node(const struct lookup_key *k, const char *style)
{
    static const char *const shapes[] = {"ellipse", "box", "folder"};
    printf("    \"%s\" [shape=%s, label=\"%s\\n%.8s%s%s\"%s];\n", ID(k->id), shapes[k->kind], k->ns,
           ID(k->id), k->shared ? "\\nshared: " : "", k->shared ? rule_of(k->shared) : "", style);
}

void identity_print_dot(const struct lookup *l)
{
    printf("graph customer {\n    label=\"%s %s\";\n    node [fontsize=10];\n", l->kind,
           ID(l->root.customer_id));
    for (size_t i = 0; i < l->keys.n; i++)
        if (l->keys.at[i].kind == KEY_PERSON || l->keys.n == 1)
            dot_node(&l->keys.at[i], i ? "" : ", penwidth=2");
    for (size_t i = 0; i < l->neighbours.n; i++)
        dot_node(&l->neighbours.at[i], ", color=gray, fontcolor=gray");
    for (size_t i = 0; i < l->links.n; i++)
        printf("    \"%s\" -- \"%s\"%s;\n", ID(key_no(l, l->links.at[i].a)->id),
               ID(key_no(l, l->links.at[i].b)->id),
               l->links.at[i].is_off ? " [style=dashed, label=\"off\"]" : "");
    for (size_t i = 0; i < l->devices.n; i++) {
        const struct lookup_device *d = &l->devices.at[i];
        dot_node(&d->key, d->is_kiosk ? ", style=dotted" : "");
        for (size_t k = 0; k < d->n_keys; k++)
            printf("    \"%s\" -- \"%s\" [label=\"%lld logins, %zu slices\"];\n",
                   ID(key_no(l, d->keys[k])->id), ID(d->key.id), (long long) d->logins,
                   d->slices.n);
    }
    for (size_t i = 0; i < l->cases.n; i++) {
        const struct lookup_case *c = &l->cases.at[i];
        const struct lookup_key *by = key_no(l, c->by_no);
        dot_node(&c->key, c->is_owned ? "" : ", color=gray, fontcolor=gray");
        if (by)
            printf("    \"%s\" -- \"%s\";\n", ID(by->id), ID(c->key.id));
    }
    for (size_t i = 0; i < l->switches.n; i++) {
        const struct lookup_switch *s = &l->switches.at[i];
        if (s->a.kind != KEY_PERSON || s->b.kind != KEY_PERSON) /* else it is a link above */
            printf("    \"%s\" -- \"%s\" [style=dashed, label=\"off\"];\n", ID(s->a.id),
                   ID(s->b.id));
    }
    printf("}\n");
}

/* ---------------------------------------------------------------- what to look at */

static void text_suspect(enum suspect_kind kind, const struct suspect *s)
{
    const struct text_id key = id_of(s->id);
    const char *id = key.text;
    if (kind == SUSPECT_MANY_KEYS)
        printf("  %-14s %s  %lld keys, up to %lld of one namespace\n", s->ns, id, (long long) s->n,
               (long long) s->m);
    else if (kind == SUSPECT_DEVICE)
        printf("  %-14s %s  %lld customers on %lld days\n", s->ns, id, (long long) s->n,
               (long long) s->m);
    else
        printf("  %-14s %s  %s, %lld partners, since %s\n", s->ns, id, s->rule, (long long) s->n,
               TIME(s->since_us));
}

void identity_print_suspects(const struct suspects lists[SUSPECT_COUNT],
                             const struct suspect_limits *limits)
{
    printf("%lld customers with more than %lld person keys\n",
           (long long) lists[SUSPECT_MANY_KEYS].all, (long long) limits->keys);
    for (int kind = 0; kind < SUSPECT_COUNT; kind++) {
        if (kind == SUSPECT_DEVICE)
            printf("%lld devices with more than %lld customers that are no kiosks\n",
                   (long long) lists[kind].all, (long long) limits->customers);
        if (kind == SUSPECT_SHARED)
            printf("%lld keys that became shared since %s\n", (long long) lists[kind].all,
                   TIME(limits->since_us));
        for (size_t i = 0; i < lists[kind].n; i++)
            text_suspect((enum suspect_kind) kind, &lists[kind].at[i]);
        more(lists[kind].all, lists[kind].n);
    }
}

void identity_print_suspects_json(const struct suspects lists[SUSPECT_COUNT])
{
    static const char *const names[] = {"customers_with_many_keys", "devices_of_several",
                                        "newly_shared_keys"};
    printf("{");
    for (int kind = 0; kind < SUSPECT_COUNT; kind++) {
        printf("%s\"%s\":{\"count\":%lld,\"worst\":[", kind ? "," : "", names[kind],
               (long long) lists[kind].all);
        for (size_t i = 0; i < lists[kind].n; i++) {
            const struct suspect *s = &lists[kind].at[i];
            printf("%s{\"namespace\":\"%s\",\"id\":\"%s\",\"%s\":%lld", i ? "," : "", s->ns,
                   id_of(s->id).text,
                   kind == SUSPECT_MANY_KEYS ? "keys"
                   : kind == SUSPECT_DEVICE  ? "customers"
                                             : "partners",
                   (long long) s->n);
            if (kind == SUSPECT_SHARED) {
                printf(",\"rule\":\"%s\"", s->rule);
                json_time("since", s->since_us);
            }
            printf("}");
        }
        printf("]}");
    }
    printf("}\n");
}
