/* A key that an operator names: `--key namespace=value`, typed as an option, or `--key -`: asked for
 * on a terminal without echo, or read as a line of standard input.
 *
 * The value is somebody's card number or mail address. It is taken out of the arguments of the
 * process before anything else happens (process lists show them), hashed as soon as the secret is
 * known, overwritten, and never told again, in no message either. */
#ifndef APP_KEY_ARGUMENT_H
#define APP_KEY_ARGUMENT_H

#include "app/options.h"
#include "core/key.h"
#include "io/config/config.h"

enum { KEY_ARGUMENT_MOST = 1024 };

struct key_argument {
    char text[KEY_ARGUMENT_MOST + 1];
    bool is_asked; /* by - */
    bool is_like_id; /* once hashed: the value looked like a UUID */
};

/* All values of the option, taken out of the arguments, also where one is wrong: the first `most` are
 * kept, those beyond are wiped too. *times: how often it was given. The first thing a command does. */
bool key_argument_take_all(struct options *o, const char *option, struct key_argument *args,
                           int most, int *times, struct err *err) MUST_CHECK;
/* Normalises and hashes it as a mapping does; overwrites the text, whatever comes out. */
bool key_argument_hash(struct key_argument *arg, struct config *c, struct key *key,
                       struct err *err) MUST_CHECK;

#endif
