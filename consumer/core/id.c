/* Public identifiers. They are made from codes and names, never from places or
 * numbers, so a new line in the vocabulary or another database renames nothing. */
#include "core/id.h"

#include <string.h>

#include "base/digest.h"

static void begin(struct sha256 *s, const char *word)
{
    sha256_begin(s);
    sha256_add(s, word, strlen(word) + 1);
}

static void add_key(struct sha256 *s, const struct model *m, const struct key *k)
{
    const char *name = m->namespaces[k->ns].name;
    sha256_add(s, name, strlen(name) + 1);
    sha256_add(s, k->hash, sizeof k->hash);
}

static void add_be64(struct sha256 *s, uint64_t v)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t) (v >> (56 - 8 * i));
    sha256_add(s, bytes, sizeof bytes);
}

static struct uuid end(struct sha256 *s)
{
    uint8_t digest[32];
    struct uuid id;

    sha256_end(s, digest);
    memcpy(id.b, digest, sizeof id.b);
    id.b[6] = (uint8_t) ((id.b[6] & 0x0F) | 0x80); /* version 8 */
    id.b[8] = (uint8_t) ((id.b[8] & 0x3F) | 0x80); /* variant of RFC 9562 */
    return id;
}

struct uuid id_event(const struct model *m, const struct event *ev)
{
    const char *code = m->touchpoints[ev->place].code;
    const char *source = m->sources[m->attrs[ev->attr].source];
    struct sha256 s;

    begin(&s, "event");
    add_be64(&s, (uint64_t) ev->t_us);
    sha256_add(&s, code, strlen(code) + 1);
    sha256_add(&s, source, strlen(source) + 1);
    add_be64(&s, ev->id);
    for (uint16_t i = 0; i < ev->n_keys; i++)
        add_key(&s, m, &ev->keys[i]);
    return end(&s);
}

struct uuid id_session(const struct uuid *first_event)
{
    struct sha256 s;
    begin(&s, "session");
    sha256_add(&s, first_event->b, sizeof first_event->b);
    return end(&s);
}

struct uuid id_journey(const struct model *m, const struct scenario *sc,
                       const struct key *case_key, const struct uuid *first_event)
{
    struct sha256 s;

    begin(&s, "journey");
    sha256_add(&s, sc->name, strlen(sc->name) + 1);
    if (case_key)
        add_key(&s, m, case_key);
    sha256_add(&s, "", 1);
    sha256_add(&s, first_event->b, sizeof first_event->b);
    return end(&s);
}

struct uuid id_customer(const struct model *m, const struct key *least)
{
    struct sha256 s;
    begin(&s, "customer");
    add_key(&s, m, least);
    return end(&s);
}

struct uuid id_case(const struct model *m, const struct key *case_key)
{
    struct sha256 s;
    begin(&s, "case");
    add_key(&s, m, case_key);
    return end(&s);
}
