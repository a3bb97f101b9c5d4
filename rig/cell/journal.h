/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal: what a run is about to make, written before it is made, so that a later command can
 * undo what a killed run left. One file a run in /run/poolrig, one line a thing: `cgroup PARENT
 * NAME`. The run holds a lock (flock) on its journal as long as it lives; a journal that can be
 * locked belongs to a dead run.
 *
 * The directory is on a tmpfs: after a reboot both the journal and what it names are gone.
 */
#ifndef POOLRIG_RIG_CELL_JOURNAL_H
#define POOLRIG_RIG_CELL_JOURNAL_H

#include "base/error.h"

#define JOURNAL_DIR "/run/poolrig"

struct journal {
	int fd;        /* owned, locked; -1: none */
	int dirfd;     /* owned: the directory */
	char name[80]; /* of the file in it */
};

#define JOURNAL_INIT                                                                               \
	{                                                                                          \
		-1, -1, ""                                                                         \
	}

/* Make the journal of a run, locked from the moment that it can be seen. `dir` is made (0755) where
 * missing; NULL: JOURNAL_DIR. */
int journal_init(struct journal *j, const char *dir, const char *run_id, struct error *err);

/* Write that a group is about to be made. */
int journal_cgroup(struct journal *j, const char *parent, const char *name, struct error *err);

/* All is undone: remove the file and let go. Without this (journal_destroy), the file stays for
 * `clean`. */
int journal_finish(struct journal *j, struct error *err);
void journal_destroy(struct journal *j);

/* Call fn for each line of each journal whose run is dead; a journal whose lines were all undone
 * (fn returned 0) is removed. A line that can't be parsed is an error that names file and line; the
 * others are done all the same. Returns how many journals were undone, or -1 with the first error.
 */
int journal_recover(const char *dir,
		    int (*fn)(const char *parent, const char *name, void *arg, struct error *err),
		    void *arg, struct error *err);

#endif
