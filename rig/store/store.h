/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store: SQLite in WAL mode, with a schema version; docs/store.md is its contract. Everything
 * left of it measures, everything right of it interprets. Results that are in it are never
 * rewritten.
 *
 * One trial is one transaction, opened by store_trial_begin() and committed by store_trial_end(): a
 * supervisor that is killed loses the trial under way and no other, and memory stays bounded
 * however long a trial is.
 */
#ifndef POOLRIG_RIG_STORE_STORE_H
#define POOLRIG_RIG_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/owner.h"
#include "rig/record/run_record.h"
#include "rig/record/trial_record.h"

struct store;

#define STORE_DEFAULT_PATH "poolrig.db"

/* Open to write; made where it is not there, and then owned by uid:gid (the person who called
 * sudo). Errors: not a store, a newer schema version (both say which and what to do), a path that
 * can't be written. */
struct store *store_open(const char *path, uid_t uid, gid_t gid, struct error *err);
/* Open an existing one to read only. */
struct store *store_open_read(const char *path, struct error *err);
void store_close(struct store *store); /* takes NULL; an open trial is rolled back */

/* A run begins (committed at once), and ends. A run that has no end is under way as long as its
 * supervisor lives; then it was interrupted. */
int store_run_begin(struct store *store, const struct run_record *run, struct error *err);
int store_run_end(struct store *store, const char *run_id, int64_t ended_unix_ns, int exit_code,
		  struct error *err);

/* Are the files still where they were opened? Asked at the begin of each trial and after each
 * commit. Where not, all that was stored is saved next to the place, or in /var/tmp, and the store
 * is that copy from now on; -1, once: *err says where it is. */
int store_check_place(struct store *store, struct error *err);

int store_trial_begin(struct store *store, const char *run_id, struct error *err);
/* Write the samples, events and records gathered so far, and empty those arrays of r. start_ns is
 * subtracted from the samples' instants. */
int store_trial_flush(struct store *store, struct trial_record *r, struct error *err);
/* Flush, write all the rest, commit. */
int store_trial_end(struct store *store, struct trial_record *r, struct error *err);
void store_trial_abort(struct store *store);

/* -- reading ---------------------------------------------------------------------------------- */

struct run_summary {
	char id[40];
	char experiment[64];
	int64_t started_unix_ns, ended_unix_ns; /* ended 0: see life */
	int exit_code;                          /* -1 where not ended */
	int planned, trials, ok;                /* in the plan; stored; stored with outcome ok */
	char supervisor[OWNER_TEXT_SIZE];       /* "": an older poolrig's */
	enum owner_life life;                   /* of the supervisor, where not ended */
};

/* All runs, those first that were stored last; *runs is the caller's to free. Returns how many, or -1. */
ssize_t store_list(struct store *store, struct run_summary **runs, struct error *err);

/* One run with all its trials, but without samples (they may be many). */
struct run_view {
	struct run_summary summary;
	struct host_record host;
	char *yaml, *yaml_path; /* owned */
	char *plan; /* owned: the resolved plan, as JSON; NULL: stored before there were */
	uint64_t seed;
	struct trial_record *trials; /* owned; in the order they were run; samples empty */
	size_t trials_count;
};
/* `which`: an id, an unambiguous beginning of one, or "latest", the one stored last. ERROR_INPUT where there is none
 * such. */
int store_load(struct store *store, const char *which, struct run_view *view, struct error *err);
void run_view_destroy(struct run_view *view); /* takes a zeroed struct */

/* One trial of a run, without samples: what a run that goes on by what it measured reads back. *r
 * is the caller's to destroy, also after an error. */
int store_load_trial(struct store *store, const char *run_id, int position, int attempt,
		     struct trial_record *r, struct error *err);

/*
 * Stream what is in an artefact of a trial (trial_record.artefacts lists those there are), in
 * portions of 1 MiB at most; fn returns 0 to go on. Of several attempts that have it, the last. An
 * artefact that the trial does not have has no bytes. Errors: the store is damaged.
 */
int store_read_artefact(struct store *store, const char *run_id, int position, const char *name,
			int (*fn)(const void *bytes, size_t size, void *arg), void *arg,
			struct error *err);

/* Stream the samples of a run: each call of fn gets one row; it returns 0 to go on. at_ns is
 * relative to start. */
struct sample_view {
	int position, attempt, cell;
	const char *variant;
	int64_t late_ns;
	struct cg_reading reading;
};
int store_each_sample(struct store *store, const char *run_id,
		      int (*fn)(const struct sample_view *row, void *arg), void *arg,
		      struct error *err);

#endif
