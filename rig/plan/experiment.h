/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An experiment: a YAML file, read by the table of knobs and checked, so that whatever comes out of
 * experiment_load() can be run on some machine. docs/experiment.md is its contract. */
#ifndef POOLRIG_RIG_PLAN_EXPERIMENT_H
#define POOLRIG_RIG_PLAN_EXPERIMENT_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rig/knob/spec.h"

/*
 * Load, apply `--set KEY=VALUE` overrides (dotted path of a scalar: "load.rate",
 * "variants.0.params.size" or "variants.NAME.params.size"), check. program_dir is searched before
 * PATH for a variant's command (the directory of the poolrig binary: its own workloads stand
 * there); NULL: PATH only. The path and the overrides are borrowed for as long as the experiment
 * lives.
 *
 * Errors (kind ERROR_INPUT) begin with `file:line: key "value": reason; way out`; for an override,
 * `--set KEY=VALUE: …`. Nothing is left allocated after an error.
 */
int experiment_load(struct experiment *e, const char *path, const char *const *overrides,
		    size_t overrides_count, const char *program_dir, struct error *err);
void experiment_destroy(struct experiment *e); /* takes a zeroed struct */

/* What the machine can't give: cores that are not there, roles that overlap where they must not,
 * memory beyond the machine. `online` and memory_bytes describe the host (in a test, any host).
 * Errors as above. */
int experiment_check_host(const struct experiment *e, const cpu_set_t *online,
			  uint64_t memory_bytes, struct error *err);

/* Where a program is looked for. */
struct search_place {
	const char *base; /* what a name with a slash begins from; NULL: the current directory */
	const char *dir;  /* where any other is looked for first; may be NULL */
	const char *path; /* then here, a list as in PATH; NULL: execvp(3)'s default */
};

/* Find the program of a command. *out, which the caller frees, is its absolute path (symbolic links
 * are kept: some programs look at the name they were called by). Errors (ERROR_INPUT) are `"NAME":
 * reason; way out`. */
int program_find(const char *name, const struct search_place *where, char **out, struct error *err);

/* The same of a regular file that can be read; its name is always a path. */
int file_find(const char *name, const char *base, char **out, struct error *err);

#endif
