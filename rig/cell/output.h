/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounded log of one output stream of a command: its beginning and its end are kept, what lies
 * between is counted. However much is written, the supervisor holds OUTPUT_HEAD + OUTPUT_TAIL
 * bytes. */
#ifndef POOLRIG_RIG_CELL_OUTPUT_H
#define POOLRIG_RIG_CELL_OUTPUT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define OUTPUT_HEAD 8192
#define OUTPUT_TAIL 57344

struct output {
	int read_fd;     /* owned, non-blocking; -1 once its end was seen */
	int write_fd;    /* owned until the command has it; its birth closes it */
	int copy_fd;     /* borrowed: everything is copied there too; -1: nowhere (any more) */
	int copy_errnum; /* why not all of it was; 0: it was, or its reader went away */
	uint64_t bytes;  /* in all */
	char *kept;      /* owned: OUTPUT_HEAD, behind it a ring of OUTPUT_TAIL */
};

#define OUTPUT_INIT ((struct output){.read_fd = -1, .write_fd = -1, .copy_fd = -1})

/* owner: who must be able to open /dev/stdout again (the pipe is given to them). After an error,
 * too, output_destroy() must be called. */
int output_init(struct output *o, int copy_fd, uid_t owner, gid_t group, struct error *err);
/* Take what there is, without waiting (but for 20 ms where the reader of the copy does not; the
 * command is then held up in its turn). Returns 1 while more may come, 0 at the end of the stream.
 */
int output_drain(struct output *o);
/* The command has ended: take all that is left, as slowly as the copy is read. */
void output_finish(struct output *o);
/* What was kept, as one text that the caller frees; where something was dropped, a line between the
 * two parts says how much. *dropped gets the number of bytes. NULL: no memory. */
char *output_text(const struct output *o, size_t *len, uint64_t *dropped);
void output_destroy(struct output *o);

#endif
