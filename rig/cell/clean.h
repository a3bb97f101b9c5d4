/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Undo what killed runs left: the groups that their journals name, with every process in them. */
#ifndef POOLRIG_RIG_CELL_CLEAN_H
#define POOLRIG_RIG_CELL_CLEAN_H

#include "base/error.h"

/* Returns how many dead runs were cleaned up after (0: there was nothing), or -1 with the first
 * thing that could not be undone. Needs root. Live runs are not touched. */
int clean_leftovers(struct error *err);

#endif
