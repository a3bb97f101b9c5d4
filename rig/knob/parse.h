/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of an experiment that no type of base/field.h reads: parsers of rows of FIELD_CUSTOM, with
 * their contract. */
#ifndef POOLRIG_RIG_KNOB_PARSE_H
#define POOLRIG_RIG_KNOB_PARSE_H

#include "base/error.h"

/* A name: a-z, 0-9 and "-", not at the ends, at most KNOB_NAME_MAX bytes. Into const char *. */
int parse_name(const char *text, void *field, struct error *err);
/* The same, and not digits alone. */
int parse_variant_name(const char *text, void *field, struct error *err);

/* A latency that every trial has one number of: NAME_seconds.PART, PART as docs/result.md has them,
 * or NAME_seconds. Into search_spec.metric. */
int parse_metric(const char *text, void *field, struct error *err);

/* The name of a workload's record. Into const char *. */
int parse_record_name(const char *text, void *field, struct error *err);

#endif
