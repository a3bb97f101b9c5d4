/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one way in which a file is written that a user has named: --json, --output.
 *
 *   -, /dev/stdout, /dev/fd/N    printed to that descriptor
 *   a character device, a FIFO   written to; opening a FIFO waits for its reader
 *   a symbolic link              its target is meant, whatever that is
 *   a regular file               replaced as a whole, by rename(2); it keeps its mode and owner
 *   no such file                 made, and given to the owner
 *   a directory, a mount point, a block device, a socket, an SQLite database or what lies
 *   beside one: refused
 */
#ifndef POOLRIG_BASE_OUTFILE_H
#define POOLRIG_BASE_OUTFILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/stream.h"

struct outfile {
	FILE *to; /* from outfile_begin() on; owned, unless it is stdout */
	struct stream stream;
	const char *option, *path; /* borrowed, for errors */
	int fd;                    /* owned, or -1: what is printed to */
	int dirfd;                 /* owned: where the file is */
	char name[NAME_MAX + 1];   /* in there */
	char part[NAME_MAX + 1];   /* what becomes that file by renaming; "": not there */
	bool exists;
	struct stat is; /* where it exists */
	uid_t uid;      /* of a new file */
	gid_t gid;
};

#define OUTFILE_INIT ((struct outfile){.fd = -1, .dirfd = -1})

/*
 * Find out what is named, and refuse it or open it. A regular file is not touched. Call it before
 * anything is started, and before the store is opened (to close a database's file drops the locks
 * of this process, fcntl(2)). option: "--json"; path: as written; store: a path that is refused in
 * any form, also its -wal and -shm; NULL: none. All errors are ERROR_INPUT. After an error, too,
 * outfile_destroy() must be called.
 */
int outfile_init(struct outfile *o, const char *option, const char *path, const char *store,
		 uid_t uid, gid_t gid, struct error *err);

/* From here on o->to takes what is to be in it. Errors: it can't be made. */
int outfile_begin(struct outfile *o, struct error *err);

/* All is printed: it is what the path names now, or *err says why not. A reader that went away is
 * no error. Whether all of stdout has arrived is main's to find out. */
int outfile_end(struct outfile *o, struct error *err);

/* What was not ended leaves no trace. Takes OUTFILE_INIT. */
void outfile_destroy(struct outfile *o);

/* Is standard output or error a file that must not be written over? Then *say is the one of them that
 * may be written to, or -1. */
int outfile_check_standard(int *say, struct error *err);

#endif
