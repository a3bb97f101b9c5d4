/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two little languages of a finding: a sentence with places for numbers, and what must hold of
 * them. The experiment's reader checks them with these functions, the report evaluates them with
 * the same. Pure functions; docs/experiment.md is the contract.
 *
 *     found: "{ants.rejected} of {ants.offered} were refused, {ants.cpu_seconds/raw.cpu_seconds} …"
 *     holds: "naive.peak_rss_bytes > 2 * fixed.peak_rss_bytes and ants.rejected == 0"
 */
#ifndef POOLRIG_RIG_PLAN_FINDING_H
#define POOLRIG_RIG_PLAN_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* VARIANT.METRIC: the first dot ends the variant's name. */
struct finding_name {
	char variant[64], metric[64]; /* both empty: none */
};

/* A part of a sentence: text as it stands, or a place for a number. */
struct finding_piece {
	const char *text; /* borrowed; of a place: what is between its braces */
	size_t len;
	bool place;
	struct finding_name name, by; /* of a place; `by` is none but in {A/B} */
};

/* Take the next piece from *at. Returns 1, 0 at the end, or -1: a brace without its other one, or
 * not a name in them. */
int finding_next_piece(const char **at, struct finding_piece *piece, struct error *err);

enum finding_relation {
	FINDING_LESS = 0,
	FINDING_AT_MOST,
	FINDING_MORE,
	FINDING_AT_LEAST,
	FINDING_EQUAL,
	FINDING_NOT_EQUAL,
};

/* NUMBER, VARIANT.METRIC, or NUMBER * VARIANT.METRIC. */
struct finding_term {
	double factor;            /* 1 where none is written */
	struct finding_name name; /* none: the factor is the number */
};

struct finding_comparison {
	struct finding_term left, right;
	enum finding_relation relation;
};

/* Take the next comparison from *at, and the "and" that joins it to another. Returns 1, 0 at the
 * end, or -1 where it is not one. */
int finding_next_comparison(const char **at, struct finding_comparison *c, struct error *err);

bool finding_compare(double left, enum finding_relation relation, double right);
const char *finding_relation_text(enum finding_relation relation);

#endif
