/* See sim_web.h. Page titles, paths and URLs carry what was searched and read, as they do
 * on a real website; whoever reads must leave them behind. */
#include "io/sim/sim_web.h"

#include "io/sim/sim_text.h"

/* What an act is called: a page with its path, or a tracked event. */
static const struct {
    const char *type, *name, *path;
} calls[ACT_GROUP + 1] = {
    [ACT_HOME] = {"page", "Home", "/"},
    [ACT_PAGE] = {"page", "Opening hours", "/visit/opening-hours"},
    [ACT_FAQ] = {"page", "Questions and answers", "/faq/borrowing"},
    [ACT_SEARCH] = {"page", "Search results", "/search"},
    [ACT_SEARCH_NONE] = {"track", "Search Without Result", "/search"},
    [ACT_RECORD] = {"page", "Record", "/record/"},
    [ACT_SAVE] = {"track", "Saved To List", "/record/"},
    [ACT_ACCOUNT] = {"page", "My account", "/account/loans"},
    [ACT_LOGIN_FAILED] = {"track", "Login Failed", "/login"},
    [ACT_IDENTIFY] = {"identify", NULL, "/login"},
    [ACT_LOGIN] = {"track", "Logged In", "/login"},
    [ACT_LOGOUT] = {"track", "Signed Out", "/logout"},
    [ACT_WEB_HOLD] = {"track", "Hold Placed", "/record/"},
    [ACT_WEB_RENEW] = {"track", "Renewed", "/account/loans"},
    [ACT_ERES] = {"track", "E-Resource Accessed", "/eresources/"},
    [ACT_ERES_DENIED] = {"track", "E-Resource Denied", "/eresources/"},
    [ACT_GROUP] = {"group", NULL, "/login"},
};

static const struct {
    const char *type, *agent;
} devices[] = {
    [SIM_LAPTOP] = {"desktop", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
                               "Firefox/128.0"},
    [SIM_PHONE] = {"mobile",
                   "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like "
                   "Gecko) Chrome/126.0 Mobile Safari/537.36"},
    [SIM_TABLET] = {"tablet",
                    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
                    "(KHTML, like Gecko) Version/17.5 Safari/604.1"},
    [SIM_KIOSK] = {"desktop", "Mozilla/5.0 (X11; Linux x86_64) KioskBrowser/3.1"},
};

static void put_device(struct buf *b, const struct sim_world *w,
                       const struct sim_act *act)
{
    if (act->device == SIM_KIOSK) {
        SIM_LIT(b, "kiosk-");
        sim_put_int(b, act->unit);
    } else if (act->device == SIM_TABLET) {
        sim_put_id(b, w, SIM_ID_DEVICE, act->customer & ~UINT32_C(1), SIM_TABLET);
    } else {
        sim_put_id(b, w, SIM_ID_DEVICE, act->customer,
                   act->device | (uint64_t) act->unit << 8);
    }
}

static void put_query(struct buf *b, const char *query)
{
    for (; *query != '\0'; query++)
        sim_put(b, *query == ' ' ? "+" : query, 1);
}

static void put_path(struct buf *b, const struct sim_world *w, const struct sim_act *act)
{
    const char *path = calls[act->kind].path;

    sim_puts(b, path);
    if (path[1] != '\0' && path[strlen(path) - 1] == '/')
        sim_put_id(b, w, SIM_ID_INSTANCE, UINT32_MAX, act->n);
}

static void put_title(struct buf *b, const struct sim_act *act)
{
    switch (act->kind) {
    case ACT_SEARCH:
    case ACT_SEARCH_NONE:
        SIM_LIT(b, "Search: ");
        sim_puts(b, sim_queries[act->n]);
        break;
    case ACT_RECORD:
    case ACT_SAVE:
    case ACT_ERES:
    case ACT_ERES_DENIED:
        sim_puts(b, sim_titles[act->n]);
        break;
    default:
        sim_puts(b, calls[act->kind].name != NULL ? calls[act->kind].name : "Log in");
    }
}

/* the same words stand in properties of a page and in context.page */
static void put_page(struct buf *b, const struct sim_world *w, const struct sim_act *act)
{
    bool search = act->kind == ACT_SEARCH || act->kind == ACT_SEARCH_NONE;

    SIM_LIT(b, "\"path\":\"");
    put_path(b, w, act);
    SIM_LIT(b, "\",\"search\":\"");
    if (search) {
        SIM_LIT(b, "?q=");
        put_query(b, sim_queries[act->n]);
    }
    SIM_LIT(b, "\",\"title\":\"");
    put_title(b, act);
    SIM_LIT(b, "\"");
}

static void put_properties(struct buf *b, const struct sim_world *w,
                           const struct sim_act *act)
{
    switch (act->kind) {
    case ACT_SEARCH_NONE:
        SIM_LIT(b, "\"query\":\"");
        sim_puts(b, sim_queries[act->n]);
        SIM_LIT(b, "\",\"results\":0");
        break;
    case ACT_SAVE:
    case ACT_ERES:
    case ACT_ERES_DENIED:
        SIM_LIT(b, "\"title\":\"");
        sim_puts(b, sim_titles[act->n]);
        SIM_LIT(b, "\"");
        break;
    default:
        if (calls[act->kind].type[0] == 'p')
            put_page(b, w, act);
    }
}

static void put_context(struct buf *b, const struct sim_world *w,
                        const struct sim_person *p, const struct sim_act *act)
{
    uint64_t h = sim_hash(w->seed, SIM_ID_DEVICE, p->no, 99);

    SIM_LIT(b, "\"context\":{\"app\":{\"name\":\"catalogue\",\"version\":\"9.1\"},"
               "\"device\":{\"type\":\"");
    sim_puts(b, devices[act->device].type);
    SIM_LIT(b, "\"},\"ip\":\"198.51.100.");
    sim_put_int(b, (int64_t) (h & 255));
    SIM_LIT(
        b,
        "\",\"library\":{\"name\":\"RudderLabs JavaScript SDK\",\"version\":\"2.48.3\"},"
        "\"locale\":\"de-DE\",\"page\":{");
    put_page(b, w, act);
    SIM_LIT(b, ",\"url\":\"https://library.example");
    put_path(b, w, act);
    if (act->kind == ACT_SEARCH || act->kind == ACT_SEARCH_NONE) {
        SIM_LIT(b, "?q=");
        put_query(b, sim_queries[act->n]);
    }
    SIM_LIT(b, "\"},\"sessionId\":");
    sim_put_int(b, act->t_ms / (4 * SIM_HOUR) * 1000 + (int64_t) (h & 511));
    if (act->kind == ACT_IDENTIFY) {
        SIM_LIT(b, ",\"traits\":{\"email\":\"");
        sim_put_email(b, w, p);
        SIM_LIT(b, "\",\"name\":\"");
        sim_puts(b, sim_first_name(w, p->no));
        SIM_LIT(b, " ");
        sim_puts(b, sim_last_name(w, p->no));
        SIM_LIT(b, "\"}");
    }
    SIM_LIT(b, ",\"userAgent\":\"");
    sim_puts(b, devices[act->device].agent);
    SIM_LIT(b, "\"}");
}

void sim_web(const struct sim_world *w, const struct sim_person *p,
             const struct sim_act *act, struct buf *key, struct buf *b)
{
    if (act->logged_in)
        sim_put_web_user(key, w, p->no);
    else
        put_device(key, w, act);
    SIM_LIT(b, "{\"type\":\"");
    sim_puts(b, calls[act->kind].type);
    SIM_LIT(b, "\",\"channel\":\"web\",\"messageId\":\"");
    sim_put_id(b, w, SIM_ID_MESSAGE, act->customer,
               (uint64_t) (uint16_t) act->day << 16 | act->seq);
    SIM_LIT(b, "\",\"anonymousId\":\"");
    put_device(b, w, act);
    SIM_LIT(b, "\",\"userId\":\"");
    if (act->logged_in)
        sim_put_web_user(b, w, p->no);
    if (calls[act->kind].type[0] == 't') {
        SIM_LIT(b, "\",\"event\":\"");
        sim_puts(b, calls[act->kind].name);
    } else if (calls[act->kind].name != NULL) {
        SIM_LIT(b, "\",\"name\":\"");
        sim_puts(b, calls[act->kind].name);
    }
    SIM_LIT(b, "\",\"properties\":{");
    put_properties(b, w, act);
    SIM_LIT(b, "},");
    put_context(b, w, p, act);
    if (act->kind == ACT_IDENTIFY) {
        SIM_LIT(b, ",\"traits\":{\"email\":\"");
        sim_put_email(b, w, p);
        SIM_LIT(b, "\"}");
    } else if (act->kind == ACT_GROUP) {
        SIM_LIT(b, ",\"groupId\":\"readers\"");
    }
    SIM_LIT(b, ",\"originalTimestamp\":\"");
    sim_put_time(b, act->t_ms, "Z");
    SIM_LIT(b, "\",\"receivedAt\":\"");
    sim_put_time(b, act->t_ms + 95, "Z");
    SIM_LIT(b, "\",\"timestamp\":\"");
    sim_put_time(b, act->t_ms, "Z");
    SIM_LIT(b, "\"}");
}
