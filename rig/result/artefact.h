/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is in an artefact, as it is, for whatever program knows its kind. */
#ifndef POOLRIG_RIG_RESULT_ARTEFACT_H
#define POOLRIG_RIG_RESULT_ARTEFACT_H

#include <stdio.h>

#include "base/error.h"
#include "rig/store/store.h"

/* Write the artefact `name` of the trial of that number to `to`; of several attempts that have it,
 * the last. ERROR_INPUT where there is no such trial, or it has no such artefact (the text lists
 * those it has), or `to` is a terminal and the bytes are no text. */
int artefact_write(struct store *store, const struct run_view *view, int number, const char *name,
		   FILE *to, struct error *err);

#endif
