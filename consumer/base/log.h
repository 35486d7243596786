/* logfmt lines on stderr: ts=... level=... msg="..." key=value. Only app/ logs; never a payload,
 * never a key, never a value that came from a message. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_set_level(enum log_level level);
void log_set_json(int on);
/* fmt gives the rest of the line, already key=value: log_line(LOG_INFO, "claimed", "topic=%s", t) */
void log_line(enum log_level level, const char *msg, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
