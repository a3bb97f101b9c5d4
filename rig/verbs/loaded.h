/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stored run, made ready to be shown. */
#ifndef POOLRIG_RIG_VERBS_LOADED_H
#define POOLRIG_RIG_VERBS_LOADED_H

#include "base/error.h"
#include "rig/result/result.h"

struct loaded {
	struct store *store;   /* owned where loaded_open() opened it, else NULL */
	struct run_view *view; /* owned: too large for a stack */
	struct result result;
};

/* `which`: as of store_load(). */
int loaded_init(struct loaded *loaded, struct store *store, const char *which, struct error *err);
/* The same out of the store at a path. */
int loaded_open(struct loaded *loaded, const char *path, const char *which, struct error *err);
void loaded_destroy(struct loaded *loaded); /* takes a zeroed struct */

#endif
