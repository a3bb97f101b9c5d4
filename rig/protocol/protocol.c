/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/protocol/protocol.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cpulist.h"
#include "base/own.h"
#include "base/protocol.h"
#include "rig/protocol/artefact.h"
#include "rig/protocol/message.h"
#include "rig/protocol/packet.h"

int protocol_init(struct protocol *t, struct error *err)
{
	int ends[2];

	*t = PROTOCOL_INIT;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return error_host(err, errno, "cannot make the protocol's socket pair");
	t->fd = ends[0];
	t->far_fd = ends[1];
	return 0;
}

void protocol_destroy(struct protocol *t)
{
	own_close(&t->fd);
	own_close(&t->far_fd);
	json_decref(t->records);
	t->records = NULL;
}

/* Send one object; takes it over. fd >= 0 goes along with it. */
static int send_object(struct protocol *t, json_t *object, int fd, struct error *err)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	cleanup_free char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	struct iovec iov = {.iov_base = text, .iov_len = text ? strlen(text) : 0};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	json_decref(object);
	if (!text)
		return error_host(err, ENOMEM, "cannot write a protocol message");
	if (iov.iov_len > POOLRIG_PROTOCOL_MESSAGE_MAX)
		return error_input(err,
				   "the variant's parameters are longer than a message may be "
				   "(%d bytes); shorten them",
				   POOLRIG_PROTOCOL_MESSAGE_MAX);
	if (fd >= 0) {
		struct cmsghdr *head;

		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		head = CMSG_FIRSTHDR(&msg);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &fd, sizeof(int));
	}
	/* Never blocks: a workload that does not read must not stop the rig. */
	if (sendmsg(t->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return 0;
	/* It has gone, or does not read; all else is ours. */
	if (errno == EPIPE || errno == ECONNRESET || errno == EAGAIN)
		return error_set(err, ERROR_WORKLOAD, errno, "the workload does not take messages");
	return error_host(err, errno, "cannot send to the workload");
}

static json_t *cpus_json(const cpu_set_t *cpus)
{
	char list[CPULIST_SIZE];

	return json_string(cpulist_format(cpus, list));
}

int protocol_configure(struct protocol *t, const struct protocol_setup *setup, struct error *err)
{
	json_t *params = json_object();
	json_t *object;

	for (size_t i = 0; i < setup->params_count; i++)
		json_object_set_new(params, setup->params[i].key,
				    json_string(setup->params[i].value));
	object = json_pack("{s:s, s:o, s:I, s:I, s:I, s:{s:o, s:o, s:o}}", "type", "configure",
			   "params", params, "warmup_ns", (json_int_t)setup->warmup_ns, "window_ns",
			   (json_int_t)setup->window_ns, "drain_ns", (json_int_t)setup->drain_ns,
			   "roles", "work", cpus_json(setup->work), "load", cpus_json(setup->load),
			   "housekeeping", cpus_json(setup->housekeeping));
	if (send_object(t, object, setup->schedule_fd, err) < 0)
		return -1;
	t->state = PROTOCOL_STATE_READY;
	return 0;
}

int protocol_go(struct protocol *t, int64_t start_ns, int64_t warmup_ns, int64_t window_ns,
		struct error *err)
{
	json_t *object =
	    json_pack("{s:s, s:I, s:I, s:I}", "type", "go", "start_ns", (json_int_t)start_ns,
		      "warmup_ns", (json_int_t)warmup_ns, "window_ns", (json_int_t)window_ns);

	if (send_object(t, object, -1, err) < 0)
		return -1;
	t->state = PROTOCOL_STATE_RUNNING;
	return 0;
}

struct turn {
	const char *type;
	enum protocol_state when;
	enum protocol_got got;
};

/* Which message may come when. */
static const struct turn turns[] = {
    {"hello", PROTOCOL_STATE_HELLO, PROTOCOL_GOT_HELLO},
    {"ready", PROTOCOL_STATE_READY, PROTOCOL_GOT_READY},
    {"progress", PROTOCOL_STATE_RUNNING, PROTOCOL_GOT_PROGRESS},
    {"record", PROTOCOL_STATE_RUNNING, PROTOCOL_GOT_RECORD},
    {"event", PROTOCOL_STATE_RUNNING, PROTOCOL_GOT_EVENT},
    {"artefact", PROTOCOL_STATE_RUNNING, PROTOCOL_GOT_ARTEFACT},
    {"done", PROTOCOL_STATE_RUNNING, PROTOCOL_GOT_DONE},
};

static const char *const expected[] = {"hello", "ready",
				       "progress, record, event, artefact or done", "nothing"};

static int take_event(struct protocol *t, const json_t *object, struct trial_event *event,
		      struct error *err)
{
	if (++t->events > POOLRIG_PROTOCOL_EVENTS_MAX)
		return error_set(err, ERROR_WORKLOAD, 0, "protocol: event: more than %d of a trial",
				 POOLRIG_PROTOCOL_EVENTS_MAX);
	return message_event(object, event, err);
}

static int take_hello(struct protocol *t, const json_t *object, struct error *err)
{
	return message_hello(object, t->name, sizeof(t->name), t->version, sizeof(t->version),
			     &t->records, err);
}

/* What it has not declared may be a misspelt name, and would be missed under the right one. */
static int take_record(const struct protocol *t, const json_t *object,
		       struct workload_record *record, struct error *err)
{
	const json_t *name;
	size_t i;

	if (message_record(object, record, err) < 0)
		return -1;
	json_array_foreach(t->records, i, name)
	{
		if (strcmp(json_string_value(name), record->name) == 0)
			return 0;
	}
	return error_set(err, ERROR_WORKLOAD, 0,
			 "protocol: record %s: not one of the %zu that hello declared; add it to "
			 "its records",
			 record->name, json_array_size(t->records));
}

static int take_artefact(const json_t *object, struct passed *passed,
			 struct trial_artefact *artefact, struct error *err)
{
	if (message_artefact(object, artefact, err) < 0)
		return -1;
	if (passed->count != 1 || passed->cut)
		return error_set(err, ERROR_WORKLOAD, 0,
				 "protocol: artefact \"%s\": %s; pass one descriptor with it",
				 artefact->name,
				 passed->count ? "more than one descriptor" : "no descriptor");
	if (artefact_check(passed->fd, artefact, err) < 0)
		return -1;
	artefact->fd = steal_fd(&passed->fd);
	return 0;
}

static int take_content(struct protocol *t, enum protocol_got got, const json_t *object,
			struct passed *passed, struct protocol_received *received,
			struct error *err)
{
	switch (got) {
	case PROTOCOL_GOT_HELLO:
		return take_hello(t, object, err);
	case PROTOCOL_GOT_READY:
		return message_ready(object, &t->closed, err);
	case PROTOCOL_GOT_PROGRESS:
		return message_progress(object, &received->record, err);
	case PROTOCOL_GOT_RECORD:
		return take_record(t, object, &received->record, err);
	case PROTOCOL_GOT_EVENT:
		return take_event(t, object, &received->event, err);
	case PROTOCOL_GOT_ARTEFACT:
		return take_artefact(object, passed, &received->artefact, err);
	default:
		return 0;
	}
}

static int take_message(struct protocol *t, json_t *object, struct passed *passed,
			struct protocol_received *received, struct error *err)
{
	const char *type = json_string_value(json_object_get(object, "type"));

	if (!type)
		return error_set(err, ERROR_WORKLOAD, 0,
				 "protocol: a message without \"type\"; expected %s",
				 expected[t->state]);
	if (strcmp(type, "error") == 0)
		return message_error(object, err);
	for (size_t i = 0; i < ARRAY_SIZE(turns); i++) {
		if (strcmp(turns[i].type, type) != 0 || turns[i].when != t->state)
			continue;
		if (passed->count && turns[i].got != PROTOCOL_GOT_ARTEFACT)
			return error_set(err, ERROR_WORKLOAD, 0,
					 "protocol: a descriptor came with \"%s\"; only an "
					 "artefact has one",
					 type);
		if (take_content(t, turns[i].got, object, passed, received, err) < 0)
			return -1;
		if (turns[i].got == PROTOCOL_GOT_DONE)
			t->state = PROTOCOL_STATE_DONE;
		return turns[i].got;
	}
	return error_set(err, ERROR_WORKLOAD, 0, "protocol: \"%.40s\" out of turn; expected %s",
			 type, expected[t->state]);
}

int protocol_receive(struct protocol *t, struct protocol_received *received, struct error *err)
{
	cleanup_free char *text = malloc(POOLRIG_PROTOCOL_MESSAGE_MAX);
	struct passed passed;
	json_error_t reason;
	json_t *object;
	ssize_t n;
	int ret;

	if (!text)
		return error_host(err, ENOMEM, "cannot read a protocol message");
	n = packet_receive(t->fd, text, POOLRIG_PROTOCOL_MESSAGE_MAX, &passed);
	if (n < 0 && errno == EAGAIN)
		return PROTOCOL_GOT_NOTHING;
	if (n == 0 || (n < 0 && errno == ECONNRESET)) {
		own_close(&passed.fd);
		return PROTOCOL_GOT_END;
	}
	if (n < 0)
		return error_host(err, errno, "cannot read from the workload");
	if (n > POOLRIG_PROTOCOL_MESSAGE_MAX) {
		own_close(&passed.fd);
		return error_set(err, ERROR_WORKLOAD, 0,
				 "protocol: a message of %zd bytes; at most %d are allowed", n,
				 POOLRIG_PROTOCOL_MESSAGE_MAX);
	}
	object = json_loadb(text, (size_t)n, JSON_REJECT_DUPLICATES, &reason);
	if (object)
		ret = take_message(t, object, &passed, received, err);
	else
		ret = error_set(err, ERROR_WORKLOAD, 0, "protocol: not JSON (%s): %.*s",
				reason.text, n < 60 ? (int)n : 60, text);
	own_close(&passed.fd);
	json_decref(object);
	return ret;
}
