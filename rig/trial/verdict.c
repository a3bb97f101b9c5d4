/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a trial came to: whether it counts, and if not, why. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"
#include "base/text.h"
#include "base/units.h"
#include "rig/cell/interpreter.h"
#include "rig/trial/state.h"

static int settle(struct trial *t, enum trial_outcome outcome, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static int settle(struct trial *t, enum trial_outcome outcome, const char *fmt, ...)
{
	va_list ap;

	t->record->outcome = outcome;
	va_start(ap, fmt);
	vsnprintf(t->record->reason, sizeof(t->record->reason), fmt, ap);
	va_end(ap);
	return 1;
}

void trial_describe_exit(const siginfo_t *exit, bool exited, char *text, size_t size)
{
	int status = exit->si_status;

	if (!exited)
		snprintf(text, size, "it was killed");
	else if (exit->si_code == CLD_EXITED)
		snprintf(text, size, "exit status %d", status);
	else
		snprintf(text, size, "killed by signal %d (%s)", status, strsignal(status));
}

static int settle_oom(struct trial *t)
{
	const struct cg_setting *max = &t->cell.settings[CG_KNOB_MEMORY_MAX];
	struct counters *counters = counters_of(&t->probes);
	char where[128] = "", exit[80];

	if (!t->probes.open)
		return 0;
	trial_describe_exit(&t->exit, t->exited, exit, sizeof(exit));
	switch (cg_oom_origin(&counters->oom, &counters->files, where, sizeof(where))) {
	case CG_OOM_NONE:
	case CG_OOM_UNREAD: /* the exit decides, and the metric or the grade says what was missing
			     */
		return 0;
	case CG_OOM_OWN_LIMIT:
		return settle(t, TRIAL_WORKLOAD_FAILED,
			      "OOM kill: the cell's own limit was reached (memory.max %s); %s",
			      max->got ? max->got : max->asked, exit);
	case CG_OOM_ANCESTOR_LIMIT:
		return settle(t, TRIAL_WORKLOAD_FAILED,
			      "OOM kill: the limit of an ancestor was reached (%s); %s", where,
			      exit);
	case CG_OOM_HOST:
		return settle(t, TRIAL_WORKLOAD_FAILED,
			      "OOM kill: the whole host ran out of memory; %s", exit);
	default:
		return settle(t, TRIAL_WORKLOAD_FAILED,
			      "OOM kill: the counters can't tell whose limit was reached; %s",
			      exit);
	}
}

/* Every task must be accounted for, or no number of this trial means anything. */
static int settle_claims(struct trial *t)
{
	struct error err = ERROR_INIT;

	if (t->setup->plain || claims_conclude(&t->claims, &t->tally, &err) == 0)
		return 0;
	return settle(t, TRIAL_WORKLOAD_FAILED, "%.500s", err.text);
}

/* A neighbour that failed was not what was asked for; one that had done its work was. */
static int settle_neighbours(struct trial *t)
{
	for (size_t i = 0; t->neighbours && i < t->setup->neighbours_count; i++) {
		const struct neighbour *n = &t->neighbours[i];
		char how[120];

		if (!n->exited || (n->exit.si_code == CLD_EXITED && n->exit.si_status == 0))
			continue;
		trial_describe_exit(&n->exit, true, how, sizeof(how));
		if (n->command.page->exec_errno)
			snprintf(how, sizeof(how), "cannot be executed: %s",
				 strerror(n->command.page->exec_errno));
		return settle(t, TRIAL_VOID, "neighbour %s: %s, before the trial's end",
			      n->setup->name, how);
	}
	return 0;
}

static int settle_lateness(struct trial *t)
{
	char late[UNITS_SHOW_SIZE], bound[32];
	int64_t p999;

	if (!t->lateness_known || !t->setup->lateness_bound_ns)
		return 0;
	p999 = hdr_quantile(&t->lateness, 0.999);
	if (p999 <= t->setup->lateness_bound_ns)
		return 0;
	return settle(t, TRIAL_VOID,
		      "the generator itself was late: P99.9 %s, above the bound of %s",
		      units_show_ns(p999, late, sizeof(late)),
		      units_write_duration(t->setup->lateness_bound_ns, bound, sizeof(bound)));
}

/* What was measured is not what was to be. */
static int settle_cores(struct trial *t)
{
	char why[256];

	if (t->setup->any_cores || !trial_wrong_cores(t, why, sizeof(why)))
		return 0;
	return settle(t, TRIAL_VOID,
		      "wrong cores: %s; trials.wrong_cores: allow keeps the trial", why);
}

static int settle_exit(struct trial *t)
{
	static const char *const unsaid[] = {[PROTOCOL_STATE_HELLO] = "hello",
					     [PROTOCOL_STATE_READY] = "ready",
					     [PROTOCOL_STATE_RUNNING] = "done"};
	char exit[80];

	trial_describe_exit(&t->exit, t->exited, exit, sizeof(exit));
	if (t->failure.kind == ERROR_WORKLOAD && t->exited)
		return settle(t, TRIAL_WORKLOAD_FAILED, "%.380s; %s", t->failure.text, exit);
	if (t->failure.kind == ERROR_WORKLOAD)
		return settle(t, TRIAL_WORKLOAD_FAILED, "%.480s", t->failure.text);
	if (!t->setup->plain && t->protocol.state != PROTOCOL_STATE_DONE)
		return settle(t, TRIAL_WORKLOAD_FAILED, "it ended before it said %s; %s",
			      unsaid[t->protocol.state], exit);
	if (t->exit.si_code != CLD_EXITED || t->exit.si_status != 0)
		return settle(t, TRIAL_WORKLOAD_FAILED, "%s", exit);
	return 0;
}

static int settle_not_executed(struct trial *t, int errnum)
{
	const char *program = t->setup->program;
	cleanup_free char *interpreter = interpreter_of(program);
	char quoted[TEXT_QUOTE_SIZE];

	/* The program itself was found before. */
	if (interpreter && (errnum == ENOENT || access(interpreter, X_OK) < 0))
		return settle(t, TRIAL_WORKLOAD_FAILED,
			      "%.200s: cannot be executed: its interpreter \"%s\": %s", program,
			      text_quote(interpreter, quoted), strerror(errnum));
	return settle(t, TRIAL_WORKLOAD_FAILED, "%.400s: cannot be executed: %s", program,
		      strerror(errnum));
}

/* The first that applies is the verdict. */
static void decide(struct trial *t)
{
	int exec_errno = t->command.page ? t->command.page->exec_errno : 0;
	char why[256];

	t->record->outcome = TRIAL_OK;
	if (t->failure.kind == ERROR_HOST || t->failure.kind == ERROR_INPUT)
		settle(t, TRIAL_RIG_FAILED, "%.500s", t->failure.text);
	else if (exec_errno)
		settle_not_executed(t, exec_errno);
	/* A rig that was stopped may have taken for a time-out what was none. */
	else if (trial_pause_void(t, why, sizeof(why)))
		settle(t, TRIAL_VOID, "%s", why);
	else if (settle_oom(t) || settle_exit(t) || settle_claims(t) || settle_cores(t) ||
		 settle_neighbours(t) || settle_lateness(t))
		return;
	else if (trial_border_void(t, why, sizeof(why)))
		settle(t, TRIAL_VOID, "%s", why);
}

/* A number that every command has, or why this one has none. */
static int ending(struct trial *t, const char *name, bool known, double value, const char *why,
		  struct error *err)
{
	return known ? trial_metric(t->record, name, value, err)
		     : trial_metric_unknown(t->record, name, err, "%s", why);
}

/* Also of one that the rig or the kernel has killed. */
static int how_it_ended(struct trial *t, struct error *err)
{
	const struct launch_page *page = t->command.page;
	bool executed = t->command.reaped && page->exec_at_ns && !page->exec_errno;
	bool exited = t->exit.si_code == CLD_EXITED;
	char how[80] = "it was not executed, or its end was not seen";

	if (executed) {
		trial_describe_exit(&t->exit, t->exited, how, sizeof(how));
		t->record->wall_ns = t->exit_at_ns - page->exec_at_ns;
	}
	if (ending(t, "wall_seconds", executed, (double)t->record->wall_ns / 1e9, how, err) < 0 ||
	    ending(t, "exit_code", executed && exited, t->exit.si_status, how, err) < 0)
		return -1;
	return ending(t, "exit_signal", executed && !exited, t->exit.si_status, how, err);
}

int trial_verdict(struct trial *t, struct error *err)
{
	int ret = how_it_ended(t, err);

	if (ret == 0 && !t->setup->plain)
		ret = trial_workload_numbers(t, err);
	if (ret < 0)
		return -1;
	decide(t);
	return 0;
}
