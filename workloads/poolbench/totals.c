/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/totals.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/units.h"
#include "workloads/poolbench/bench.h"

/* Why there is no reaction time, or NULL. */
static const char *no_reaction(struct bench_totals *t, const struct pool_scaling_score *s)
{
	char shown[32];

	if (!s->begun)
		return "no tick fell into the window";
	if (pool_scaling_score_reacted(s))
		return NULL;
	if (s->unmet == 0)
		return "the capacity was never below the need";
	snprintf(t->reaction, sizeof(t->reaction),
		 "the capacity was below the need for %s, and did not come up to it",
		 units_show_ns(s->unmet_ns, shown, sizeof(shown)));
	return t->reaction;
}

static void count_scaling(struct bench_totals *t, const struct bench_scaling *scaling)
{
	const struct pool_scaling_score *s = &scaling->score;

	t->reaction_seconds = (double)s->reaction_ns / NS_PER_S;
	t->over_scaling_percent = pool_scaling_score_over(s);
	t->over_scaling_peak_percent = pool_scaling_score_over_peak(s);
	t->capacity_changes = scaling->scaler.state.ups + scaling->scaler.state.downs;
	t->unknown[BENCH_UNKNOWN_REACTION] = no_reaction(t, s);
	if (!s->begun)
		t->unknown[BENCH_UNKNOWN_PEAKS] = "no tick fell into the window";
	t->unknown[BENCH_UNKNOWN_OVER_SCALING] =
	    s->begun && s->needed <= 0 ? "nothing was needed" : t->unknown[BENCH_UNKNOWN_PEAKS];
}

static void count_breaker(struct bench_totals *t, const struct bench_policy *p)
{
	t->breaker = p->after;
	t->breaker.refused -= p->before.refused;
	t->breaker.probes -= p->before.probes;
	for (int i = 0; i < POOL_BREAKER_WAYS; i++)
		t->breaker.ways[i] -= p->before.ways[i];
}

int bench_totals_count(struct bench *b, const struct pool_stats *after, struct error *err)
{
	struct bench_totals *t = &b->totals;
	const struct bench_generator *g = &b->generator;
	const struct bench_recorder *r = &b->recorder;

	for (size_t i = 0; i < r->count; i++)
		t->completed += (uint64_t)r->intervals[i].series[BENCH_SOJOURN].total;
	t->rejected = g->rejected + b->env.dropped;
	t->abandoned = atomic_load(&b->env.abandoned) + g->unsubmitted;
	t->failed = atomic_load(&b->env.failed);
	t->acquire_failed = atomic_load(&b->resource.acquire_failed);
	t->exchange_failed = atomic_load(&b->resource.exchange_failed);
	t->unknown[BENCH_UNKNOWN_ALLOCATOR] = b->setup.allocator->reason;
	if (b->env.kind != BENCH_TASK_CPU)
		t->unknown[BENCH_UNKNOWN_CPU_RATE] = "only cpu tasks are calibrated";
	t->threads_started = after->workers_started - g->before.workers_started + g->spawned;
	t->workers_peak = after->workers_peak;
	t->queued_peak = after->queued_peak;
	count_scaling(t, &b->policy.scaling);
	count_breaker(t, &b->policy);
	if (g->offered == t->completed + t->rejected + t->abandoned)
		return 0;
	return error_host(err, 0,
			  "accounting: offered %" PRIu64 " is not completed %" PRIu64
			  " + rejected %" PRIu64 " + abandoned %" PRIu64
			  "; the pool lost a task or ran one twice",
			  g->offered, t->completed, t->rejected, t->abandoned);
}
