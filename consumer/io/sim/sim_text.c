/* See sim_text.h. Calendar dates of the last day asked for are kept, since messages come
 * sorted by day and the division costs more than the rest of the line. */
#include "io/sim/sim_text.h"

#include "base/clock.h"

static const char hex[] = "0123456789abcdef";

void sim_put_int(struct buf *b, int64_t n)
{
    char text[24];
    int at = sizeof text;
    uint64_t rest = n < 0 ? (uint64_t) 0 - (uint64_t) n : (uint64_t) n;

    do
        text[--at] = (char) ('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (n < 0)
        text[--at] = '-';
    sim_put(b, text + at, sizeof text - (size_t) at);
}

void sim_put_hex(struct buf *b, uint64_t bits, int digits)
{
    for (int i = digits - 1; i >= 0; i--)
        b->data[b->len++] = hex[bits >> (4 * i) & 15];
}

void sim_put_uuid(struct buf *b, uint64_t high, uint64_t low)
{
    high = (high & ~UINT64_C(0xF000)) | UINT64_C(0x4000);
    low = (low & ~(UINT64_C(3) << 62)) | UINT64_C(1) << 63;
    sim_put_hex(b, high >> 32, 8);
    SIM_LIT(b, "-");
    sim_put_hex(b, high >> 16, 4);
    SIM_LIT(b, "-");
    sim_put_hex(b, high, 4);
    SIM_LIT(b, "-");
    sim_put_hex(b, low >> 48, 4);
    SIM_LIT(b, "-");
    sim_put_hex(b, low, 12);
}

static void put_digits(char *at, int64_t n, int digits)
{
    while (digits-- > 0) {
        at[digits] = (char) ('0' + n % 10);
        n /= 10;
    }
}

void sim_put_time(struct buf *b, int64_t t_ms, const char *zone)
{
    static _Thread_local int32_t known_day = INT32_MIN;
    static _Thread_local char date[10];
    int32_t day = (int32_t) (t_ms / 86400000);
    int64_t ms = t_ms % 86400000;
    char text[] = "0000-00-00T00:00:00.000";

    if (ms < 0) {
        ms += 86400000;
        day--;
    }
    if (day != known_day) {
        int year, month, day_of_month;

        civil_of_day(day, &year, &month, &day_of_month);
        memcpy(date, text, sizeof date);
        put_digits(date, year, 4);
        put_digits(date + 5, month, 2);
        put_digits(date + 8, day_of_month, 2);
        known_day = day;
    }
    memcpy(text, date, sizeof date);
    put_digits(text + 11, ms / 3600000, 2);
    put_digits(text + 14, ms / 60000 % 60, 2);
    put_digits(text + 17, ms / 1000 % 60, 2);
    put_digits(text + 20, ms % 1000, 3);
    sim_put(b, text, sizeof text - 1);
    sim_puts(b, zone);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* How many of eight bytes stand before the first that must be escaped (8: none): the
 * classic "has a zero byte" test, whose lowest hit is exact. */
static int plain_bytes(uint64_t word)
{
    uint64_t quote = word ^ EACH('"'), slash = word ^ EACH('\\');
    uint64_t hit = ((quote - EACH(1)) & ~quote) | ((slash - EACH(1)) & ~slash) |
                   ((word - EACH(0x20)) & ~word);

    hit &= EACH(0x80);
    return hit == 0 ? 8 : __builtin_ctzll(hit) >> 3;
}
#endif

void sim_put_escaped(struct buf *b, const char *text, size_t len)
{
    const char *from = text, *end = from + len;
    char *to = b->data + b->len;

    while (from < end) {
        unsigned char c;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        if (end - from >= 8) { /* copy eight, keep those that are plain */
            uint64_t word;
            int plain;

            memcpy(&word, from, 8);
            memcpy(to, &word, 8);
            plain = plain_bytes(word);
            from += plain;
            to += plain;
            if (plain == 8)
                continue;
        }
#endif
        c = (unsigned char) *from++;
        if (c == '"' || c == '\\')
            *to++ = '\\';
        if (c >= 0x20) {
            *to++ = (char) c;
        } else {
            memcpy(to, "\\u00", 4);
            to[4] = hex[c >> 4];
            to[5] = hex[c & 15];
            to += 6;
        }
    }
    b->len = (size_t) (to - b->data);
}
