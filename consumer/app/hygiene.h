/* What a process that knows a secret and reads raw messages does for them before anything else. Raw
 * identifiers are in its memory for moments, the state of the secret as long as it runs. */
#ifndef APP_HYGIENE_H
#define APP_HYGIENE_H

/* No core dump, whatever limits the process was started with, and no other process of the same user
 * may read its memory or attach to it (the superuser may). Files that it makes are its user's alone. */
void hygiene_begin(void);

#endif
