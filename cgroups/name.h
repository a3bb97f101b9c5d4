/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of groups. */
#ifndef POOLRIG_CGROUPS_NAME_H
#define POOLRIG_CGROUPS_NAME_H

#include "cgroups/cell.h"

/* One path component of at most CG_NAME_MAX - 1 characters, copied to `to`; else ERROR_INPUT. */
int cg_name_set(char to[CG_NAME_MAX], const char *name, struct error *err);

#endif
