/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/plan.h"

#include <errno.h>
#include <stdlib.h>

#include "base/random.h"

/* Fisher and Yates' shuffle, as R. Durstenfeld gave it (Algorithm 235, CACM 7(7), 1964). */
static void shuffle(struct plan_trial *trials, size_t count, struct random *r)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = (size_t)random_below(r, i);
		struct plan_trial held = trials[i - 1];

		trials[i - 1] = trials[j];
		trials[j] = held;
	}
}

int plan_init(struct plan *plan, size_t variants, int trials, uint64_t seed, struct error *err)
{
	struct random r;
	size_t total = 0;

	*plan = (struct plan){0};
	if (!variants || trials < 1)
		return error_input(
		    err,
		    "a plan of %zu variants and %d trials of each: nothing to run; use 1 "
		    "or more of both",
		    variants, trials);
	if (__builtin_mul_overflow(variants, (size_t)trials, &total) || total > 1 << 24)
		return error_input(err, "a plan of %zu variants and %d trials of each: too large",
				   variants, trials);
	plan->trials = calloc(total, sizeof(*plan->trials));
	if (!plan->trials)
		return error_host(err, ENOMEM, "a plan of %zu trials", total);
	plan->count = total;
	random_init(&r, seed, RANDOM_STREAM_PLAN);
	for (int block = 0; block < trials; block++) {
		struct plan_trial *first = plan->trials + (size_t)block * variants;

		for (size_t i = 0; i < variants; i++)
			first[i] = (struct plan_trial){block, (int)i};
		shuffle(first, variants, &r);
	}
	return 0;
}

void plan_destroy(struct plan *plan)
{
	free(plan->trials);
	*plan = (struct plan){0};
}
