/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command in a cell may do: no more than its person, and never what would lead out of the
 * cell. */
#ifndef POOLRIG_RIG_CELL_PRIVILEGES_H
#define POOLRIG_RIG_CELL_PRIVILEGES_H

#include "base/error.h"
#include "rig/cell/person.h"

/* In the child, last before exec: bound the capabilities to those that an ordinary root program
 * needs (no mounting, no raw I/O, no nice below 0), become the person, set no_new_privs. */
int privileges_drop(const struct person *person, struct error *err);

#endif
