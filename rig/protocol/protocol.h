/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rig's end of the workload protocol (docs/protocol.md, base/protocol.h): messages out,
 * messages in, and what may come when. What arrives is not trusted: any text that is not a right
 * message in its turn is an error that says what was wrong (kind ERROR_WORKLOAD). */
#ifndef POOLRIG_RIG_PROTOCOL_PROTOCOL_H
#define POOLRIG_RIG_PROTOCOL_PROTOCOL_H

#include <jansson.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/protocol.h"
#include "rig/record/trial_record.h"

enum protocol_state {
	PROTOCOL_STATE_HELLO = 0, /* waiting for hello */
	PROTOCOL_STATE_READY,     /* configured, waiting for ready */
	PROTOCOL_STATE_RUNNING,   /* after go: records until done */
	PROTOCOL_STATE_DONE,
};

struct protocol_setup {
	const struct poolrig_protocol_param *params;
	size_t params_count;
	const cpu_set_t *work, *load, *housekeeping;
	int64_t warmup_ns, window_ns;
	int64_t drain_ns; /* how long after the window tasks may be run */
	int schedule_fd;  /* borrowed */
};

struct protocol {
	int fd;     /* owned: our end of the socket pair */
	int far_fd; /* owned until the command has it */
	enum protocol_state state;
	char name[64], version[32]; /* from hello */
	json_t *records;            /* owned: the names of records that hello declared */
	bool closed;                /* ready said that the loop is closed: no schedule is kept */
	int events;                 /* that were received */
};

#define PROTOCOL_INIT ((struct protocol){.fd = -1, .far_fd = -1})

int protocol_init(struct protocol *t, struct error *err);
void protocol_destroy(struct protocol *t);

int protocol_configure(struct protocol *t, const struct protocol_setup *setup, struct error *err);
int protocol_go(struct protocol *t, int64_t start_ns, int64_t warmup_ns, int64_t window_ns,
		struct error *err);

enum protocol_got {
	PROTOCOL_GOT_NOTHING = 0, /* no message is there (it does not wait) */
	PROTOCOL_GOT_HELLO,
	PROTOCOL_GOT_READY,
	PROTOCOL_GOT_PROGRESS, /* received->record: value tasks were completed by to_ns */
	PROTOCOL_GOT_RECORD,   /* received->record is filled; its hdr is the caller's */
	PROTOCOL_GOT_EVENT,    /* received->event; its cell is empty */
	PROTOCOL_GOT_ARTEFACT, /* received->artefact, checked; its fd is the caller's */
	PROTOCOL_GOT_DONE,
	PROTOCOL_GOT_END, /* the workload closed its end */
};

/* What came; that of the last message, as its kind wants it. */
struct protocol_received {
	struct workload_record record;
	struct trial_event event;
	struct trial_artefact artefact;
};

/* Take one message. -1: it was wrong, or the workload sent an `error` message (its text is in
 * *err). What received owns is valid only after the kind that fills it. */
int protocol_receive(struct protocol *t, struct protocol_received *received, struct error *err);

#endif
