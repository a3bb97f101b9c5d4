/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Streams to print to that lose nothing in silence: all of stdout, stderr and files that are named
 * to us is printed through them. A write waits where the descriptor is non-blocking and full; the
 * errno of the first that failed is kept, and nothing is written behind the gap.
 */
#ifndef POOLRIG_BASE_STREAM_H
#define POOLRIG_BASE_STREAM_H

#include <stdio.h>

#include "base/error.h"

struct stream {
	int fd;     /* borrowed */
	int errnum; /* of the first write that failed; 0: none has */
};

/* A new stream on fd, line by line on a terminal and on standard error. *s lives longer than it
 * does. NULL: no memory. */
FILE *stream_open(struct stream *s, int fd);

/* Flush. Returns 0 where all has arrived, or its reader has gone (| head); else *err has the
 * reason. `name` is for the text: "standard output", or the file. */
int stream_flush(const struct stream *s, FILE *to, const char *name, struct error *err);

/* The descriptor of a stream, also of stdout and stderr that were made by stream_open(). */
int stream_fd(FILE *to);

#endif
