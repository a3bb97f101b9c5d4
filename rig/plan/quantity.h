/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one table of an experiment's single values: key, what it is, default, range, and where it
 * goes. docs/experiment.md has the same rows, and a test holds the two together.
 */
#ifndef POOLRIG_RIG_PLAN_QUANTITY_H
#define POOLRIG_RIG_PLAN_QUANTITY_H

#include <stddef.h>

#include "base/error.h"
#include "rig/plan/document.h"
#include "rig/plan/experiment.h"
#include "rig/plan/schema.h"

enum quantity_kind {
	QUANTITY_DURATION, /* int64_t ns */
	QUANTITY_MOMENT,   /* int64_t ns, or "auto": -1 */
	QUANTITY_BYTES,    /* uint64_t */
	QUANTITY_COUNT,    /* uint64_t */
	QUANTITY_LIMIT,    /* uint64_t, or "max" */
	QUANTITY_INT,      /* int */
	QUANTITY_RATE,     /* double */
	QUANTITY_SHARE,    /* double: of "5%" 0.05 */
	QUANTITY_CPUS,     /* cpu_set_t; empty for "auto" */
	QUANTITY_WORD,     /* an enum of int's size: the place in `words` */
	QUANTITY_NET,      /* enum netns_kind */
};

struct quantity {
	const char *key; /* dotted path */
	enum quantity_kind kind;
	size_t raw;               /* offset of its text (char *) in struct raw_experiment */
	size_t to;                /* offset in struct experiment; 0: it is only checked */
	size_t line;              /* offset of its line in struct experiment; 0: not kept */
	const char *fallback;     /* the default, as it would be written; NULL: it must be given */
	const char *low, *high;   /* the range, as it would be written; NULL: no bound */
	const char *const *words; /* of QUANTITY_WORD: those there are, to NULL */
};

extern const struct quantity quantities[]; /* ends with a row whose key is NULL */

/* Parse a text of the row's kind and range into *to (NULL: check only). Errors are
 * `"VALUE": reason; way out`. */
int quantity_parse(const struct quantity *row, const char *text, void *to, struct error *err);

/* Fill what the table says, but for the load and the search where none is given (with a search, for
 * the load's rate), and for a burst's keys where it is no burst: there none may be given. */
int quantities_read(struct experiment *e, const struct raw_experiment *raw,
		    const struct document *doc, struct error *err);

#endif
