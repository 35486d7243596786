/* The version of the program; CHANGELOG.md says what each one brought. */
#ifndef APP_VERSION_H
#define APP_VERSION_H

#define JOURNEYD_VERSION "0.1.0"

#endif
