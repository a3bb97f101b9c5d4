/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rig's end of the workload protocol (docs/protocol.md, base/protocol.h): messages out,
 * messages in, and what may come when. What arrives is not trusted: any text that is not a right
 * message in its turn is an error that says what was wrong (kind ERROR_WORKLOAD). */
#ifndef POOLRIG_RIG_TALK_TALK_H
#define POOLRIG_RIG_TALK_TALK_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rig/record/trial_record.h"

enum talk_state {
	TALK_HELLO = 0, /* waiting for hello */
	TALK_READY,     /* configured, waiting for ready */
	TALK_RUNNING,   /* after go: records until done */
	TALK_DONE,
};

struct talk_param {
	const char *key, *value;
};

struct talk_setup {
	const struct talk_param *params;
	size_t params_count;
	const cpu_set_t *work, *load, *housekeeping;
	int64_t warmup_ns, window_ns;
	int64_t drain_ns; /* how long after the window tasks may be run */
	int schedule_fd;  /* borrowed */
};

struct talk {
	int fd;     /* owned: our end of the socket pair */
	int far_fd; /* owned until the command has it */
	enum talk_state state;
	char name[64], version[32]; /* from hello */
	int events;                 /* that were received */
};

#define TALK_INIT                                                                                  \
	{                                                                                          \
		-1, -1, TALK_HELLO, "", "", 0                                                      \
	}

int talk_init(struct talk *t, struct error *err);
void talk_born(struct talk *t); /* the command has its end: let ours of it go */
void talk_destroy(struct talk *t);

int talk_configure(struct talk *t, const struct talk_setup *setup, struct error *err);
int talk_go(struct talk *t, int64_t start_ns, int64_t warmup_ns, int64_t window_ns,
	    struct error *err);

enum talk_got {
	TALK_GOT_NOTHING = 0, /* no message is there (it does not wait) */
	TALK_GOT_HELLO,
	TALK_GOT_READY,
	TALK_GOT_PROGRESS, /* heard->record: value tasks were completed by to_ns */
	TALK_GOT_RECORD,   /* heard->record is filled; its hdr is the caller's */
	TALK_GOT_EVENT,    /* heard->event; its cell is empty */
	TALK_GOT_ARTEFACT, /* heard->artefact, checked; its fd is the caller's */
	TALK_GOT_DONE,
	TALK_GOT_END, /* the workload closed its end */
};

/* What came; that of the last message, as its kind wants it. */
struct talk_heard {
	struct workload_record record;
	struct trial_event event;
	struct trial_artefact artefact;
};

/* Take one message. -1: it was wrong, or the workload sent an `error` message (its text is in
 * *err). What heard owns is valid only after the kind that fills it. */
int talk_receive(struct talk *t, struct talk_heard *heard, struct error *err);

#endif
