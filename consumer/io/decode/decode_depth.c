/* Depth is known before a text is parsed: a parser that goes down by itself would use its
 * stack for what a stranger wrote. */
#include "io/decode/decode_depth.h"

#include <stdint.h>

#include "io/decode/limits.h"

/* Depth by brackets outside texts; a text that is not JSON is the parser's business. */
static bool is_too_deep(const char *bytes, size_t len)
{
    int depth = 0;
    for (const char *c = bytes, *end = bytes + len; c < end; c++) {
        switch (*c) {
        case '"':
            for (c++; c < end && *c != '"'; c++)
                if (*c == '\\')
                    c++;
            break;
        case '{':
        case '[':
            if (++depth > LIMIT_DEPTH)
                return true;
            break;
        case '}':
        case ']':
            depth--;
            break;
        default:
            break;
        }
    }
    return false;
}

/* Most messages have fewer opening brackets than levels allowed, wherever they stand:
 * counting them needs no branch, and blocks of fixed size let the compiler count many at
 * a time. */
bool decode_too_deep(const char *bytes, size_t len)
{
    size_t opening = 0, i = 0;
    for (; i + 64 <= len; i += 64) {
        uint8_t n = 0;
        for (int k = 0; k < 64; k++)
            n = (uint8_t) (n + ((bytes[i + (size_t) k] | 0x20) == '{')); /* [ and { */
        opening += n;
    }
    for (; i < len; i++)
        opening += (bytes[i] | 0x20) == '{';
    return opening > LIMIT_DEPTH && is_too_deep(bytes, len);
}
