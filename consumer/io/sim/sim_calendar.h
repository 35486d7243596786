/* The town's clock and year: which hour it is, when the branches and the help desk are
 * open, how busy a week is. The town keeps Berlin's time by the rule that the European
 * Union has had since 1996 (summer time from the last Sunday of March to the last of
 * October, 01:00 UTC), so that the simulator needs no tz data. */
#ifndef IO_SIM_SIM_CALENDAR_H
#define IO_SIM_SIM_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/* Days are days since 1970-01-01; moments are milliseconds UTC. */

/* When it is of_day_ms after midnight, by the clock on the wall. */
int64_t sim_wall(int32_t day, int64_t of_day_ms);
/* The local day of a moment. */
int32_t sim_day_of(int64_t t_ms);

/* Of a branch: opening hours by the clock on the wall; false: closed that day. */
bool sim_opens(int branch, int32_t day, int64_t *from_ms, int64_t *to_ms);
/* The help desk answers on this day (from 9 to 17). */
bool sim_answers(int32_t day);
/* No branch and no help desk stays closed for more days than this in a row. */
enum { SIM_CLOSED_MAX = 12 };

/* How busy the day is for this group of customers: 1,000 is an ordinary day. */
int sim_season(int32_t day, int group);

#endif
