/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of a trial under way, shared by the files of this room and by no other. */
#ifndef POOLRIG_RIG_TRIAL_STATE_H
#define POOLRIG_RIG_TRIAL_STATE_H

#include <sys/resource.h>
#include <systemd/sd-event.h>

#include "base/hdr.h"
#include "cgroups/events.h"
#include "rig/cell/launch.h"
#include "rig/cell/output.h"
#include "rig/probe/counters.h"
#include "rig/probe/placement.h"
#include "rig/record/claims.h"
#include "rig/record/tally.h"
#include "rig/trial/delay.h"
#include "rig/trial/trial.h"

#define SAMPLE_PERIOD_NS (100 * NS_PER_MS)
#define REMOVE_LIMIT_NS  (10 * NS_PER_S) /* for a cell, to be emptied and removed */
#define EXIT_LIMIT_NS    (10 * NS_PER_S) /* from done, or the closing of its end, to its exit */

enum phase {
	PHASE_STARTUP = 0, /* until go (a plain command has none) */
	PHASE_WARMUP,      /* it and the window end by the clock: a workload can't prolong them */
	PHASE_WINDOW,      /* a plain command's whole life */
	PHASE_DRAIN,       /* the window is over, what was taken is run to its end */
	PHASE_EXIT,        /* done was received: the exit is awaited */
};

/* What the supervisor saw of the cell's network: the namespaces' inode numbers, 0 where unknown. */
struct seen_net {
	bool asked_private;
	unsigned long own_ns, cell_ns;
};

struct neighbour {
	const struct trial_neighbour *setup;
	struct trial *trial;
	struct cg_cell cell;
	struct launched command;
	struct output output; /* stdout and stderr */
	struct cg_counters counters;
	bool exited; /* by itself, before the trial's end */
	int64_t exit_at_ns;
	siginfo_t exit;
};

struct trial {
	const struct trial_setup *setup;
	struct trial_record *record;
	struct cg_cell cell;
	struct launched command;
	struct output outputs[2]; /* stdout and stderr, or the first for both */
	int outputs_count;
	struct protocol protocol;
	struct protocol_received received; /* the message that is dealt with */
	struct probes probes;
	struct cg_events events;
	int event_counts[CG_EVENT_SOURCES];
	struct seen_net net;

	sd_event *loop;
	sd_event_source *deadline, *sampler, *border, *messages, *output_sources[2];
	enum phase phase;
	int64_t deadline_ns; /* how long the phase may take */
	int64_t start_ns;    /* the start instant; a plain command's is when it may execute */
	int64_t sample_due_ns;
	double last_rate;       /* tasks a second, for the progress line; < 0: not known yet */
	int64_t progress_at_ns; /* when the workload last sent its progress, and what */
	double progress_completed;

	bool exited; /* by itself, and not because the trial had ended */
	int64_t exit_at_ns;
	siginfo_t exit;
	struct rusage usage;
	bool stopped; /* by a signal */

	struct delays delays;

	struct error failure; /* the first thing that went wrong; its kind is whose fault it was */
	struct hdr lateness;  /* the generator's own, merged */
	bool lateness_known;
	struct tally tally;           /* of the workload's counters and gauges */
	struct neighbour *neighbours; /* owned, as many as the setup has; NULL: not made yet */
	struct claims claims;         /* what its records have to fit */
};

/* loop.c: bring the command through its phases. Returns 0 when it is over, whatever happened;
 * failures are in t->failure. */
int trial_loop(struct trial *t, struct error *err);
/* End the loop with a failure; a timer, made or set again. */
int trial_end_with(struct trial *t, const struct error *err);
/* Wait for the command, which has ended: how, and what it used. */
int trial_reap(struct trial *t, struct error *err);
/* Receive messages, and do what follows from it. */
int trial_take_messages(struct trial *t, int most);
int trial_set_timer(struct trial *t, sd_event_source **source, int64_t at_ns,
		    sd_event_time_handler_t handler);

/* trial.c: set what is asked of a cell's knobs; cpus: NULL where it is not pinned. */
int trial_set_cell(struct cg_cell *cell, const cpu_set_t *cpus, const struct cell_spec *limits,
		   struct error *err);

/* neighbour.c: make their cells and bring them to their barriers; watch them in the loop; let them
 * go; end them with the trial, whose failure says what could not be ended; what they did, into the
 * record; remove their cells. All but the first take what there is. */
int neighbours_bear(struct trial *t, struct error *err);
int neighbours_watch(struct trial *t);
int neighbours_go(struct trial *t, struct error *err);
void neighbours_end(struct trial *t);
int neighbours_report(struct trial *t, struct error *err);
int neighbours_destroy(struct trial *t, struct error *err);

/* verdict.c: how a command ended, "exit status 1"; exited: by itself. */
void trial_describe_exit(const siginfo_t *exit, bool exited, char *text, size_t size);

/* events.c: the instant on the trial's own axis. */
int64_t trial_since_start(const struct trial *t, int64_t at_ns);

/* dialogue.c: receive the messages that are there, but no more than `most`. 0: go on; 1: the
 * workload closed its end; -1: t->failure is set. */
int trial_receive(struct trial *t, int most);
/* More than a socket holds at a time: with these the messages that were there are all received. */
#define TRIAL_MESSAGES_ALL 1024

/* phases.c: enter a phase that may take limit_ns (0: any time); set the timer of the window's next
 * border. */
void trial_enter(struct trial *t, enum phase phase, int64_t limit_ns);
int trial_set_border(struct trial *t, int64_t at_ns);
/* Take samples from now on, of a window that began at begin_ns and ended at end_ns. What was due
 * and not taken counts as missed. */
int trial_start_sampling(struct trial *t, int64_t begin_ns);
void trial_stop_sampling(struct trial *t, int64_t end_ns);
/* The window of a workload ends now: where it was due, or because the workload is done. */
void trial_end_window(struct trial *t);

/* events.c: watch what every cell has watched; its pressure, which is dearer; when the loop is
 * over, take what it has not come to; and, at the end, record how many events were not kept. The
 * first two return a negative errno where that fails. */
int trial_watch_cell(struct trial *t);
int trial_watch_pressure(struct trial *t);
int trial_last_events(struct trial *t, struct error *err);
int trial_count_events(struct trial *t, struct error *err);

/* delay.c: what the rig's own delays did to the trial, as lines of interference; whether a pause or
 * a late border makes it void, and why; the length of the window, which is a plain command's life.
 */
int trial_delay_lines(struct trial *t, struct error *err);
bool trial_pause_void(const struct trial *t, char *reason, size_t size);
bool trial_border_void(const struct trial *t, char *reason, size_t size);
int64_t trial_window_ns(const struct trial *t);

/* inherited.c: metrics of what the command has from its caller; it stands at its barrier. */
int trial_inherited(struct trial_record *r, pid_t pid, struct error *err);

/* verdict.c: outcome, reason. */
int trial_verdict(struct trial *t, struct error *err);

/* wrong_cores.c: it ran elsewhere than on its cores, and why that is sure. */
bool trial_wrong_cores(const struct trial *t, char *why, size_t size);

/* grade.c: append the four grades to the record; the interference lines must be in it already. */
int trial_grades(struct trial *t, struct error *err);

/* workload.c: metrics and interference lines of the workload's own records. */
int trial_workload_numbers(struct trial *t, struct error *err);
/* Of the records that are about to be handed on: decode every histogram, so that what is none fails
 * the trial (ERROR_WORKLOAD), and merge the generator's own lateness. */
int trial_take_histograms(struct trial *t, struct error *err);

#endif
