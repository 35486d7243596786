/* Small tables on the heap for names and their numbers: they live as long as the process, unlike
 * everything in the batch's arena. Out of memory aborts. */
#ifndef IO_STORE_STORE_TEXTS_H
#define IO_STORE_STORE_TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts in order of appearance, found by hashing. */
struct text_no {
    char *text;
    int32_t no; /* 0: not in the database */
};
struct text_table {
    struct text_no *at;
    size_t n, cap;
    uint32_t *slots; /* index + 1 */
    size_t n_slots;
};
struct text_no *texts_entry(struct text_table *t, const char *text); /* made at need */
int32_t texts_no(const struct text_table *t, const char *text);      /* 0: none */
void texts_done(struct text_table *t);

/* Number -> index. */
struct index_table {
    uint32_t *at; /* index + 1 */
    size_t n;
};
void index_put(struct index_table *t, int32_t no, uint32_t index);
uint32_t index_get(const struct index_table *t, int32_t no); /* UINT32_MAX: none */

/* A set of 64-bit hashes; forgets everything when it holds two million. */
struct number_set {
    uint64_t *slots;
    size_t n, n_slots;
};
bool number_has(const struct number_set *set, uint64_t x);
void number_put(struct number_set *set, uint64_t x);

struct index_list {
    uint32_t *at;
    size_t n, cap;
};
struct number_list {
    uint64_t *at;
    size_t n, cap;
};
void index_list_push(struct index_list *l, uint32_t index);
void number_list_push(struct number_list *l, uint64_t x);

#endif
