/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of knobs: every key of an experiment is a row of it. Reading and checking an
 * experiment, overrides, the resolved plan, the options of `exec` and the key table of
 * docs/experiment.md all come from the rows.
 *
 * The keys of one mapping are one array of struct field, in the order in which they are read and
 * shown; `name` is the key, and `more` points to a struct knob_more where there is more to say.
 */
#ifndef POOLRIG_RIG_KNOB_KNOB_H
#define POOLRIG_RIG_KNOB_KNOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "base/field.h"
#include "rig/knob/spec.h"

enum knob_kind {
	KNOB_VALUE = 0, /* a single value */
	KNOB_MAPPING,   /* `rows` below; where it has a default, those are read also without it */
	KNOB_LIST,      /* of mappings of `rows`: a pointer to items at the row's offset */
	KNOB_WORDS,     /* a list of texts: char **, ends with NULL */
	KNOB_PARAMS, /* a mapping of any keys to single values: struct poolrig_protocol_param * */
};

/* Where a key may stand, and its default is of use. */
enum knob_when {
	KNOB_ALWAYS = 0,
	KNOB_IN_BURST,
	KNOB_WITHOUT_SEARCH,
	KNOB_OF_PLAIN,    /* of a variant with protocol: no */
	KNOB_OF_PROTOCOL, /* of the others */
};

struct knob_more {
	enum knob_kind kind;
	const struct field *rows; /* of MAPPING and LIST */
	size_t item_size;         /* of LIST and WORDS */
	size_t count_offset, max; /* of LIST and PARAMS: a size_t; of WORDS only max */
	enum knob_when when;
	const char *refusal;      /* why it can't stand elsewhere, and the way out */
	const char *range, *note; /* for docs: instead of what may be written; after it */
};

#define KNOB_TEXT_MAX  8192 /* bytes of any text */
#define KNOB_NAME_MAX  60   /* of names of experiments and variants, and of keys of params */
#define KNOB_PARAM_MAX 1024
#define VARIANTS_MAX   64 /* of an experiment */
#define NEIGHBOURS_MAX 8

/* The keys of an experiment, and of its cell: what `exec` has as options, into a struct cell_spec.
 */
extern const struct field knob_experiment[], knob_cell[], knob_search[];
/* The limits of a cell alone, without defaults: what a variant changes, in its struct cell_spec. */
extern const struct field knob_limits[];

/* What a row says besides: never NULL. */
const struct knob_more *knob_more(const struct field *row);

/* The cgroup knob that a row of the cell sets (enum cg_knob; its offset says so); -1: none. */
int knob_limit_of(const struct field *row);

/* A cell of which nothing is asked. */
void cell_spec_init(struct cell_spec *cell);
/* What is asked of a cgroup knob, as cgroups/value.h takes it: the spec's own text, or a number in
 * buf. NULL: nothing. */
#define CELL_LIMIT_SIZE 24
const char *cell_spec_limit(const struct cell_spec *cell, enum cg_knob knob,
			    char buf[static CELL_LIMIT_SIZE]);

/* Parsers of rows of FIELD_CUSTOM (parse.c), with their contract. */

/* A name: a-z, 0-9 and "-", not at the ends, at most KNOB_NAME_MAX bytes. Into const char *. */
int parse_name(const char *text, void *field, struct error *err);
/* The same, and not digits alone. */
int parse_variant_name(const char *text, void *field, struct error *err);

/* The same, and short. */
#define NEIGHBOUR_NAME_MAX 31
int parse_neighbour_name(const char *text, void *field, struct error *err);

/* A latency that every trial has one number of: NAME_seconds.PART, PART as docs/result.md has them,
 * or NAME_seconds. Into search_spec.metric. */
int parse_metric(const char *text, void *field, struct error *err);

/* The name of an environment variable that an experiment may set. Into const char *. */
int parse_env_name(const char *text, void *field, struct error *err);

/* The name of a workload's record. Into const char *. */
int parse_record_name(const char *text, void *field, struct error *err);

/* Print the key table of docs/experiment.md. */
void knob_table_md(FILE *to);

#endif
