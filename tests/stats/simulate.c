/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/stats/simulate.h"

#include <math.h>

#include "base/own.h"

const struct simulate_table *const simulate_tables[] = {
    &simulate_coverage, &simulate_claims, &simulate_family,
    &simulate_power,    &simulate_sizes,  &simulate_steady,
};
const size_t simulate_tables_count = ARRAY_SIZE(simulate_tables);

/* Of the random numbers of a value; no two values have the same. */
static uint64_t stream(size_t table, size_t row, size_t column)
{
	return 1 + column + 100 * (row + 100 * table);
}

int simulate_value(size_t table, size_t row, size_t column, int runs, struct simulate_share *out,
		   struct error *err)
{
	const struct simulate_table *t = simulate_tables[table];
	double least = 0, most = 1, guess;
	struct random random;
	int hits = 0;

	random_init(&random, SIMULATE_SEED, stream(table, row, column));
	for (int run = 0; run < runs; run++) {
		int hit = t->run(row, column, &random, err);

		if (hit < 0)
			return -1;
		hits += hit;
	}
	guess = (hits + 1.0) / (runs + 2.0);
	out->share = (double)hits / runs;
	out->error = sqrt(guess * (1 - guess) / runs);
	out->promised = t->promise && t->promise(row, column, &least, &most);
	out->kept = out->share >= least - 3 * out->error && out->share <= most + 3 * out->error;
	return 0;
}
