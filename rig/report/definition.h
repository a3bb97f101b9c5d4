/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The experiment's YAML, as the store keeps it, as JSON: a report needs the order of the variants
 * and the window, and a reader of the JSON the parameters. It is not checked again: the experiment
 * was run. */
#ifndef POOLRIG_RIG_REPORT_DEFINITION_H
#define POOLRIG_RIG_REPORT_DEFINITION_H

#include <jansson.h>
#include <stdint.h>

/* Every scalar is a JSON string, as it was written. The caller decrefs. NULL: not YAML, too deep
 * (64), too large (100,000 nodes, aliases counted each time), or no memory. */
json_t *definition_parse(const char *yaml);

/* A scalar's text by two keys ("load", "warmup"), or NULL. Borrowed. */
const char *definition_text(const json_t *definition, const char *outer, const char *inner);

/* When the window of measurement began, in ns after the start instant: load.warmup, or its default;
 * 0 where there is no load. */
int64_t definition_warmup(const json_t *definition);

/* The variant of that name, or NULL. Borrowed. */
json_t *definition_variant(const json_t *definition, const char *name);

/* The name of variant i in the order of the file, or NULL. Borrowed. */
const char *definition_variant_name(const json_t *definition, size_t i);

#endif
