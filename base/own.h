/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ownership by scope: `cleanup_fd int fd = -1;` closes the descriptor on every way out of the
 * block, and steal_fd() hands it over. The attribute is gcc's and clang's.
 */
#ifndef POOLRIG_BASE_OWN_H
#define POOLRIG_BASE_OWN_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void own_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static inline void own_free(void *p)
{
	free(*(void **)p);
	*(void **)p = NULL;
}

static inline void own_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
	*f = NULL;
}

static inline void own_closedir(DIR **d)
{
	if (*d)
		closedir(*d);
	*d = NULL;
}

#define cleanup_fd   __attribute__((cleanup(own_close)))
#define cleanup_free __attribute__((cleanup(own_free)))
#define cleanup_file __attribute__((cleanup(own_fclose)))
#define cleanup_dir  __attribute__((cleanup(own_closedir)))

static inline int steal_fd(int *fd)
{
	int held = *fd;

	*fd = -1;
	return held;
}

static inline void *steal_ptr_void(void *p)
{
	void *held = *(void **)p;

	*(void **)p = NULL;
	return held;
}
#define steal_ptr(p) ((__typeof__(*(p)))steal_ptr_void(p))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
