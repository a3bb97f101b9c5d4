/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a command in a cell runs as: the person who called sudo, so that what it writes is theirs;
 * else the caller. */
#ifndef POOLRIG_RIG_CELL_PERSON_H
#define POOLRIG_RIG_CELL_PERSON_H

#include <sys/types.h>

#include "base/error.h"

#define PERSON_GROUPS_MAX 64

struct person {
	uid_t uid;
	gid_t gid;
	gid_t groups[PERSON_GROUPS_MAX]; /* supplementary */
	int groups_count;
	char home[1024];
	char name[64];
};

/* From SUDO_UID and SUDO_GID where the caller is root and they are set, else the caller's own.
 * Someone whom the user database does not know has no supplementary groups and the home "/"; a home
 * that does not fit is an error. */
int person_init(struct person *p, struct error *err);

#endif
