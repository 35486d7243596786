/* Sessions. Cut on event time alone: neither midnight, nor a referrer, nor the order
 * of arrival starts a new one, so a late event may join two sessions into one. */
#include "core/session.h"

#include <string.h>

void session_cut(const struct model *m, struct arena *a, const struct event *events,
                 size_t n, session_list *out)
{
    struct session *sess = NULL;

    for (size_t i = 0; i < n; i++) {
        if (!sess || events[i].t_us - events[i - 1].t_us > m->session_gap_us) {
            sess = VEC_NEXT(a, *out);
            *sess = (struct session){.first = i};
        }
        sess->n++;
        sess->is_visit |= events[i].initiator == INITIATOR_CUSTOMER;
    }
}

typedef VEC(const char *) name_list;

/* Keeps names sorted and distinct; there are few channels, so inserting is cheap. */
static void add_name(struct arena *a, name_list *names, const char *name)
{
    size_t lo = 0, hi = names->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = names->at[mid] == name ? 0 : strcmp(names->at[mid], name);
        if (c == 0)
            return;
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    VEC_PUSH(a, *names, name);
    memmove(names->at + lo + 1, names->at + lo, (names->n - 1 - lo) * sizeof *names->at);
    names->at[lo] = name;
}

static char *join(struct arena *a, const name_list *names)
{
    size_t size = 1;
    for (size_t i = 0; i < names->n; i++)
        size += strlen(names->at[i]) + 3;
    char *text = arena_alloc(a, size), *to = text;
    for (size_t i = 0; i < names->n; i++) {
        if (i > 0)
            to = stpcpy(to, " + ");
        to = stpcpy(to, names->at[i]);
    }
    return text;
}

const char *session_channels(const struct model *m, struct arena *a,
                             const struct event *events,
                             const uint32_t *pick, size_t n, int *n_channels)
{
    name_list names = {0};
    const char *last = NULL;

    for (size_t i = 0; i < n; i++) {
        const char *channel = m->attrs[events[pick ? pick[i] : i].attr].channel;
        if (channel == last)
            continue;
        add_name(a, &names, channel);
        last = channel;
    }
    *n_channels = (int) names.n;
    /* a single name needs no copy: the model keeps it */
    return names.n == 1 ? names.at[0] : join(a, &names);
}
