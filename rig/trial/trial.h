/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One trial: fresh cell, birth, protocol (or none), samples and events until the end, verdict,
 * removal. It fills a trial record and interprets nothing but what it must to say whether the trial
 * counts.
 */
#ifndef POOLRIG_RIG_TRIAL_TRIAL_H
#define POOLRIG_RIG_TRIAL_TRIAL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/outlet.h"
#include "cgroups/knob.h"
#include "netns/netns.h"
#include "rig/cell/roles.h"
#include "rig/cell/site.h"
#include "rig/knob/knob.h"
#include "rig/record/trial_record.h"
#include "rig/protocol/protocol.h"

/* How far a trial is, for progress: given at each sample. */
struct trial_progress {
	int64_t elapsed_ns,
	    total_ns; /* of warm-up and window; total 0: not known (a plain command) */
	double rate;  /* tasks completed a second, as last recorded; < 0: not known */
};

/* The stages of a cell's life, for who measures the rig itself. */
enum trial_stage {
	TRIAL_STAGE_MAKE = 0, /* groups made, limits set */
	TRIAL_STAGE_BIRTH,    /* the command stands at its barrier */
	TRIAL_STAGE_OPEN,     /* counters and events opened, first reading taken */
	TRIAL_STAGE_RUN,      /* from the barrier until the command's exit was seen */
	TRIAL_STAGE_EMPTY,    /* nothing is left in the cell */
	TRIAL_STAGE_CONCLUDE, /* last reading, metrics, interference, verdict, grade */
	TRIAL_STAGE_REMOVE,   /* all closed, groups removed */
	TRIAL_STAGES,
};

/* A plain command that runs beside the trial's own, from before its start until its end, in a cell
 * of its own. All is borrowed. */
struct trial_neighbour {
	const char *name, *program;
	char *const *argv;
	char *const *env;
	const cpu_set_t *cpus; /* where it runs */
	bool pin;              /* and its cpuset is these */
	const struct cell_spec *limits;
};

struct trial_setup {
	struct site *site; /* borrowed, as all pointers here */
	char cell_name[CG_NAME_MAX];
	struct roles roles;
	bool pin;                       /* set the cpuset to the roles' cores */
	const struct cell_spec *limits; /* what is asked of its knobs */
	enum netns_kind net;
	const char *program;
	char *const *argv;
	char *const *env;         /* without POOLRIG_FD, which is added for the protocol */
	struct outlet *copies[2]; /* of stdout and stderr; NULL: only kept; twice the same: both
				     go through one pipe, and so keep their order */
	int stdin_fd;             /* -1: /dev/null */
	const struct trial_neighbour *neighbours;
	size_t neighbours_count;
	int64_t timeout_ns; /* of a plain command; 0: none */

	bool plain;
	struct protocol_setup protocol; /* where not plain; what follows as well */
	int64_t startup_limit_ns;       /* from the command's start until ready */
	int64_t done_limit_ns;          /* from the window's end until done */
	bool any_cores;                 /* one that ran on the wrong cores is not void for it */
	int64_t lateness_bound_ns;      /* P99.9 of the generator's own lateness above it: void */

	void (*progress)(const struct trial_progress *p, void *arg);
	/* Called when many samples, events and records have gathered: store them and empty the
	 * arrays. */
	int (*flush)(struct trial_record *r, void *arg, struct error *err);
	/* Called at the end of each stage that was reached; may be NULL. at_ns is
	 * now, but at the end of the run the instant that the rig took for the command's exit. */
	void (*stage)(enum trial_stage ended, int64_t at_ns, void *arg);
	void *arg;
};

/* What asks a run to end. SIGXCPU: the limit of the rig's own CPU time (ulimit -t). */
#define TRIAL_STOP_SIGNALS                                                                         \
	{                                                                                          \
		SIGINT, SIGTERM, SIGHUP, SIGXCPU                                                   \
	}

/* How the trial came to its end. */
struct trial_end {
	bool stopped; /* one of TRIAL_STOP_SIGNALS asked for it; those that are blocked are taken up
		       */
	bool exited;  /* the command ended by itself; the trial did not end it */
};

/*
 * Run it. Returns 0 where the record says what happened, whatever that was (also rig_failed); -1
 * where not even that could be done (out of memory, the cell can't be removed): *err says why.
 */
int trial_run(const struct trial_setup *setup, struct trial_record *r, struct trial_end *end,
	      struct error *err);

#endif
