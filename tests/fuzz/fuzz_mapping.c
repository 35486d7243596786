/* A message, all of it chosen by the input, through the shipped sources. */
#include "fuzz.h"

void fuzz_mapping(const uint8_t *data, size_t size)
{
    struct config *c = fuzz_config();
    struct fuzz_message m;
    struct arena a;
    arena_init(&a);
    fuzz_message_read(data, size, &m);
    fuzz_check_message(c, &m.msg, -1, &a);
    fuzz_message_done(&m);
    arena_done(&a);
}
