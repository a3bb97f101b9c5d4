/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "base/own.h"
#include "rig/stats/mann_whitney.h"
#include "rig/stats/permutation.h"
#include "rig/stats/steady.h"
#include "tests/stats/draw.h"
#include "tests/stats/simulate.h"

/* -- two samples of equal medians ------------------------------------------------------------- */
enum { SAMPLE_MAX = 100, DRAWS = 999 };
enum test { RANKS, MEANS, MEDIANS };
static const struct samples {
	double (*draw)(struct random *random);
	size_t m, n;
	double spread; /* of the first, by that of the second */
} samples[] = {
    {draw_normal, 20, 20, 1},   {draw_laplace, 10, 40, 1}, {draw_normal, 20, 20, 5},
    {draw_normal, 10, 40, 5},   {draw_normal, 40, 10, 5},  {draw_laplace, 10, 40, 5},
    {draw_normal, 100, 100, 5}, {draw_cauchy, 10, 40, 5},
};
static const char *const sizes_rows[] = {
    "normal, 20 and 20, equal spreads",    "Laplace, 10 and 40, equal spreads",
    "normal, 20 and 20, spreads 5 to 1",   "normal, 10 and 40, spreads 5 to 1",
    "normal, 40 and 10, spreads 5 to 1",   "Laplace, 10 and 40, spreads 5 to 1",
    "normal, 100 and 100, spreads 5 to 1", "Cauchy, 10 and 40, spreads 5 to 1",
};
static const char *const sizes_columns[] = {"Mann–Whitney", "permutation, means",
					    "permutation, medians"};

static int sizes_run(size_t row, size_t column, struct random *random, struct error *err)
{
	const struct samples *s = &samples[row];
	struct permutation_rules rules = {.statistic = column == MEANS ? PERMUTATION_MEANS
								       : PERMUTATION_MEDIANS,
					  .exact_max = PERMUTATION_EXACT_MAX,
					  .draws = DRAWS};
	double x[SAMPLE_MAX], y[SAMPLE_MAX];
	struct mann_whitney ranks;
	struct permutation got;

	rules.seed = random_next(random);
	for (size_t i = 0; i < s->m; i++)
		x[i] = s->spread * s->draw(random);
	for (size_t i = 0; i < s->n; i++)
		y[i] = s->draw(random);
	if (column == RANKS)
		return mann_whitney_of(x, s->m, y, s->n, &ranks, err) < 0 ? -1 : ranks.p <= 0.05;
	return permutation_of(x, s->m, y, s->n, &rules, &got, err) < 0 ? -1 : got.p <= 0.05;
}

/* For certain only of equal distributions. */
static bool sizes_promise(size_t row, size_t column, double *least, double *most)
{
	(void)column;
	*least = 0;
	*most = 0.05;
	return samples[row].spread == 1;
}

const struct simulate_table simulate_sizes = {
    .title = "How many tests of two samples of equal medians have P ≤ 0.05",
    .corner = "samples",
    .rows = sizes_rows,
    .rows_count = ARRAY_SIZE(sizes_rows),
    .columns = sizes_columns,
    .columns_count = ARRAY_SIZE(sizes_columns),
    .run = sizes_run,
    .promise = sizes_promise,
};

/* -- steady states -------------------------------------------------------------------------------
 */
enum { SERIES_MAX = 300 };
enum kind { FLAT, FLAT_LAPLACE, FLAT_OUTLIERS, FLAT_ALIKE, WARM, SLOW, LATE, STATES };
static const size_t series_values[] = {20, 40, 100, 300};
static const char *const steady_columns[] = {"20 values", "40", "100", "300"};
static const char *const steady_rows[] = {
    "flat: normal",
    "flat: Laplace",
    "flat: normal, two single values 20 off",
    "flat: autocorrelated, 0.5 from one value to the next",
    "warm-up: the first tenth 4 higher",
    "slow-down: the second half 4 higher",
    "no steady state: the last tenth 4 higher",
    "no steady state: up or down by 4 after each tenth",
};

/* The mean of value i of n; lower is better. */
static double level(enum kind kind, size_t i, size_t n)
{
	size_t tenth = i * 10 / n;

	return kind == WARM     ? 4 * (tenth == 0)
	       : kind == SLOW   ? 4 * (tenth >= 5)
	       : kind == LATE   ? 4 * (tenth == 9)
	       : kind == STATES ? 4 * (tenth % 2)
				: 0;
}

static void series(enum kind kind, size_t n, double *x, struct random *random)
{
	double alike = draw_normal(random);

	for (size_t i = 0; i < n; i++) {
		alike = 0.5 * alike + sqrt(0.75) * draw_normal(random);
		x[i] = 100 + level(kind, i, n);
		x[i] += kind == FLAT_LAPLACE ? draw_laplace(random) / M_SQRT2
			: kind == FLAT_ALIKE ? alike
					     : draw_normal(random);
	}
	if (kind == FLAT_OUTLIERS) {
		x[1 + random_below(random, n / 2 - 1)] += 20;
		x[n / 2 + random_below(random, n - n / 2)] -= 20;
	}
}

static int steady_run(size_t row, size_t column, struct random *random, struct error *err)
{
	static const enum steady_class classes[] = {STEADY_FLAT, STEADY_FLAT,   STEADY_FLAT,
						    STEADY_FLAT, STEADY_WARMUP, STEADY_SLOWDOWN,
						    STEADY_NONE, STEADY_NONE};
	const struct steady_rules rules = {.lower_is_better = true};
	double x[SERIES_MAX];
	size_t starts[SERIES_MAX];
	struct steady got;

	series(row, series_values[column], x, random);
	if (steady_of(x, series_values[column], &rules, starts, &got, err) < 0)
		return -1;
	return got.class == classes[row];
}

const struct simulate_table simulate_steady = {
    .title = "How often the class of a series is found (in standard deviations of its noise)",
    .corner = "series",
    .rows = steady_rows,
    .rows_count = ARRAY_SIZE(steady_rows),
    .columns = steady_columns,
    .columns_count = ARRAY_SIZE(steady_columns),
    .run = steady_run,
};
