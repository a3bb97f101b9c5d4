/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal: what a run is about to make, written before it is made, so that a later command can
 * undo what a killed run left. One file a run in /run/poolrig, one line a thing:
 *
 *   owner PID START NAMESPACE BOOT the run's supervisor (base/owner.h); the first line
 *   hierarchy MOUNT NAME           a hierarchy that the groups are in (cgroups/hierarchy.h)
 *   cgroup PARENT NAME             the groups PARENT/NAME, in every hierarchy
 *   subtree PARENT CONTROLLER,...  v2: these, disabled before, are enabled below PARENT
 *
 * The run holds a lock (flock) on its journal as long as it lives; a journal that can be
 * locked belongs to a dead run. Of a run that was killed while it gave birth to a command, that
 * child holds the lock for some milliseconds more, until it closes what is not its own: where the
 * owner is dead, the lock is waited for. Where that can't be seen, as from another pid namespace,
 * the lock alone says that the run lives.
 *
 * Another mount namespace may not show every hierarchy that the groups are in. What could not be
 * looked at stays in the journal.
 *
 * A controller that another run still uses can't be disabled. Then the first run's journal stays
 * when that run ends, and the next process to look at the journals (the other run at its end, or
 * any later command) disables it.
 *
 * The directory is on a tmpfs: after a reboot both the journal and what it names are gone.
 */
#ifndef POOLRIG_RIG_CELL_JOURNAL_H
#define POOLRIG_RIG_CELL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cgroups/tree.h"

#define JOURNAL_DIR "/run/poolrig"

struct journal {
	int fd;        /* owned, locked; -1: none */
	int dirfd;     /* owned: the directory */
	char name[80]; /* of the file in it */
};

#define JOURNAL_INIT ((struct journal){.fd = -1, .dirfd = -1})

/* Make the journal of a run, locked from the moment that it can be seen. `dir` (JOURNAL_DIR,
 * but for tests) is made (0755) where missing. */
int journal_init(struct journal *j, const char *dir, const char *run_id, struct error *err);

/* Write that a run's groups are in this hierarchy. */
int journal_hierarchy(struct journal *j, const struct cg_hierarchy *h, struct error *err);
/* Write that a group is about to be made, or that controllers (a bit set, cgroups/tree.h) are about
 * to be enabled below one. */
int journal_cgroup(struct journal *j, const char *parent, const char *name, struct error *err);
int journal_subtree(struct journal *j, const char *parent, uint32_t controllers, struct error *err);

/* All is undone: remove the file and let go. Without this (journal_destroy), the file stays for
 * `clean`. */
int journal_finish(struct journal *j, struct error *err);
void journal_destroy(struct journal *j);

struct journal_line {
	char parent[CG_PATH_MAX]; /* of a hierarchy where it was mounted */
	char name[200];       /* of a group or hierarchy; of a subtree the list of controllers */
	uint32_t controllers; /* of a subtree; 0: it is another line */
	bool is_hierarchy;
};

/* Undo one line; of a hierarchy, see whether it is there to be looked at. Returns 0; 1: it can't be
 * undone yet, the journal stays for later; -1. */
typedef int (*journal_undo)(const struct journal_line *line, void *arg, struct error *err);

/* Call fn for each line of each journal whose run is dead; a journal whose lines were all undone
 * (fn returned 0) is removed. A line that can't be parsed is an error that names file and line; the
 * others are done all the same, and what has a journal's name and is not a regular file of root's.
 * Returns how many journals were undone, or -1 with the first error. */
int journal_recover(const char *dir, journal_undo fn, void *arg, struct error *err);

/* Wait for, and take, the lock under which a setting that runs share is looked at and changed.
 * Returns a descriptor; closing it lets go. `dir` is made where missing. */
int journal_lock_settings(const char *dir, struct error *err);

#endif
