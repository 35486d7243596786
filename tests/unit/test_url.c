/* url.c: the path of a URL, and that nothing of its query or fragment is ever in it. */
#include <string.h>

#include "io/decode/url.h"
#include "unit.h"

static const char *path_of(const char *url, size_t len)
{
    static char out[300];
    size_t n;
    ck_assert_uint_lt(len, sizeof out);
    memset(out, '#', sizeof out);
    if (!url_path(url, len, out, &n))
        return "(nothing)";
    ck_assert_msg(n <= len || strcmp(out, "/") == 0, "%s: longer", url);
    ck_assert_uint_eq(strlen(out), n);
    return out;
}

static const struct {
    const char *url, *path;
} urls[] = {
    /* absolute */
    {"https://opac.example.org/Search/Results?lookfor=MARK", "/Search/Results"},
    {"https://opac.example.org/Record/1#MARK", "/Record/1"},
    {"https://opac.example.org/a?MARK#MARK", "/a"},
    {"https://opac.example.org/a#MARK?MARK", "/a"},
    {"https://opac.example.org", "/"},
    {"https://opac.example.org?q=MARK", "/"},
    {"https://opac.example.org#MARK", "/"},
    {"https://opac.example.org/", "/"},
    {"HTTPS://OPAC.EXAMPLE.ORG/Path", "/Path"},
    {"http://localhost:8080/a", "/a"},
    {"http://[2001:db8::1]:8080/a", "/a"},
    {"https://jo:se@cr:et@opac.example.org:443/a", "/a"},
    {"https://u?ser@host/MARK", "/"}, /* an authority ends at ? */
    {"file:///a/b", "/a/b"},
    {"android-app://com.example.app/x", "/x"},
    /* relative to a scheme, absolute paths */
    {"//opac.example.org/a/b?MARK", "/a/b"},
    {"//opac.example.org", "/"},
    {"///a", "/a"},
    {"//", "/"},
    {"/a/b?MARK=1&x=/c", "/a/b"},
    {"/", "/"},
    {"/?MARK", "/"},
    {"/a//b/", "/a//b/"},
    {"/a/../b/.", "/a/../b/."},
    {"/a:b://c", "/a:b://c"},
    {"/a;jsessionid=1;x/b;y", "/a;jsessionid=1;x/b;y"},
    {"/a+b", "/a+b"},
    /* escapes: once, and only those that are */
    {"/caf%C3%A9/%41%2f%2F", "/caf\xC3\xA9/A//"},
    {"/a%253Fb", "/a%3Fb"},
    {"/a%3Fb%23c%3f", "/a%3Fb%23c%3f"}, /* no path holds ? or # */
    {"/100%", "/100%"},
    {"/100%4", "/100%4"},
    {"/100%4g%zz%%41", "/100%4g%zz%A"},
    /* nothing */
    {"", "(nothing)"},
    {"?q=MARK", "(nothing)"},
    {"#MARK", "(nothing)"},
    {"search/results", "(nothing)"},
    {"opac.example.org/search", "(nothing)"},
    {"opac.example.org:8080/search", "(nothing)"},
    {"mailto:a@example.org", "(nothing)"},
    {"about:blank", "(nothing)"},
    {"data:text/html,MARK", "(nothing)"},
    {"javascript:x()//y", "(nothing)"},
    {"https:/a", "(nothing)"},
    {"1http://a/b", "(nothing)"},
    {" /a", "(nothing)"},
    {"*", "(nothing)"},
    {"-", "(nothing)"},
    {"/a%00b", "(nothing)"},
    {"/a%FFb", "(nothing)"},
    {"/a%C3", "(nothing)"},
    {"/a%ED%A0%80", "(nothing)"},
    {"/caf\xE9", "(nothing)"},
};

START_TEST(test_urls)
{
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        const char *path = path_of(urls[i].url, strlen(urls[i].url));
        ck_assert_msg(strcmp(path, urls[i].path) == 0, "%s: %s", urls[i].url, path);
        ck_assert(strstr(path, "MARK") == NULL);
    }
    ck_assert_str_eq(path_of("/a\0b", 4), "(nothing)");
    ck_assert_str_eq(path_of("/a%41", 4), "/a%4"); /* no byte beyond the text is read */
}
END_TEST

UNIT_SUITE(url_suite, "url", test_urls)
UNIT_MAIN(url_suite)
