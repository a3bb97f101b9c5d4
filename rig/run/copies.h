/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the output of one command goes besides the store: our own standard output and standard
 * error. Where these are one file (2>&1, a terminal), the command has one pipe for both, so that
 * what it writes keeps its order. */
#ifndef POOLRIG_RIG_RUN_COPIES_H
#define POOLRIG_RIG_RUN_COPIES_H

#include "base/error.h"
#include "base/outlet.h"

/* Output that nobody reads, up to this much of each stream, holds up no one. */
#define COPIES_ROOM (1024 * 1024)

struct copies {
	struct outlet outlets[2];
	struct outlet *to[2]; /* of stdout and stderr; the same where they are one file */
};

int copies_init(struct copies *c, struct error *err);
/* Wait until what is held has been read, but no longer than limit_ns without a byte read (< 0: as
 * long as it takes). *unread gets the number of bytes that were not. Errors: it can't be written; a
 * reader that went away is none. */
int copies_finish(struct copies *c, int64_t limit_ns, uint64_t *unread, struct error *err);
void copies_destroy(struct copies *c);

#endif
