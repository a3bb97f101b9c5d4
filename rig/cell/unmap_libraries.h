/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child's copy of the supervisor is taken down within execve(2), in the time that counts as the
 * command's. Most of it is the shared libraries, which the child does not need any more. */
#ifndef POOLRIG_RIG_CELL_UNMAP_LIBRARIES_H
#define POOLRIG_RIG_CELL_UNMAP_LIBRARIES_H

/* Unmap every shared library but the C library and its loader. From then on the caller may call
 * nothing but the C library. Does nothing where that is not safe: with preloaded libraries or
 * sanitizers, which stand between the caller and the C library, or with a C library that is not
 * glibc's. */
void unmap_libraries(void);

#endif
