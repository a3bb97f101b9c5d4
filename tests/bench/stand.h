/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where cells are made for a benchmark: the site, and a setup as `poolrig exec --cpus LAST
 * --memory 64M --pids 64 -- PROGRAM` makes it, with the output kept and not passed on. */
#ifndef POOLRIG_TESTS_BENCH_STAND_H
#define POOLRIG_TESTS_BENCH_STAND_H

#include "rig/cell/environment.h"
#include "rig/cell/site.h"
#include "rig/trial/trial.h"

struct stand {
	struct site site;
	struct environment environment;
	struct cell_spec limits;
	struct trial_setup setup;
	char *argv[2];
};

/* `program` is borrowed. Moves the caller to the housekeeping core. Errors: not root, and whatever
 * the host refuses. */
int stand_init(struct stand *s, const char *program, struct error *err);
/* Remove it all; *err is kept where it holds an error already. */
int stand_finish(struct stand *s, struct error *err);

/* Run the setup once; a command that did not end well is an error. *wall_ns: as the rig reports. */
int stand_run(struct stand *s, int64_t *wall_ns, struct error *err);

/* A cell with the CPUs and limits of the setup, and no process in it. */
int stand_cell(struct stand *s, struct cg_cell *cell, const char *name, struct error *err);

#endif
