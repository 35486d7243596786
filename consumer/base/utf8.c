/* UTF-8 as a walk over code points, with a fast way over ASCII, which most fields are. */
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

/* Length of the well-formed sequence at p, or 0; table 3-7 of the Unicode standard. */
static size_t sequence(const unsigned char *p, size_t left, uint32_t *code_point)
{
    unsigned char c = p[0], low = 0x80, high = 0xBF;
    size_t len;

    if (c < 0x80) {
        *code_point = c;
        return 1;
    }
    if (c >= 0xC2 && c <= 0xDF)
        len = 2;
    else if (c >= 0xE0 && c <= 0xEF)
        len = 3;
    else if (c >= 0xF0 && c <= 0xF4)
        len = 4;
    else
        return 0;
    if (left < len)
        return 0;

    if (c == 0xE0)
        low = 0xA0; /* shorter forms exist */
    else if (c == 0xED)
        high = 0x9F; /* surrogates */
    else if (c == 0xF0)
        low = 0x90;
    else if (c == 0xF4)
        high = 0x8F; /* above U+10FFFF */

    uint32_t value = c & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (p[i] < low || p[i] > high)
            return 0;
        value = value << 6 | (p[i] & 0x3Fu);
        low = 0x80;
        high = 0xBF;
    }
    *code_point = value;
    return len;
}

bool utf8_is_valid(const char *text, size_t len, size_t *code_points)
{
    const unsigned char *p = (const unsigned char *) text, *end = p + len;
    size_t count = 0;

    while (p < end) {
        uint64_t eight;
        if ((size_t) (end - p) >= sizeof eight) {
            memcpy(&eight, p, sizeof eight);
            if (!(eight & UINT64_C(0x8080808080808080))) {
                p += sizeof eight;
                count += sizeof eight;
                continue;
            }
        }
        uint32_t code_point;
        size_t n = sequence(p, (size_t) (end - p), &code_point);
        if (n == 0)
            return false;
        p += n;
        count++;
    }
    if (code_points)
        *code_points = count;
    return true;
}

bool utf8_is_dimension(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *) text, *end = p + len;
    size_t count = 0;

    if (len == 0 || text[0] == '(')
        return false;

    while (p < end) {
        uint32_t code_point;
        size_t n = sequence(p, (size_t) (end - p), &code_point);
        if (n == 0 || code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F))
            return false;
        p += n;
        if (++count > UTF8_DIMENSION_POINTS)
            return false;
    }
    return true;
}

static bool is_code_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool utf8_is_code(const char *text, size_t len)
{
    size_t dots = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' && i > 0 && dots == 0)
            dots++;
        else if (!is_code_char(text[i]))
            return false;
    }
    return len > 0 && text[len - 1] != '.';
}
