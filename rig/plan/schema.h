/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The schema of an experiment, as libcyaml's tables: which keys there are and what kind of thing
 * each holds. Every scalar is read as text; quantity.c and variant.c give it a meaning.
 */
#ifndef POOLRIG_RIG_PLAN_SCHEMA_H
#define POOLRIG_RIG_PLAN_SCHEMA_H

#include <cyaml/cyaml.h>
#include <stddef.h>

#include "base/error.h"
#include "rig/plan/document.h"

/* An experiment as it is written: texts, NULL where a key is not given. */
struct raw_load {
	char *mode, *arrivals, *rate, *service, *warmup, *measure, *lateness, *startup, *drain;
	char *peak, *at, *rise, *hold;
};

struct raw_cpus {
	char *work, *load, *housekeeping;
};

struct raw_cell {
	struct raw_cpus cpus;
	char *memory, *swap, *pids, *net;
};

/* The params of a variant are free, which libcyaml has no schema for: they are read from the
 * document. */
struct raw_variant {
	char *name;
	char **command;
	unsigned command_count;
	char *protocol, *timeout;
};

struct raw_search {
	char *metric, *bound, *from, *to, *resolution, *confirm;
};

struct raw_trials {
	char *count, *seed, *retries;
};

struct raw_report {
	char *heatmap;
};

struct raw_finding {
	char *claim, *source, *found, *holds;
};

struct raw_experiment {
	char *experiment, *about;
	struct raw_load load;
	struct raw_cell cell;
	struct raw_variant *variants;
	unsigned variants_count;
	struct raw_search search;
	struct raw_trials trials;
	struct raw_report report;
	struct raw_finding *findings;
	unsigned findings_count;
};

#define SCHEMA_WORDS_MAX 256  /* of a command */
#define SCHEMA_TEXT_MAX  8192 /* bytes of any text */
#define FINDINGS_MAX     64

extern const cyaml_schema_value_t schema_experiment;

/* Load a text that doc was made from (overrides applied). Errors (ERROR_INPUT) begin with
 * `path:line: ` or `--set KEY=VALUE: `. Free *raw with schema_free(). */
int schema_load(const struct document *doc, const char *text, size_t len,
		struct raw_experiment **raw, struct error *err);
void schema_free(struct raw_experiment *raw); /* takes NULL */

/* The field of a key in a mapping of the schema; NULL: none. */
const cyaml_schema_field_t *schema_field(const cyaml_schema_value_t *mapping, const char *key);

/* " did you mean "rate"? known here: rate, arrivals, …", the closest first. Returns buf. */
const char *schema_known(const cyaml_schema_value_t *mapping, const char *key, char *buf,
			 size_t size);

/* Find where a document departs from the schema, and say it in an error. Returns -1 where it does,
 * 0 where nothing was found. */
int schema_explain(const struct document *doc, struct error *err);

#endif
