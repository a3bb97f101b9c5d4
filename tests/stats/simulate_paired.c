/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "base/own.h"
#include "rig/stats/comparison.h"
#include "rig/stats/paired.h"
#include "tests/stats/draw.h"
#include "tests/stats/simulate.h"

enum { PAIRS_MAX = 300, LOOKS = 300, METRICS = 20, FAMILY_BLOCKS = 20, SLICES = 10 };

static const struct comparison_rules FIXED = {.level = 0.95, .lower_is_better = true};
static const struct comparison_rules SEQUENTIAL = {
    .level = 0.95, .lower_is_better = true, .sequential = true};

static bool differs(const struct comparison *c)
{
	return c->verdict == COMPARISON_BETTER || c->verdict == COMPARISON_WORSE;
}

static bool at_most_5(size_t row, size_t column, double *least, double *most)
{
	(void)row, (void)column;
	*least = 0;
	*most = 0.05;
	return true;
}

/* -- coverage -------------------------------------------------------------------------------- */
static const size_t coverage_pairs[] = {6, 10, 20, 50};
static const char *const coverage_rows[] = {"6", "10", "20", "50"};
static const char *const shapes[] = {"normal", "Laplace", "Cauchy", "lognormal"};

/* The median of the average of two lognormal values (R: uniroot() of an integral of
 * plnorm(2 * m - x) * dlnorm(x)): what the estimate is one of where there is no symmetry. */
#define LOGNORMAL_MIDDLE 1.2215829410985

static double draw(size_t shape, struct random *random)
{
	return shape == 0   ? draw_normal(random)
	       : shape == 1 ? draw_laplace(random)
	       : shape == 2 ? draw_cauchy(random)
			    : draw_lognormal(random) - LOGNORMAL_MIDDLE;
}

static int coverage_run(size_t row, size_t column, struct random *random, struct error *err)
{
	double d[PAIRS_MAX];
	struct paired got;

	for (size_t i = 0; i < coverage_pairs[row]; i++)
		d[i] = draw(column, random);
	if (paired_of(d, coverage_pairs[row], 0.95, &got, err) < 0)
		return -1;
	return got.has_interval && got.low <= 0 && got.high >= 0;
}

/* Of lognormal log-ratios nothing is: they are not symmetric. */
static bool coverage_promise(size_t row, size_t column, double *least, double *most)
{
	(void)row;
	*least = 0.95;
	*most = 1;
	return column < 3;
}

const struct simulate_table simulate_coverage = {
    .title = "How often the 95 % interval of `compare` holds the true ratio, by the distribution "
	     "of the log-ratios",
    .corner = "pairs",
    .rows = coverage_rows,
    .rows_count = ARRAY_SIZE(coverage_rows),
    .columns = shapes,
    .columns_count = ARRAY_SIZE(shapes),
    .run = coverage_run,
    .promise = coverage_promise,
};

/* -- equal variants, looked at after each block ---------------------------------------------------
 */
enum host { PLAIN, SPREAD, DRIFTS, SWITCHES, FIRST, ALL, BY_SLICE };
static const char *const hosts[] = {
    "10 % between trials",
    "15 % between trials, 3 % within",
    "autocorrelated: 10 %, 0.9 from one trial to the next",
    "two states, a factor of 2.1, switched by 1 of 10 trials",
    "the first of a block 20 % slower",
    "the last four at once",
    "15 % between trials, 3 % within, each of 10 slices counted as a pair (poolrig does not)",
};
static const char *const looks[] = {"share of runs"};

struct state {
	double drift;
	bool slow;
};

/* The logarithm of what one trial measures. */
static double trial(enum host host, bool is_first, struct state *s, struct random *random)
{
	double value = host == PLAIN || host == FIRST ? 0.1 * draw_normal(random)
						      : 0.03 * draw_normal(random) / sqrt(SLICES);

	s->drift = 0.9 * s->drift + 0.1 * sqrt(1 - 0.9 * 0.9) * draw_normal(random);
	s->slow ^= random_below(random, 10) == 0;
	if (host == SPREAD || host == ALL)
		value += 0.15 * draw_normal(random);
	if (host == DRIFTS || host == ALL)
		value += s->drift;
	if ((host == SWITCHES || host == ALL) && s->slow)
		value += log(2.1);
	if ((host == FIRST || host == ALL) && is_first)
		value += log(1.2);
	return value;
}

/* The order in a block is drawn by lot. */
static double block(enum host host, struct state *s, struct random *random)
{
	bool turned = random_below(random, 2);
	double first = trial(host, true, s, random), second = trial(host, false, s, random);

	return turned ? second - first : first - second;
}

/* Slices of the same two trials share what these differ by. */
static double slice(size_t n, double *trials, struct random *random)
{
	if (n % SLICES == 0)
		*trials = 0.15 * M_SQRT2 * draw_normal(random);
	return *trials + 0.03 * M_SQRT2 * draw_normal(random);
}

static int claims_run(size_t row, size_t column, struct random *random, struct error *err)
{
	struct state state = {.slow = random_below(random, 2)};
	double d[LOOKS], trials = 0;

	(void)column;
	for (size_t n = 0; n < LOOKS; n++) {
		struct comparison c;

		d[n] = row == BY_SLICE ? slice(n, &trials, random) : block(row, &state, random);
		if (comparison_of(d, n + 1, &SEQUENTIAL, &c, err) < 0)
			return -1;
		comparison_judge(&c, &SEQUENTIAL);
		if (differs(&c))
			return 1;
	}
	return 0;
}

static bool claims_promise(size_t row, size_t column, double *least, double *most)
{
	return at_most_5(row, column, least, most) && row != BY_SLICE;
}

const struct simulate_table simulate_claims = {
    .title = "How many runs of equal variants ever claim a difference, looked at after each of 300 "
	     "blocks with `precision`",
    .corner = "host",
    .rows = hosts,
    .rows_count = ARRAY_SIZE(hosts),
    .columns = looks,
    .columns_count = ARRAY_SIZE(looks),
    .run = claims_run,
    .promise = claims_promise,
};

/* -- several metrics -------------------------------------------------------------------------- */
enum family { INDEPENDENT, ALIKE, HEAVY, SOME_DIFFER };
static const char *const families[] = {
    "independent, normal",
    "alike: correlation 0.8",
    "independent, half of them Cauchy",
    "independent, 5 of them truly differ",
};
static const char *const adjusted[] = {"adjusted (Holm)", "not adjusted"};
enum { TRULY_DIFFER = 5 };

static int metric(enum family family, size_t k, const double *shared, struct random *random,
		  struct comparison *out, struct error *err)
{
	double d[FAMILY_BLOCKS];

	for (size_t i = 0; i < FAMILY_BLOCKS; i++) {
		d[i] = family == HEAVY && k % 2 ? draw_cauchy(random) : draw_normal(random);
		if (family == ALIKE)
			d[i] = sqrt(0.2) * d[i] + sqrt(0.8) * shared[i];
		if (family == SOME_DIFFER && k < TRULY_DIFFER)
			d[i] += 1;
	}
	return comparison_of(d, FAMILY_BLOCKS, &FIXED, out, err);
}

static int family_run(size_t row, size_t column, struct random *random, struct error *err)
{
	struct comparison all[METRICS], *list[METRICS];
	double shared[FAMILY_BLOCKS];

	for (size_t i = 0; i < FAMILY_BLOCKS; i++)
		shared[i] = draw_normal(random);
	for (size_t k = 0; k < METRICS; k++) {
		list[k] = &all[k];
		if (metric(row, k, shared, random, &all[k], err) < 0)
			return -1;
	}
	if (column == 0 && comparison_adjust(list, METRICS, err) < 0)
		return -1;
	for (size_t k = row == SOME_DIFFER ? TRULY_DIFFER : 0; k < METRICS; k++) {
		comparison_judge(&all[k], &FIXED);
		if (differs(&all[k]))
			return 1;
	}
	return 0;
}

static bool family_promise(size_t row, size_t column, double *least, double *most)
{
	return at_most_5(row, column, least, most) && column == 0;
}

const struct simulate_table simulate_family = {
    .title = "How many comparisons of 20 declared metrics, of 20 blocks, claim any difference that "
	     "there is not",
    .corner = "metrics",
    .rows = families,
    .rows_count = ARRAY_SIZE(families),
    .columns = adjusted,
    .columns_count = ARRAY_SIZE(adjusted),
    .run = family_run,
    .promise = family_promise,
};

/* -- power ------------------------------------------------------------------------------------ */
static const size_t power_blocks[] = {10, 20, 50, 100, 200};
static const char *const power_rows[] = {"10", "20", "50", "100", "200"};
static const char *const power_columns[] = {
    "one look, spread 5 %",    "one look, spread 10 %",    "one look, spread 20 %",
    "`precision`, spread 5 %", "`precision`, spread 10 %", "`precision`, spread 20 %",
};
static const double spreads[] = {0.05, 0.10, 0.20};
#define TRUE_RATIO 1.05

/* Found at the one look, or at any of them; and on the right side. */
static int power_run(size_t row, size_t column, struct random *random, struct error *err)
{
	const struct comparison_rules *rules = column < 3 ? &FIXED : &SEQUENTIAL;
	double d[PAIRS_MAX];

	for (size_t n = 1; n <= power_blocks[row]; n++) {
		struct comparison c;

		d[n - 1] = log(TRUE_RATIO) + spreads[column % 3] * draw_normal(random);
		if (!rules->sequential && n < power_blocks[row])
			continue;
		if (comparison_of(d, n, rules, &c, err) < 0)
			return -1;
		comparison_judge(&c, rules);
		if (differs(&c))
			return c.verdict == COMPARISON_WORSE;
	}
	return 0;
}

/* Of the signed-rank test, by the normal distribution: its efficiency is 3 / pi of the mean's. */
static double power_theory(size_t row, size_t column)
{
	double shift = sqrt((double)power_blocks[row] * 3 / M_PI) * log(TRUE_RATIO);

	if (column >= 3)
		return NAN;
	return erfc((1.9599639845400545 - shift / spreads[column]) / M_SQRT2) / 2;
}

const struct simulate_table simulate_power = {
    .title =
	"How often a true 5 % is found, by the spread of the log-ratios of blocks (in brackets: "
	"in theory, for many blocks)",
    .corner = "blocks",
    .rows = power_rows,
    .rows_count = ARRAY_SIZE(power_rows),
    .columns = power_columns,
    .columns_count = ARRAY_SIZE(power_columns),
    .run = power_run,
    .theory = power_theory,
};
