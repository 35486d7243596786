/* What somebody should look at: customers, devices and keys that look as if the wrong people had
 * become one, or one had become many. For `journeyd identity check`; public ids only. */
#ifndef IO_STORE_SUSPECTS_H
#define IO_STORE_SUSPECTS_H

#include "core/id.h"
#include "io/store/pg.h"

enum suspect_kind {
    SUSPECT_MANY_KEYS,  /* n: keys of a customer; m: most of one namespace */
    SUSPECT_DEVICE,     /* n: customers who logged in on a device that is no kiosk; m: logins' days */
    SUSPECT_SHARED,     /* n: partners of a key that became shared; since_us: when */
    SUSPECT_COUNT
};
struct suspect {
    const char *ns; /* of the key it is about: a customer's root, the device, the shared key */
    uint8_t id[16]; /* as the views tell it */
    const char *rule; /* of a shared key */
    int64_t n, m, since_us;
};
struct suspects {
    struct suspect *at;
    size_t n;
    int64_t all; /* how many there are; at holds the worst */
};
struct suspect_limits {
    int64_t keys;      /* a customer with more */
    int64_t customers; /* a device with more */
    int64_t since_us;  /* shared since */
    int64_t rows;      /* to list, of each kind */
};

bool suspects_find(struct pg *pg, struct arena *a, enum suspect_kind kind,
                   const struct suspect_limits *limits, struct suspects *out,
                   struct err *err) MUST_CHECK;

#endif
