/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trials of an experiment with a search. They go round: in each round every variant whose
 * search is not over has one trial, in an order drawn anew, so that a machine that gets slower
 * meanwhile is slow for all of them. What a trial said is read back from the store, by the
 * functions (rig/stats) that the result of a stored run follows the search with.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/own.h"
#include "rig/plan/schedule.h"
#include "rig/run/run.h"
#include "rig/stats/search.h"
#include "rig/stats/search_judge.h"
#include "rig/stats/summary.h"

struct searched {
	struct search search;
	bool failed; /* the workload did, in a trial */
};

struct searching {
	struct run *run;
	struct searched *variants; /* owned: [variant] */
	struct attempt at;         /* the trial under way */
};

/* Of the trial that was stored last. */
static int read_answer(struct searching *s, enum search_answer *answer, char *why, size_t size,
		       struct error *err)
{
	const struct run *run = s->run;
	const struct experiment *e = run->experiment;
	const struct search_bound bound = {e->search.metric, (double)e->search.bound_ns / 1e9};
	struct trial_record trial, summary = {0};
	int ret = store_load_trial(run->store, run->site.run_id, s->at.position, s->at.attempt,
				   &trial, err);

	if (ret == 0)
		ret = summary_init(&summary, &trial, e->load.warmup_ns, err);
	if (ret == 0)
		*answer = search_judge(&trial, &summary, &bound, why, size);
	trial_record_destroy(&summary);
	trial_record_destroy(&trial);
	return ret;
}

/* One trial at s->at.rate, and what it said. */
static int run_one(struct searching *s, enum search_answer *answer, struct error *err)
{
	struct run *run = s->run;
	struct load_spec load = run->experiment->load;
	struct attempt_end end = {0};
	char why[256] = "";
	int ret;

	load.rate = s->at.rate;
	s->at.schedule_fd = schedule_make(&load, run->experiment->seed, err);
	if (s->at.schedule_fd < 0)
		return -1;
	ret = attempt_run(run, &s->at, &end, err);
	own_close(&s->at.schedule_fd);
	if (ret < 0)
		return -1;
	if (run->stopped) {
		progress_done(&run->progress, trial_outcome_name(end.outcome), end.reason);
		return error_host(err, 0,
				  "interrupted: %d trials of its search are stored as run %s",
				  s->at.position, run->site.run_id);
	}
	if (read_answer(s, answer, why, sizeof(why), err) < 0)
		return -1;
	progress_done(&run->progress, search_answer_name(*answer), why);
	s->variants[s->at.variant].failed |= end.outcome == TRIAL_WORKLOAD_FAILED;
	if (*answer == SEARCH_FAILED)
		attempt_count(run, end.outcome == TRIAL_RIG_FAILED ? TRIAL_RIG_FAILED
								   : TRIAL_WORKLOAD_FAILED);
	return 0;
}

/* One trial of a variant's search; a void one again, as long as its rate is asked for. */
static int run_step(struct searching *s, int variant, struct error *err)
{
	struct search *search = &s->variants[variant].search;
	double next;

	s->at.variant = variant;
	s->at.attempt = 0;
	for (next = s->at.rate; next == s->at.rate; s->at.attempt++) {
		enum search_answer answer = SEARCH_FAILED;

		if (run_one(s, &answer, err) < 0)
			return -1;
		search_tell(search, s->at.rate, answer);
		if (answer != SEARCH_VOID || !search_next(search, &next))
			break;
	}
	s->at.position++;
	return 0;
}

/* Returns how many trials it had, or -1. */
static int run_round(struct searching *s, struct error *err)
{
	const struct experiment *e = s->run->experiment;
	struct plan order;
	int ran = 0, ret = 0;

	if (plan_init(&order, e->variants_count, 1, e->seed + (uint64_t)s->at.block, err) < 0)
		return -1;
	for (size_t i = 0; i < order.count && ret == 0; i++) {
		int variant = order.trials[i].variant;

		if (!search_next(&s->variants[variant].search, &s->at.rate))
			continue;
		ret = run_step(s, variant, err);
		ran++;
	}
	plan_destroy(&order);
	s->at.block++;
	return ret < 0 ? -1 : ran;
}

/* That a rate is too high for a variant, or for the generator, is what was looked for. But one that
 * failed and held no rate has failed, and one of which no trial was valid is void. */
static void count_ends(const struct searching *s)
{
	for (size_t i = 0; i < s->run->experiment->variants_count; i++) {
		struct search_result result = search_result(&s->variants[i].search);

		if (result.failed)
			continue; /* counted when it did */
		if (!result.has_offered)
			attempt_count(s->run, TRIAL_VOID);
		else if (!result.has_held && s->variants[i].failed)
			attempt_count(s->run, TRIAL_WORKLOAD_FAILED);
	}
}

int run_search(struct run *run, struct error *err)
{
	const struct experiment *e = run->experiment;
	const struct search_rules rules = {e->search.from, e->search.to, e->search.resolution,
					   e->search.confirm, e->retries};
	struct searching s = {.run = run, .at = {.schedule_fd = -1}};
	int ran;

	s.variants = calloc(e->variants_count, sizeof(*s.variants));
	if (!s.variants)
		return error_host(err, ENOMEM, "a search");
	for (size_t i = 0; i < e->variants_count; i++)
		search_init(&s.variants[i].search, &rules);
	do
		ran = run_round(&s, err);
	while (ran > 0);
	if (ran == 0)
		count_ends(&s);
	free(s.variants);
	return ran;
}
