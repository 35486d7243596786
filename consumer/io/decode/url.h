/* The path of a URL: all of it that a rule may see. What somebody searched for stands in
 * the query, so query and fragment are cut off before anything else is looked at. */
#ifndef IO_DECODE_URL_H
#define IO_DECODE_URL_H

#include <stdbool.h>
#include <stddef.h>

/* Takes an absolute URL (scheme://authority/path), one relative to a scheme
 * (//authority/path) or an absolute path; user, port and the host itself fall away. The
 * path begins with / (a URL without one has /), is percent-decoded once - what is no
 * escape stays as it is, as do %3F and %23, so that no path holds ? or # - and keeps
 * parameters behind ; and dots. out has room for len + 1 bytes and is NUL-terminated.
 *
 * False, nothing stands there: relative paths, schemes without an authority (mailto:),
 * and what is no UTF-8 or holds NUL once decoded. */
bool url_path(const char *url, size_t len, char *out, size_t *out_len);

#endif
