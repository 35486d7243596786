/* The commands of journeyd, one each in app/cmd_<name>.c; app/main.c holds their table. */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include "app/command.h"

extern const struct command cmd_run;
extern const struct command cmd_replay;
extern const struct command cmd_validate;
extern const struct command cmd_tap;
extern const struct command cmd_test;
extern const struct command cmd_verify;
extern const struct command cmd_digest;
extern const struct command cmd_rebuild;
extern const struct command cmd_simulate;
extern const struct command cmd_demo;
extern const struct command cmd_schema;
extern const struct command cmd_offsets;
extern const struct command cmd_quarantine;
extern const struct command cmd_retention;
extern const struct command cmd_identity;
extern const struct command cmd_forget;
extern const struct command cmd_export_person;
extern const struct command cmd_opt_out;
extern const struct command cmd_rotate_secret;
extern const struct command cmd_status;
extern const struct command cmd_version;

#endif
