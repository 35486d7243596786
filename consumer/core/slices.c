/* slices.c: between two breakpoints a device has one owner, so the owner at each of them tells all. */
#include "core/slices.h"

#include <stdlib.h>

size_t slices_breakpoints(const struct identity *id, const struct device_view *const *views,
                          size_t n_views, int64_t from_us, int64_t to_us, int64_t **out)
{
    const struct model *m = id->w->m;
    size_t n = 1, cap = 1, kept = 0;
    for (size_t v = 0; v < n_views; v++)
        cap += 4 * views[v]->n + 2 * views[v]->n_logouts + 4 * views[v]->n_forgotten;
    int64_t *at = ARENA_NEW(id->w->a, int64_t, cap);
    at[0] = from_us;
    for (size_t v = 0; v < n_views; v++) {
        const struct device_view *view = views[v];
        for (size_t i = 0; i < view->n; i++) {
            int64_t t = view->at[i].t_us;
            at[n++] = t;
            at[n++] = t + m->login_ttl_us + 1;
            at[n++] = t - m->stitch_back_us;
            at[n++] = t + m->stitch_back_us + 1;
        }
        for (size_t i = 0; i < view->n_logouts; i++) {
            at[n++] = view->logouts[i] + 1;
            at[n++] = view->logouts[i] + m->stitch_back_us + 1;
        }
        for (size_t i = 0; i < view->n_forgotten; i++) {
            at[n++] = view->forgotten[i].from_us;
            at[n++] = view->forgotten[i].from_us - m->stitch_back_us;
            at[n++] = view->forgotten[i].to_us + 1;
            at[n++] = view->forgotten[i].to_us + m->stitch_back_us + 1;
        }
    }
    qsort(at, n, sizeof *at, identity_compare_us);
    for (size_t i = 0; i < n; i++)
        if (at[i] >= from_us && at[i] <= to_us && (kept == 0 || at[kept - 1] != at[i]))
            at[kept++] = at[i];
    *out = at;
    return kept;
}

bool slices_of(struct identity *id, struct world_key *device, int64_t customer_no,
               slice_list *out)
{
    struct key_work *dev = identity_work(id, device);
    const struct device_view *view = &dev->view[OLD];
    int64_t *at;
    if (!identity_device_view(id, dev, OLD, US_MIN, US_MAX))
        return false;
    size_t n = slices_breakpoints(id, &view, 1, SLICES_FROM_US, SLICES_TO_US, &at);
    for (size_t i = 0; i < n; i++) {
        int64_t to_us = i + 1 < n ? at[i + 1] - 1 : SLICES_TO_US;
        if (identity_owner_at(id, dev, OLD, at[i]) != customer_no)
            continue;
        if (out->n && out->at[out->n - 1].to_us == at[i] - 1)
            out->at[out->n - 1].to_us = to_us;
        else
            VEC_PUSH(id->w->a, *out, ((struct slice){at[i], to_us}));
    }
    return true;
}
