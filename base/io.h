/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small I/O: the one way in which this project reads and writes small files, relative to a
 * directory descriptor (AT_FDCWD works). `what` in an error is the file's name.
 */
#ifndef POOLRIG_BASE_IO_H
#define POOLRIG_BASE_IO_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* Read a whole small file into buf (NUL-terminated). Returns the length, or -1: *err has the
 * errno, or EFBIG where the file does not fit. */
ssize_t io_read_at(int dirfd, const char *name, char *buf, size_t size, struct error *err);

/* The same from the start of a descriptor that is held open (pread at 0; kernel files give a fresh
 * reading each time). No error text: this is for the paths that are timed. Returns the length or
 * -errno. */
ssize_t io_pread(int fd, char *buf, size_t size);

/* Read the whole of a file of any size up to max bytes into memory that the caller frees.
 * Returns the length (a NUL is appended and not counted) or -1. */
ssize_t io_slurp_at(int dirfd, const char *name, size_t max, char **out, struct error *err);

/* The same from a descriptor, from where it stands; `name` is for the error. */
ssize_t io_slurp(int fd, const char *name, size_t max, char **out, struct error *err);

/* First thing in a program: open those of the descriptors 0 to 2 that are closed on /dev/null, or a
 * file of the program's own would get their number, and be read, written and passed on as if it
 * were the caller's. Standard input is empty then. The other two can't be written: what goes there
 * fails (EBADF), as it does on a closed one. */
int io_open_standard(struct error *err);

/* Write all of buf, going on after short writes and EINTR, and waiting where the descriptor is
 * non-blocking and full. Returns 0, or -errno. */
int io_write_all(int fd, const void *buf, size_t size);

#endif
