/* See sim_knobs.h. */
#include "io/sim/sim_knobs.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const struct sim_knobs sim_knobs_default = {
    .anonymous = 500,
    .late = 5,
    .duplicates = 7,
    .kiosks = 3,
    .family = 60,
    .devices = 250,
    .staff = 200,
    .poison = 2,
};

const struct sim_knobs sim_knobs_all = {
    .anonymous = 500,
    .late = 100,
    .duplicates = 50,
    .kiosks = 3,
    .family = 250,
    .devices = 300,
    .staff = 300,
    .poison = 20,
};

static const struct {
    const char *name;
    size_t at;
    int max;
} knobs[] = {
    {"anonymous", offsetof(struct sim_knobs, anonymous), 1000},
    {"late", offsetof(struct sim_knobs, late), 1000},
    {"duplicates", offsetof(struct sim_knobs, duplicates), 1000},
    {"kiosks", offsetof(struct sim_knobs, kiosks), SIM_KIOSKS_MAX},
    {"family", offsetof(struct sim_knobs, family), 1000},
    {"devices", offsetof(struct sim_knobs, devices), 1000},
    {"staff", offsetof(struct sim_knobs, staff), 1000},
    {"poison", offsetof(struct sim_knobs, poison), 1000},
};
enum { KNOBS = sizeof knobs / sizeof knobs[0] };

static bool is_word(const char *item, size_t len, const char *word)
{
    return strlen(word) == len && strncmp(item, word, len) == 0;
}

/* "late=50": true, and the knob set */
static bool set_one(const char *item, size_t len, struct sim_knobs *k, struct err *err)
{
    const char *equals = memchr(item, '=', len);

    for (int i = 0; equals != NULL && i < KNOBS; i++) {
        char *end;
        long n;

        if (!is_word(item, (size_t) (equals - item), knobs[i].name))
            continue;
        n = strtol(equals + 1, &end, 10);
        if (equals[1] < '0' || equals[1] > '9' || end != item + len || n > knobs[i].max)
            return err_set(err, ERR_USAGE, "--knobs %.*s: give a number from 0 to %d",
                           (int) (len < 40 ? len : 40), item, knobs[i].max);
        *(int *) (void *) ((char *) k + knobs[i].at) = (int) n;
        return true;
    }
    return err_set(err, ERR_USAGE,
                   "--knobs %.*s: there are clean, default, all, and with =N anonymous, "
                   "late, duplicates, kiosks, family, devices, staff, poison",
                   (int) (len < 40 ? len : 40), item);
}

bool sim_knobs_parse(const char *list, struct sim_knobs *k, struct err *err)
{
    struct sim_knobs set = *k;

    for (const char *item = list;; item++) {
        size_t len = strcspn(item, ",");

        if (is_word(item, len, "clean"))
            set = (struct sim_knobs){0};
        else if (is_word(item, len, "default"))
            set = sim_knobs_default;
        else if (is_word(item, len, "all"))
            set = sim_knobs_all;
        else if (!set_one(item, len, &set, err))
            return false;
        item += len;
        if (*item == '\0')
            break;
    }
    *k = set;
    return true;
}
