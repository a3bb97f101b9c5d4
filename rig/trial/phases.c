/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The phases of a trial, each with its time limit, and the borders of the window, in which a sample
 * is taken every 100 ms. */
#include "base/clock.h"
#include "base/units.h"
#include "rig/trial/state.h"

/* Samples or records that are handed on at a time; more would cost memory, fewer more writing. */
#define FLUSH_AT 512

static int on_deadline(sd_event_source *source, uint64_t usec, void *arg)
{
	static const char *const doing[] = {
	    [PHASE_STARTUP] = "to get ready",
	    [PHASE_WINDOW] = "to finish",
	    [PHASE_DRAIN] = "to say done",
	    [PHASE_EXIT] = "to exit",
	};
	struct trial *t = arg;
	struct error err = ERROR_INIT;
	enum phase phase = t->phase;
	char limit[32];
	int ret = 0;

	(void)source;
	(void)usec;
	/* What it said in time may be there unread. */
	if (!t->setup->plain)
		ret = trial_take_messages(t, TRIAL_MESSAGES_ALL);
	if (ret < 0 || t->phase != phase || t->failure.kind)
		return ret;
	error_set(&err, ERROR_WORKLOAD, 0, "timed out: it had %s %s and was killed",
		  units_write_duration(t->deadline_ns, limit, sizeof(limit)), doing[t->phase]);
	return trial_end_with(t, &err);
}

void trial_enter(struct trial *t, enum phase phase, int64_t limit_ns)
{
	t->phase = phase;
	t->deadline_ns = limit_ns;
	if (limit_ns)
		trial_set_timer(t, &t->deadline, clock_now() + limit_ns, on_deadline);
	else if (t->deadline)
		sd_event_source_set_enabled(t->deadline, SD_EVENT_OFF);
}

static void report_progress(struct trial *t)
{
	const struct protocol_setup *protocol = &t->setup->protocol;
	struct trial_progress p = {.rate = t->last_rate};

	if (!t->setup->progress)
		return;
	p.elapsed_ns = t->start_ns ? clock_now() - t->start_ns : 0;
	p.total_ns = t->setup->plain ? 0 : protocol->warmup_ns + protocol->window_ns;
	t->setup->progress(&p, t->setup->arg);
}

/* However long the trial is, no more than FLUSH_AT samples and records are held. */
static int hand_on(struct trial *t, struct error *err)
{
	struct trial_record *r = t->record;

	if (!t->setup->flush || (r->samples_count < FLUSH_AT && r->records_count < FLUSH_AT))
		return 0;
	if (trial_take_histograms(t, err) < 0)
		return -1;
	return t->setup->flush(r, t->setup->arg, err);
}

/* What is dear waits until a plain command has lasted to its first sample: for a short one it would
 * cost more than the command itself. */
static int observe_closely(struct trial *t, struct error *err)
{
	int ret = trial_watch_pressure(t);

	probes_ready(&t->probes);
	return ret < 0 ? error_host(err, -ret, "cannot watch the cell's pressure") : 0;
}

/* The grid stays where it is: an instant that has passed is counted as missed, not made up for. */
static void miss_until(struct trial *t, int64_t now)
{
	struct counters *counters = counters_of(&t->probes);

	for (; t->sample_due_ns < now; t->sample_due_ns += SAMPLE_PERIOD_NS) {
		t->probes.samples_skipped++;
		if (now - t->sample_due_ns > counters->late_max_ns)
			counters->late_max_ns = now - t->sample_due_ns;
	}
}

static int on_sample(sd_event_source *source, uint64_t usec, void *arg)
{
	struct trial *t = arg;
	struct error err = ERROR_INIT;

	(void)source;
	(void)usec;
	if (probes_sample(&t->probes, t->sample_due_ns, t->record, &err) < 0 ||
	    (t->setup->plain && t->probes.samples == 1 && observe_closely(t, &err) < 0) ||
	    hand_on(t, &err) < 0)
		return trial_end_with(t, &err);
	report_progress(t);
	t->sample_due_ns += SAMPLE_PERIOD_NS;
	miss_until(t, clock_now());
	return trial_set_timer(t, &t->sampler, t->sample_due_ns, on_sample);
}

int trial_start_sampling(struct trial *t, int64_t begin_ns)
{
	t->sample_due_ns = begin_ns + SAMPLE_PERIOD_NS;
	miss_until(t, clock_now());
	return trial_set_timer(t, &t->sampler, t->sample_due_ns, on_sample);
}

void trial_stop_sampling(struct trial *t, int64_t end_ns)
{
	if (t->sampler)
		sd_event_source_set_enabled(t->sampler, SD_EVENT_OFF);
	miss_until(t, end_ns);
}

void trial_end_window(struct trial *t)
{
	const struct protocol_setup *protocol = &t->setup->protocol;
	int64_t due_ns = t->start_ns + protocol->warmup_ns + protocol->window_ns, end_ns;

	probes_end(&t->probes);
	end_ns = counters_of(&t->probes)->end.at_ns;
	delay_border(&t->delays, 1, due_ns, end_ns);
	trial_stop_sampling(t, end_ns < due_ns ? end_ns : due_ns);
}

/* A border of the window: its begin, or its end. */
static int on_border(sd_event_source *source, uint64_t usec, void *arg)
{
	const struct protocol_setup *protocol = &((struct trial *)arg)->setup->protocol;
	struct trial *t = arg;
	int64_t begin_ns = t->start_ns + protocol->warmup_ns;

	(void)source;
	(void)usec;
	if (t->phase == PHASE_WARMUP) {
		probes_begin(&t->probes);
		delay_border(&t->delays, 0, begin_ns, counters_of(&t->probes)->begin.at_ns);
		trial_enter(t, PHASE_WINDOW, 0);
		trial_start_sampling(t, begin_ns);
		return trial_set_border(t, begin_ns + protocol->window_ns);
	}
	if (t->phase == PHASE_WINDOW) {
		trial_end_window(t);
		trial_enter(t, PHASE_DRAIN, t->setup->done_limit_ns);
	}
	return 0;
}

/* A border that is due comes before all that is ready with it: a message or an exit that came while
 * the rig was late is of after the border. */
int trial_set_border(struct trial *t, int64_t at_ns)
{
	int ret = trial_set_timer(t, &t->border, at_ns, on_border);

	return ret < 0 ? ret
		       : sd_event_source_set_priority(t->border, SD_EVENT_PRIORITY_IMPORTANT - 1);
}
