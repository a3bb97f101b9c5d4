/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory of a test's own, with what is in it, gone at the end. */
#ifndef POOLRIG_TESTS_UNIT_SCRATCH_H
#define POOLRIG_TESTS_UNIT_SCRATCH_H

#include <stddef.h>
#include <sys/types.h>

struct scratch {
	char dir[64];
	char path[128];     /* of the file written last */
	char paths[8][128]; /* what scratch_path() gave, used in turn */
	unsigned next;
};

/* Each fails the test where it can't do what it is asked for. */
void scratch_init(struct scratch *s);
void scratch_destroy(struct scratch *s);
/* For cmocka: *state is one made by calloc(). They return 0. */
int scratch_setup(void **state);
int scratch_teardown(void **state);
/* The path of a file in it, there or not, good for the next seven calls. */
const char *scratch_path(struct scratch *s, const char *name);
/* Write a file; returns its path, good until the next call. */
const char *scratch_write(struct scratch *s, const char *name, const void *data, size_t size,
			  mode_t mode);
const char *scratch_text(struct scratch *s, const char *name, const char *text);

#endif
