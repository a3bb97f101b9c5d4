/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of files that counters are read from. */
#ifndef POOLRIG_CGROUPS_COUNTER_FILES_H
#define POOLRIG_CGROUPS_COUNTER_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "cgroups/counters.h"
#include "cgroups/parse.h"

enum cg_format { CG_FORMAT_SINGLE, CG_FORMAT_FLAT, CG_FORMAT_PSI };

/* In which hierarchy of the host the file is looked for. */
enum cg_file_where {
	CG_IN_V2_TREE,       /* the v2 tree, whether the controller is there or not */
	CG_IN_V2_NO_CPUACCT, /* the same, but only where no v1 cpuacct is */
	CG_IN_V2_BESIDE_V1,  /* the same, but only where v1 cpuacct is there, too */
	CG_IN_V2_CONTROLLER, /* the hierarchy of the controller, where that is v2 */
	CG_IN_V1_CONTROLLER, /* the hierarchy of the controller, where that is v1 */
	CG_IN_V1_ALONE,      /* the same, but only where there is no v2 tree */
};

struct cg_file_row {
	const char *name;
	enum cg_file_where where;
	enum cg_controller controller;
	enum cg_format format;
	const char *since; /* why it may be missing where the hierarchy is there: "Linux 5.19" */
	size_t count;
	struct cg_field fields[6];
};

/* All rows, at most CG_COUNTER_FILES_MAX; cg_counters.fds has one descriptor a row. */
size_t cg_file_rows(const struct cg_file_row **rows);

/* The directory of the cell in which a row's file is looked for, or -1. */
int cg_file_dirfd(const struct cg_cell *cell, const struct cg_file_row *row);

/* The descriptor of a file that the counters hold open, or -1. */
int cg_file_fd(const struct cg_counters *c, const char *name);

/* Parse the content of a row's file into *out. */
void cg_file_parse(const struct cg_file_row *row, const char *text, struct cg_reading *out);

#endif
