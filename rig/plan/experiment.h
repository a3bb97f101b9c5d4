/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An experiment: a YAML file, read by schema (libcyaml), with every quantity parsed and checked, so
 * that whatever comes out of experiment_load() can be run on some machine. docs/experiment.md is
 * its contract.
 */
#ifndef POOLRIG_RIG_PLAN_EXPERIMENT_H
#define POOLRIG_RIG_PLAN_EXPERIMENT_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "netns/netns.h"
#include "rig/plan/search.h"

enum load_arrivals { ARRIVALS_CONSTANT = 0, ARRIVALS_POISSON, ARRIVALS_BURST };

/* The rate rises evenly from load.rate to peak, stays there, and falls back at once (burst.h). */
struct burst_spec {
	double peak;     /* tasks a second */
	int64_t at_ns;   /* when the rise begins, from the window's beginning */
	int64_t rise_ns; /* 0: a step */
	int64_t hold_ns;
};

struct load_spec {
	enum load_arrivals arrivals;
	double rate;             /* tasks a second; of a search: what it begins at */
	int64_t service_ns;      /* of each task */
	int64_t warmup_ns;       /* run and not recorded */
	int64_t measure_ns;      /* the window */
	int64_t lateness_ns;     /* a trial whose generator's P99.9 own lateness is above is void;
				    default 1 ms */
	int64_t startup_ns;      /* until a workload must have said that it is ready; default 1 m */
	int64_t drain_ns;        /* after the window, until it must have said done; default 1 m */
	struct burst_spec burst; /* of ARRIVALS_BURST; else all zeros */
};

/* An empty set means "auto": the rig chooses from the topology. */
struct cpu_spec {
	cpu_set_t work, load, housekeeping;
	/* For checks against the host: the line in the file, -N: the N-th override, 0: not given.
	 */
	int line_work, line_load, line_housekeeping;
};

struct cell_spec {
	struct cpu_spec cpus;
	uint64_t memory_bytes;                 /* UNITS_MAX: no limit */
	uint64_t swap_bytes;                   /* UNITS_MAX: no limit; default 0 */
	uint64_t pids;                         /* UNITS_MAX: no limit */
	enum netns_kind net;                   /* default private */
	int line_memory, line_swap, line_pids; /* as above */
};

struct variant_param {
	char *key, *value; /* owned */
};

struct variant {
	char name[64];
	char **command;     /* owned, NULL-terminated; command[0] as written */
	char program[512];  /* command[0] resolved to an absolute path */
	bool plain;         /* `protocol: no`: any command, measured from outside */
	int64_t timeout_ns; /* of a plain command; default 1 m */
	struct variant_param *params;
	size_t params_count;
	int line;
};

#define EXPERIMENT_VARIANTS_MAX 64
struct experiment {
	char name[64];
	char *about;      /* owned */
	char *path;       /* owned: the file, as the user wrote it */
	char *yaml;       /* owned: the text as it is run, overrides applied */
	char **overrides; /* owned: the texts KEY=VALUE that were applied */
	size_t overrides_count;
	bool load_given; /* false only where all variants are plain; load is all zeros then */
	struct load_spec load;
	struct cell_spec cell;
	struct variant *variants;
	size_t variants_count;
	bool search_given; /* each variant's trials are what its search needs, and not `trials` */
	struct search_spec search; /* all zeros without */
	int trials;                /* of each variant; default 3 */
	uint64_t seed;             /* default 1 */
	int retries; /* how often a void trial may be run again, in all of the run (of a search: at
			one rate of one variant); default 3 */
};

/*
 * Load, apply `--set KEY=VALUE` overrides (dotted path of a scalar: "load.rate",
 * "variants.0.params.size" or "variants.NAME.params.size"), check. program_dir is searched before
 * PATH for a variant's command (the directory of the poolrig binary: its own workloads stand
 * there); NULL: PATH only.
 *
 * Errors (kind ERROR_INPUT) begin with `file:line: key "value": reason; way out`; for an override,
 * `--set KEY=VALUE: …`. Nothing is left allocated after an error.
 */
int experiment_load(struct experiment *e, const char *path, const char *const *overrides,
		    size_t overrides_count, const char *program_dir, struct error *err);
void experiment_destroy(struct experiment *e); /* takes a zeroed struct */

/* What the machine can't give: cores that are not there, roles that overlap where they must not,
 * memory beyond the machine. `online` and memory_bytes describe the host (in a test, any host).
 * Errors as above. */
int experiment_check_host(const struct experiment *e, const cpu_set_t *online,
			  uint64_t memory_bytes, struct error *err);

#endif
