/* The path of a URL: the rules may see it, so nothing of a query may be in it. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "io/decode/url.h"

void fuzz_url(const uint8_t *data, size_t size)
{
    static const char query[] = "?q=query#fragment";
    size_t len = 0, again_len = 0, code_points;
    char *url = malloc(size + sizeof query), *path = malloc(size + 2);
    char *again = malloc(size + sizeof query + 1);
    if (size > 0)
        memcpy(url, data, size);
    memcpy(url + size, query, sizeof query);
    size_t front = strcspn(url, "?#");
    if (strlen(url) < size) /* a NUL before any of these */
        front = size;
    char *exact = malloc(size > 0 ? size : 1);
    if (size > 0)
        memcpy(exact, data, size);
    if (url_path(exact, size, path, &len)) {
        fuzz_require(len > 0 && path[0] == '/', "the path does not begin with /");
        fuzz_require(len <= (size > 0 ? size : 1), "the path is longer than the URL");
        fuzz_require(strlen(path) == len, "a NUL in the path");
        fuzz_require(utf8_is_valid(path, len, &code_points), "the path is no UTF-8");
        fuzz_require(strpbrk(path, "?#") == NULL, "a query in the path: %s", path);
        /* what stands behind ? and # changes nothing */
        fuzz_require(url_path(url, size + sizeof query - 1, again, &again_len) &&
                         strcmp(path, again) == 0,
                     "the query changes the path");
        fuzz_require(front >= size || (url_path(url, front, again, &again_len) &&
                                       strcmp(path, again) == 0),
                     "what is cut off changes the path");
    }
    free(exact);
    free(again);
    free(path);
    free(url);
}
