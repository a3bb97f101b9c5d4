/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Footnotes of a table: each text once, numbered from 1. */
#ifndef POOLRIG_RIG_REPORT_NOTES_H
#define POOLRIG_RIG_REPORT_NOTES_H

#include <stddef.h>

#include "base/error.h"
#include "rig/report/text.h"

struct notes {
	size_t count;
	char **texts; /* owned */
};

/* The number of the note with this text, made where it is new; -1: no memory. */
int notes_number(struct notes *notes, const char *text, struct error *err);
void notes_print(const struct notes *notes, const struct style *style);
void notes_destroy(struct notes *notes); /* takes a zeroed struct */

#endif
