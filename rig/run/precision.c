/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/run/precision.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rig/stats/comparison.h"
#include "rig/stats/sequential.h"
#include "rig/stats/summary.h"

static void forget_block(struct precision *p)
{
	for (size_t i = 0; i < p->metrics * p->variants; i++)
		p->block[i] = NAN;
}

int precision_init(struct precision *p, const struct experiment *e, struct error *err)
{
	size_t places;

	*p = (struct precision){.variants = e->variants_count, .blocks = (size_t)e->trials};
	if (isinf(e->precision))
		return 0;
	while (e->compare[p->metrics])
		p->metrics++;
	places = p->metrics * p->variants;
	p->block = calloc(places, sizeof(*p->block));
	p->counts = calloc(places, sizeof(*p->counts));
	p->levels = calloc(p->variants, sizeof(*p->levels));
	p->ratios = calloc(places * p->blocks, sizeof(*p->ratios));
	p->scratch = calloc(p->blocks, sizeof(*p->scratch));
	if (!p->block || !p->counts || !p->levels || !p->ratios || !p->scratch) {
		precision_destroy(p);
		return error_host(err, ENOMEM, "no memory for the ratios of %zu blocks",
				  (size_t)e->trials);
	}
	forget_block(p);
	return 0;
}

void precision_destroy(struct precision *p)
{
	free(p->block);
	free(p->counts);
	free(p->levels);
	free(p->ratios);
	free(p->scratch);
	*p = (struct precision){0};
}

int precision_take(struct precision *p, const struct run *run, const struct attempt *a,
		   struct error *err)
{
	const struct experiment *e = run->experiment;
	struct trial_record trial, summary = {0};
	int ret;

	if (!p->metrics)
		return 0;
	ret = store_load_trial(run->store, run->site.run_id, a->position, a->attempt, &trial, err);
	if (ret == 0)
		ret = summary_init(&summary, &trial, e->load_given ? e->load.warmup_ns : 0, err);
	if (ret == 0)
		trial_levels(&trial, p->levels[a->variant]);
	for (size_t m = 0; m < p->metrics && ret == 0; m++) {
		const struct metric *metric = summary_find(&summary, e->compare[m]);

		if (metric && metric->known && metric->value > 0)
			p->block[m * p->variants + (size_t)a->variant] = log(metric->value);
	}
	trial_record_destroy(&summary);
	trial_record_destroy(&trial);
	return ret;
}

static bool is_precise(struct precision *p, size_t place, double wanted)
{
	struct paired paired;

	memcpy(p->scratch, p->ratios + place * p->blocks, p->counts[place] * sizeof(*p->scratch));
	sequential_of(p->scratch, p->counts[place], COMPARISON_LEVEL, &paired);
	return paired.has_interval && (paired.high - paired.low) / 2 <= log1p(wanted);
}

bool precision_reached(struct precision *p, double wanted)
{
	bool reached = p->metrics > 0;

	for (size_t m = 0; m < p->metrics; m++)
		for (size_t v = 1; v < p->variants; v++) {
			size_t place = m * p->variants + v;
			double ratio = p->block[place] - p->block[m * p->variants];

			/* The pairs that `compare` takes, too. */
			if (isfinite(ratio) && strcmp(p->levels[v], p->levels[0]) == 0 &&
			    p->counts[place] < p->blocks)
				p->ratios[place * p->blocks + p->counts[place]++] = ratio;
			reached = reached && is_precise(p, place, wanted);
		}
	if (p->metrics)
		forget_block(p);
	return reached;
}
