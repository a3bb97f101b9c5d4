/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as a real one would be, made from nothing but its arguments: for the tests of the store and
 * the reports. */
#ifndef POOLRIG_TESTS_UNIT_SAMPLE_RUN_H
#define POOLRIG_TESTS_UNIT_SAMPLE_RUN_H

#include "rig/store/store.h"

extern const char sample_yaml[], sample_plan[]; /* the plan is that of the text */

/* Run `n` of a store: id "20261124-06300N-00000N", started n seconds after the first. */
void sample_run_record(struct run_record *run, int n);

/* What a trial has of each; a real one of 15 s: 17 seconds with 4 histograms each, 150 samples. */
struct sample_size {
	int seconds, samples;
};
extern const struct sample_size sample_small, sample_real;

/* An ok trial with everything in it. `scale` makes a pool slower. Destroy it. */
int sample_trial(struct trial_record *r, const char *variant, int position, double scale,
		 struct sample_size size, struct error *err);

/* A whole run: naive, fixed, elastic, three blocks; trial 4 was void and run again, trial 5's
 * workload was killed, the last planned trial has no record. Ends with exit 4, unless interrupted.
 */
int sample_run_store(struct store *store, int n, bool interrupted, struct error *err);

#endif
