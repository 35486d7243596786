/* What the simulator planted: the figures that a correct reading of its messages must
 * arrive at, cell by cell. Worked out from the plans of the made-up people by books of
 * the simulator's own, which share no code with the program under test (nothing of core/
 * is included here): obvious and slow instead of clever.
 *
 * The figures hold for the settings of deploy/demo/journeyd.yaml.in with the vocabulary,
 * scenarios and sources of deploy/, all messages of the world read, and the watermark at
 * `end`, the greatest accepted event time (the world has to lie in the past: a watermark
 * never goes beyond now). Late, repeated and broken messages change no figure but the
 * tallies.
 *
 * The file is NDJSON, ASCII, in whole numbers only. The first line is a header:
 *
 *   {"truth":1,"seed":1,...,"watermark_at":"2026-06-20T16:03:11.412000Z","events":8123,
 *    "unnamed_events":12}          watermark_at: null in a world without events
 *
 * then one row a line, lines sorted by their bytes, named as in the views of the database
 * so that a comparison is a join on the columns in the middle:
 *
 *   view           key columns                            counts
 *   customer_kind  kind, is_identified, is_excluded       customers, event_count,
 *                                                         session_count, journey_count
 *   drop_off       scenario, started_on, segment,         reached, went_on,
 *                  touchpoint                             completed_here, ended_here,
 *                                                         ended_silence, ended_deadline,
 *                                                         ended_failed, still_open,
 *                                                         open_reached,
 *                                                         distinct_customers
 *   duration       scenario, started_on, segment, bucket  journeys (the completed ones)
 *   funnel_step    scenario, started_on, segment,         entered, went_on,
 *                  checkpoint_no, checkpoint              completed_here, ended_here,
 *                                                         still_open, distinct_customers
 *   journey_state  scenario, started_on, segment, state,  journeys
 *                  reason ("" where there is none)
 *   path,          scenario, started_on, segment, path,   journeys, completed, lost,
 *   raw_path       step_count                             ended, distinct_customers
 *   path_link      scenario, started_on, segment,         journeys
 *                  step_no, from_touchpoint, to_touchpoint
 *   scenario_day   scenario, started_on, segment          journeys, completed, lost,
 *                                                         ended, open, steps,
 *                                                         distinct_customers
 *   shared_key     namespace, rule                        keys, partners, event_count
 *   source_tally   source                                 read, accepted, duplicate,
 *                                                         skipped, quarantined, tombstone
 *   transition     scenario, started_on, segment,         transitions, journeys, waits
 *                  from_touchpoint, to_touchpoint
 *   wait           the same and bucket                    waits
 *
 * Rates, quantiles and is_final follow from these: a cell is final when its day ended at
 * or before watermark_at and its scenario_day row has no open journey. */
#ifndef IO_SIM_TRUTH_SIM_TRUTH_H
#define IO_SIM_TRUTH_SIM_TRUTH_H

#include <signal.h>

#include "base/err.h"
#include "io/sim/sim_world.h"

/* Replaces the file (there is none when it fails); while it works, temporary files
 * without a name lie beside it. Memory does not grow with the world. stop: looked at now
 * and then, ends it with an error when it is set; may be NULL. */
bool sim_truth_write(const struct sim_world *w, const char *file,
                     const volatile sig_atomic_t *stop, struct err *err) MUST_CHECK;

#endif
