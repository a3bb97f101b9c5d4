/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run is, apart from its trials: the experiment as it was run, and the host it ran on. Plain
 * data. */
#ifndef POOLRIG_RIG_RECORD_RUN_RECORD_H
#define POOLRIG_RIG_RECORD_RUN_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/owner.h"

/* A fact of the host: name "kernel", "cpu_model", "cgroup_mode", "memory_bytes",
 * "version.libcgroup" … */
struct host_fact {
	char name[48];
	char *value; /* owned */
};

#define HOST_FACTS_MAX 64
struct host_record {
	size_t count;
	struct host_fact facts[HOST_FACTS_MAX];
};

void host_record_destroy(struct host_record *host); /* takes a zeroed struct */

struct run_record {
	char id[40];                      /* "20261124-063000-1a2b3c": sorts by time */
	char experiment[64];              /* its name */
	const char *yaml;                 /* as it was run, overrides applied; borrowed */
	const char *yaml_path;            /* where it was read from; borrowed */
	const char *plan;                 /* the resolved plan, as JSON; borrowed; NULL: none */
	char supervisor[OWNER_TEXT_SIZE]; /* whose end is the run's; "": unknown */
	uint64_t seed;
	int planned; /* trials in the plan */
	int64_t started_unix_ns;
	struct host_record host;
};

#endif
