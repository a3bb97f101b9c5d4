/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the statistics of rig/stats promise, counted in simulations: tables of which each value is
 * the share of runs in which something happened. A value has random numbers of its own, from the
 * seed, so that it does not depend on which others are made, and in what order.
 */
#ifndef POOLRIG_TESTS_STATS_SIMULATE_H
#define POOLRIG_TESTS_STATS_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/random.h"

#define SIMULATE_SEED 20261128

struct simulate_table {
	const char *title, *corner;
	const char *const *rows, *const *columns;
	size_t rows_count, columns_count;
	/* One run: did it happen? -1: an error. */
	int (*run)(size_t row, size_t column, struct random *random, struct error *err);
	/* The shares that are promised; false: none is. */
	bool (*promise)(size_t row, size_t column, double *least, double *most);
	/* What theory says; NULL: nothing. */
	double (*theory)(size_t row, size_t column);
};

/* simulate_paired.c: what `compare` and `precision` do with pairs. */
extern const struct simulate_table simulate_coverage, simulate_claims, simulate_family,
    simulate_power;
/* simulate_series.c: tests of two samples, and steady states. */
extern const struct simulate_table simulate_sizes, simulate_steady;

extern const struct simulate_table *const simulate_tables[];
extern const size_t simulate_tables_count;

struct simulate_share {
	double share;
	double error;        /* its standard error, as if a hit and a miss had been there besides */
	bool promised, kept; /* within what is promised, or not farther off than three errors */
};

/* One value of a table. */
int simulate_value(size_t table, size_t row, size_t column, int runs, struct simulate_share *out,
		   struct error *err);

#endif
