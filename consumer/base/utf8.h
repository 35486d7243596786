/* UTF-8 checks (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

enum { UTF8_DIMENSION_POINTS = 64 };

bool utf8_is_valid(const char *text, size_t len, size_t *code_points);
/* semantics: a usable dimension: 1-64 code points, no control characters (below U+0020,
 * U+007F-U+009F), not starting with '(' */
bool utf8_is_dimension(const char *text, size_t len);
/* a code of a touchpoint, scenario or channel: [a-z0-9_]+(\.[a-z0-9_]+)? */
bool utf8_is_code(const char *text, size_t len);

#endif
