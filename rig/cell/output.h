/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounded log of one output stream of a command: its beginning and its end are kept, what lies
 * between is counted. However much is written, the supervisor holds OUTPUT_HEAD + OUTPUT_TAIL
 * bytes, and what is in the outlet to which all is copied. */
#ifndef POOLRIG_RIG_CELL_OUTPUT_H
#define POOLRIG_RIG_CELL_OUTPUT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/outlet.h"

#define OUTPUT_HEAD 8192
#define OUTPUT_TAIL 57344

struct output {
	int read_fd;           /* owned, non-blocking; -1 once its end was seen */
	int write_fd;          /* owned until the command has it; its birth closes it */
	struct outlet *copy;   /* borrowed: everything goes there too; NULL: nowhere */
	uint64_t bytes;        /* in all */
	int64_t held_since_ns; /* the copy has had no room since then; 0: it has */
	int64_t held_ns;       /* how long it had none, before */
	char *kept;            /* owned: OUTPUT_HEAD, behind it a ring of OUTPUT_TAIL */
};

#define OUTPUT_INIT ((struct output){.read_fd = -1, .write_fd = -1})

/* owner: who must be able to open /dev/stdout again (the pipe is given to them). After an error,
 * too, output_destroy() must be called. */
int output_init(struct output *o, struct outlet *copy, uid_t owner, gid_t group, struct error *err);

enum output_state {
	OUTPUT_ENDED = 0, /* or the reader of the copy has gone */
	OUTPUT_OPEN,      /* more may come */
	OUTPUT_HELD, /* the copy has no room: nothing is taken until its awake_fd is readable */
};

/* Take what there is and the copy has room for, without waiting. */
enum output_state output_drain(struct output *o);
/* The command ended at end_ns: take all that is left, into the copy's reserve where it has no room.
 * Does not wait. */
void output_finish(struct output *o, int64_t end_ns);
/* What was kept, as one text that the caller frees; where something was dropped, a line between the
 * two parts says how much. *dropped gets the number of bytes. NULL: no memory. */
char *output_text(const struct output *o, size_t *len, uint64_t *dropped);
void output_destroy(struct output *o);

#endif
