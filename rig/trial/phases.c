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
	char limit[32];

	(void)source;
	(void)usec;
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

static int on_sample(sd_event_source *source, uint64_t usec, void *arg)
{
	struct trial *t = arg;
	struct error err = ERROR_INIT;
	int64_t now;

	(void)source;
	(void)usec;
	if (probes_sample(&t->probes, t->sample_due_ns, t->record, &err) < 0 ||
	    (t->setup->plain && t->probes.samples == 1 && observe_closely(t, &err) < 0) ||
	    hand_on(t, &err) < 0)
		return trial_end_with(t, &err);
	report_progress(t);
	/* The grid stays where it is: an instant that has passed is counted as missed, not made up
	 * for. */
	now = clock_now();
	for (t->sample_due_ns += SAMPLE_PERIOD_NS; t->sample_due_ns <= now;
	     t->sample_due_ns += SAMPLE_PERIOD_NS)
		t->probes.samples_skipped++;
	return trial_set_timer(t, &t->sampler, t->sample_due_ns, on_sample);
}

int trial_start_sampling(struct trial *t)
{
	t->sample_due_ns = clock_now() + SAMPLE_PERIOD_NS;
	return trial_set_timer(t, &t->sampler, t->sample_due_ns, on_sample);
}

/* A border of the window: its begin, or its end. */
static int on_border(sd_event_source *source, uint64_t usec, void *arg)
{
	const struct protocol_setup *protocol = &((struct trial *)arg)->setup->protocol;
	struct trial *t = arg;

	(void)source;
	(void)usec;
	if (t->phase == PHASE_WARMUP) {
		probes_begin(&t->probes);
		trial_enter(t, PHASE_WINDOW, 0);
		trial_start_sampling(t);
		return trial_set_border(t, t->start_ns + protocol->warmup_ns + protocol->window_ns);
	}
	if (t->phase == PHASE_WINDOW) {
		sd_event_source_set_enabled(t->sampler, SD_EVENT_OFF);
		probes_end(&t->probes);
		trial_enter(t, PHASE_DRAIN, t->setup->done_limit_ns);
	}
	return 0;
}

int trial_set_border(struct trial *t, int64_t at_ns)
{
	return trial_set_timer(t, &t->border, at_ns, on_border);
}
