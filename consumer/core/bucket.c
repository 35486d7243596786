/* The bounds of the log buckets, exact: the least whole w with w * 50^n >= 51^n where
 * n = k - 1. Two big numbers are enough, as the bound of one bucket tells that of the
 * next to within two.
 *
 * The table is a constant that is computed at first use rather than written down. */
#include "core/cell.h"

#include <stdbool.h>
#include <stdint.h>

enum { LIMBS = 256 }; /* 51^2300 has 13,047 bits */

struct big {
    uint64_t limb[LIMBS]; /* little end first */
    int n;
};

static void big_multiply(struct big *x, uint64_t by)
{
    unsigned __int128 carry = 0;
    for (int i = 0; i < x->n; i++) {
        carry += (unsigned __int128) x->limb[i] * by;
        x->limb[i] = (uint64_t) carry;
        carry >>= 64;
    }
    if (carry)
        x->limb[x->n++] = (uint64_t) carry;
}

/* x * by >= y */
static bool big_reaches(const struct big *x, uint64_t by, const struct big *y)
{
    struct big product = *x;
    big_multiply(&product, by);
    if (product.n != y->n)
        return product.n > y->n;
    for (int i = y->n - 1; i >= 0; i--)
        if (product.limb[i] != y->limb[i])
            return product.limb[i] > y->limb[i];
    return true;
}

static int64_t lower[BUCKETS + 1];
static int n_lower; /* buckets whose bound fits int64; 0: not computed yet */

static void compute(void)
{
    struct big power50 = {{1}, 1}, power51 = {{1}, 1};
    uint64_t bound = 1;
    int k = 1;

    lower[0] = 0;
    for (; k < BUCKETS && bound <= INT64_MAX; k++) {
        lower[k] = (int64_t) bound;
        big_multiply(&power50, 50);
        big_multiply(&power51, 51);
        /* (51/50)^n is over bound - 1, so its successor is over 51 (bound - 1) / 50 */
        bound = (bound - 1) / 50 * 51 + (bound - 1) % 50 * 51 / 50;
        while (!big_reaches(&power50, bound, &power51))
            bound++;
    }
    n_lower = k;
    for (; k <= BUCKETS; k++)
        lower[k] = INT64_MAX;
}

int bucket_last(void)
{
    if (n_lower == 0)
        compute();
    return n_lower - 1;
}

int64_t bucket_lower(int k)
{
    int last = bucket_last();
    return k > last ? INT64_MAX : lower[k];
}

/* The last bucket that starts at or below wait_us: among the small ones some are
 * empty. */
int bucket_of(int64_t wait_us)
{
    int lo = 0, hi = bucket_last() + 1;

    while (hi - lo > 1) {
        int mid = lo + (hi - lo) / 2;
        if (lower[mid] <= wait_us)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}
