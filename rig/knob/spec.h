/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an experiment says, as values: the structs that the rows of knob.h fill. Texts are borrowed
 * from the document that the experiment was read from, arrays are owned by the experiment.
 */
#ifndef POOLRIG_RIG_KNOB_SPEC_H
#define POOLRIG_RIG_KNOB_SPEC_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/protocol.h"
#include "cgroups/knob.h"
#include "netns/netns.h"

enum load_mode { LOAD_IN_PROCESS = 0 };
enum wrong_cores { WRONG_CORES_VOID = 0, WRONG_CORES_ALLOW };
enum load_arrivals { ARRIVALS_CONSTANT = 0, ARRIVALS_POISSON, ARRIVALS_BURST };

/* The rate rises evenly from load.rate to peak, stays there, and falls back at once
 * (rig/plan/schedule.h). */
struct burst_spec {
	double peak;     /* tasks a second */
	int64_t at_ns;   /* when the rise begins, from the window's beginning */
	int64_t rise_ns; /* 0: a step */
	int64_t hold_ns;
};

struct load_spec {
	enum load_mode mode;
	enum load_arrivals arrivals;
	double rate;             /* tasks a second; of a search: what it begins at */
	int64_t service_ns;      /* of each task */
	int64_t warmup_ns;       /* run and not recorded */
	int64_t measure_ns;      /* the window */
	int64_t lateness_ns;     /* a trial whose generator's P99.9 own lateness is above is void */
	int64_t startup_ns;      /* until a workload must have said that it is ready */
	int64_t drain_ns;        /* after the window, until it must have said done */
	struct burst_spec burst; /* of ARRIVALS_BURST; else all zeros */
};

/* An empty set means "auto": the rig chooses from the topology. */
struct cpu_spec {
	cpu_set_t work, load, housekeeping;
};

/* What is asked of one cgroup knob: a number (of BYTES and COUNT; UNITS_MAX: nothing), or a text
 * (of the other units; NULL: nothing). */
union cell_limit {
	uint64_t number;
	const char *text;
};

struct cell_spec {
	struct cpu_spec cpus;
	enum netns_kind net;
	union cell_limit limits[CG_KNOBS];
};

struct variant {
	const char *name;
	const char *stdin_text; /* as written; NULL: its standard input is empty */
	char **command;         /* ends with NULL; command[0] as written */
	char **prepare;         /* the same of what runs before each trial; NULL: nothing */
	char *program;          /* owned: command[0] resolved to an absolute path */
	char *prepare_program, *stdin_path; /* owned; NULL where there is none */
	bool protocol;                      /* false: a plain command, measured from outside */
	bool alone;                         /* no neighbour runs beside its trials */
	int64_t timeout_ns;                 /* of a plain command */
	struct poolrig_protocol_param *params;
	size_t params_count;
	struct poolrig_protocol_param *env;
	size_t env_count;
	/* Of a variant the experiment's, with the limits of its own; of a neighbour its own alone,
	 * and its cores are cpus.work. */
	struct cell_spec cell;
};

#define SEARCH_METRIC "start_latency_seconds.p99" /* the default */
#define SEARCH_RATE_METRIC                                                                         \
	"load_rate_tasks_per_second" /* a trial's own rate, as a metric of it                      \
				      */

struct search_spec {
	char metric[64];   /* of a trial, in seconds */
	int64_t bound_ns;  /* it held where the metric is not above */
	double from, to;   /* tasks a second */
	double resolution; /* 0.05: 5 % */
	int confirm;
};

/* What was published; rig/plan/finding.h is the language of `found` and `holds`. */
struct finding_spec {
	const char *claim, *source, *found, *holds; /* source: NULL where there is none */
};

struct document;

struct experiment {
	const char *name, *about;
	const char *path;             /* the file, as the user wrote it; borrowed */
	char *yaml;                   /* owned: the text as it is run, overrides applied */
	const char *const *overrides; /* the texts KEY=VALUE that were applied; borrowed */
	size_t overrides_count;
	struct document *document; /* owned: the file, overrides applied */

	bool load_given; /* false only where all variants are plain; load is all zeros then */
	struct load_spec load;
	struct cell_spec cell;
	struct variant *variants;
	size_t variants_count;
	struct variant *neighbours; /* plain commands that run beside each trial */
	size_t neighbours_count;
	bool search_given; /* each variant's trials are what its search needs, and not `trials` */
	struct search_spec search; /* all zeros without */
	int trials;                /* of each variant */
	uint64_t seed;
	int retries; /* how often a void trial may be run again, in all of the run (of a search: at
			one rate of one variant) */
	enum wrong_cores wrong_cores; /* of a trial that ran on them */
	char **metrics;               /* of the first screen, up to a NULL; NULL: the usual ones */
	char **compare;      /* metrics that are decided, up to a NULL; NULL: none is declared */
	double precision;    /* 0.02: end when these are known to 2 %; infinite: not asked for */
	const char *heatmap; /* NULL: none */
	struct finding_spec *findings;
	size_t findings_count;
};

#endif
