/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trials out of the store; internal to rig/store/. */
#ifndef POOLRIG_RIG_STORE_READ_TRIAL_H
#define POOLRIG_RIG_STORE_READ_TRIAL_H

#include "rig/store/db.h"

/* All trials of a run in the order they were run, without samples. *trials and *count are valid
 * (and the caller's to destroy) also after an error. */
int read_trials(struct store *store, const char *run_id, struct trial_record **trials,
		size_t *count, struct error *err);

#endif
