/* RFC 3986, section 3: scheme ":" "//" authority path, each ending where the next begins.
 * The authority ends at the first slash, whatever user and password hold. */
#include "io/decode/url.h"

#include <string.h>

#include "base/utf8.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The length of "scheme:", 0: there is none. */
static size_t scheme_len(const char *url, size_t len)
{
    size_t i = 0;
    while (i < len && (is_letter(url[i]) ||
                       (i > 0 && ((url[i] >= '0' && url[i] <= '9') || url[i] == '+' ||
                                  url[i] == '-' || url[i] == '.'))))
        i++;
    return i > 0 && i < len && url[i] == ':' ? i + 1 : 0;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte at the beginning of a text, an escape as what it stands for. ? and # stay
 * escaped, or the path could be taken for one with a query behind it. */
static char next_byte(const char *text, size_t len, size_t *used)
{
    *used = 1;
    if (text[0] != '%' || len < 3 || hex(text[1]) < 0 || hex(text[2]) < 0)
        return text[0];
    char c = (char) (hex(text[1]) << 4 | hex(text[2]));
    if (c == '?' || c == '#')
        return text[0];
    *used = 3;
    return c;
}

/* False: a NUL. */
static bool unescape(const char *text, size_t len, char *out, size_t *out_len)
{
    size_t n = 0;
    for (size_t i = 0, used; i < len; i += used) {
        char c = next_byte(text + i, len - i, &used);
        if (c == '\0')
            return false;
        out[n++] = c;
    }
    *out_len = n;
    return true;
}

bool url_path(const char *url, size_t len, char *out, size_t *out_len)
{
    size_t n = 0, code_points;
    while (n < len && url[n] != '?' && url[n] != '#')
        n++;
    size_t at = scheme_len(url, n);
    bool has_authority = n - at >= 2 && url[at] == '/' && url[at + 1] == '/';
    if (has_authority) {
        at += 2;
        while (at < n && url[at] != '/')
            at++;
    } else if (at > 0 || n == 0 || url[0] != '/') {
        return false;
    }
    if (at == n) {
        url = "/";
        at = 0;
        n = 1;
    }
    if (!unescape(url + at, n - at, out, &len) || !utf8_is_valid(out, len, &code_points))
        return false;
    out[len] = '\0';
    *out_len = len;
    return true;
}
