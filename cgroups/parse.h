/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The formats of cgroup files that hold counters, parsed in one pass, without allocation. Pure
 * functions of NUL-terminated text. What is malformed, negative or above INT64_MAX stays unknown.
 */
#ifndef POOLRIG_CGROUPS_PARSE_H
#define POOLRIG_CGROUPS_PARSE_H

#include <stddef.h>
#include <stdint.h>

#include "cgroups/counters.h"

/* Where a number goes. A counter that two fields name is their sum. */
struct cg_field {
	const char *key; /* of a flat-keyed file; NULL: the file is one number */
	size_t len;      /* strlen(key) */
	enum cg_counter counter;
	int64_t scale; /* factor to the counter's unit: 1000 for us to ns */
};
#define CG_FIELD(key, counter, scale)                                                              \
	{                                                                                          \
		key, sizeof(key) - 1, counter, scale                                               \
	}

/* "KEY NUMBER\n"…; stops as soon as all n fields were found. */
void cg_parse_flat(const char *text, const struct cg_field *fields, size_t n,
		   struct cg_reading *out);
/* One number. */
void cg_parse_single(const char *text, const struct cg_field *field, struct cg_reading *out);
/* PSI (kernel: Documentation/accounting/psi.rst): "some avg10=… total=US\nfull … total=US\n"; the
 * fields' keys are "some" and "full". */
void cg_parse_psi(const char *text, const struct cg_field *fields, size_t n,
		  struct cg_reading *out);
/* "N N N \n" into at most max numbers; returns how many, or -1 where it is malformed. */
int cg_parse_numbers(const char *text, int64_t *numbers, int max);

#endif
