/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory for a test that needs files: made new below TMPDIR, removed with all that is
 * directly in it. */
#ifndef POOLRIG_TESTS_UNIT_WORKDIR_H
#define POOLRIG_TESTS_UNIT_WORKDIR_H

struct workdir {
	char dir[256];
	char path[8][320]; /* what workdir_path() gave, used in turn */
	int next;
};

/* 0, or -1. */
int workdir_init(struct workdir *s);
void workdir_destroy(struct workdir *s);
const char *workdir_path(struct workdir *s, const char *name);
/* Make a file with this content. 0, or -1. */
int workdir_write(struct workdir *s, const char *name, const void *data, unsigned long size);

#endif
