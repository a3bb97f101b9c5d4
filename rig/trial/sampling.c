/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples, every 100 ms while the window is open, and what goes with them. */
#include "base/clock.h"
#include "rig/trial/state.h"

/* Samples or records that are handed on at a time; more would cost memory, fewer more writing. */
#define FLUSH_AT 512

static void report_progress(struct trial *t)
{
	const struct protocol_setup *protocol = &t->setup->protocol;
	struct trial_progress p = {.rate = t->last_rate};
	int64_t from_ns = t->setup->plain ? t->command.page->exec_at_ns : t->start_ns;

	if (!t->setup->progress)
		return;
	p.elapsed_ns = from_ns ? clock_now() - from_ns : 0;
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
	if (probes_sample(&t->probes, t->sample_due_ns, t->record, &err) < 0)
		return trial_end_with(t, &err);
	if (t->setup->plain && t->probes.samples == 1 && observe_closely(t, &err) < 0)
		return trial_end_with(t, &err);
	if (hand_on(t, &err) < 0)
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
