/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rig's end of the protocol: who may say what when, and what is sent. */
#include "rig/protocol/protocol.h"

#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"
#include "base/protocol.h"

static struct protocol begin(enum protocol_state when)
{
	struct error err = ERROR_INIT;
	struct protocol t;

	assert_int_equal(protocol_init(&t, &err), 0);
	t.state = when;
	t.records = when > PROTOCOL_STATE_HELLO ? json_pack("[s, s]", "m", "n") : NULL;
	return t;
}

static void say(struct protocol *t, const char *text)
{
	assert_int_equal(send(t->far_fd, text, strlen(text), 0), strlen(text));
}

static int hear(struct protocol *t, struct error *err)
{
	struct protocol_received received = {0};
	int got;

	error_clear(err);
	got = protocol_receive(t, &received, err);
	free(received.record.hdr);
	if (got == PROTOCOL_GOT_ARTEFACT)
		own_close(&received.artefact.fd);
	return got;
}

#define HELLO                                                                                      \
	"{\"type\": \"hello\", \"protocol\": 1, \"name\": \"n\", \"version\": \"v\", "             \
	"\"records\": [\"m\", \"n\"]}"
#define READY "{\"type\": \"ready\"}"
#define DONE  "{\"type\": \"done\"}"
#define ERROR "{\"type\": \"error\", \"text\": \"no memory\"}"
#define RECORD                                                                                     \
	"{\"type\": \"record\", \"name\": \"n\", \"kind\": \"gauge\", \"unit\": \"u\", "           \
	"\"from_ns\": 0, \"to_ns\": 1, \"value\": 5}"

struct turn_row {
	enum protocol_state when;
	const char *text;
	int got;          /* -1: refused */
	const char *says; /* then */
};

static const struct turn_row turn_rows[] = {
    {PROTOCOL_STATE_HELLO, HELLO, PROTOCOL_GOT_HELLO, NULL},
    {PROTOCOL_STATE_HELLO, READY, -1, "\"ready\" out of turn; expected hello"},
    {PROTOCOL_STATE_HELLO, RECORD, -1, "\"record\" out of turn; expected hello"},
    {PROTOCOL_STATE_HELLO, DONE, -1, "\"done\" out of turn; expected hello"},
    {PROTOCOL_STATE_HELLO, ERROR, -1, "the workload gave up: no memory"},
    {PROTOCOL_STATE_READY, READY, PROTOCOL_GOT_READY, NULL},
    {PROTOCOL_STATE_READY, HELLO, -1, "\"hello\" out of turn; expected ready"},
    {PROTOCOL_STATE_READY, RECORD, -1, "expected ready"},
    {PROTOCOL_STATE_RUNNING, RECORD, PROTOCOL_GOT_RECORD, NULL},
    {PROTOCOL_STATE_RUNNING,
     "{\"type\": \"record\", \"name\": \"nn\", \"kind\": \"gauge\", \"unit\": \"u\", \"from_ns\": "
     "0, "
     "\"to_ns\": 1, \"value\": 5}",
     -1, "record nn: not one of the 2 that hello declared"},
    {PROTOCOL_STATE_RUNNING, "{\"type\": \"progress\", \"at_ns\": 5, \"completed\": 7}",
     PROTOCOL_GOT_PROGRESS, NULL},
    {PROTOCOL_STATE_RUNNING, "{\"type\": \"progress\", \"at_ns\": 5}", -1,
     "\"completed\": missing"},
    {PROTOCOL_STATE_READY, "{\"type\": \"progress\", \"at_ns\": 5, \"completed\": 7}", -1,
     "out of turn"},
    {PROTOCOL_STATE_RUNNING, DONE, PROTOCOL_GOT_DONE, NULL},
    {PROTOCOL_STATE_RUNNING, READY, -1,
     "\"ready\" out of turn; expected progress, record, event, artefact or done"},
    {PROTOCOL_STATE_RUNNING, ERROR, -1, "the workload gave up"},
    {PROTOCOL_STATE_DONE, RECORD, -1, "\"record\" out of turn; expected nothing"},
    {PROTOCOL_STATE_DONE, DONE, -1, "expected nothing"},
    {PROTOCOL_STATE_HELLO, "{}", -1, "without \"type\"; expected hello"},
    {PROTOCOL_STATE_HELLO, "{\"type\": 5}", -1, "without \"type\""},
    {PROTOCOL_STATE_HELLO, "[1, 2]", -1, "without \"type\""},
    {PROTOCOL_STATE_HELLO, "{\"type\": \"bye\"}", -1, "\"bye\" out of turn"},
    {PROTOCOL_STATE_HELLO, "{\"type\": \"hello\", \"type\": \"hello\"}", -1, "not JSON (duplicate"},
    {PROTOCOL_STATE_HELLO, "{", -1, "not JSON"},
    {PROTOCOL_STATE_HELLO, HELLO HELLO, -1, "not JSON"},
    {PROTOCOL_STATE_HELLO, "\xff\xfe", -1, "not JSON"},
    {PROTOCOL_STATE_HELLO, "{\"type\": \"hello\"}", -1, "\"protocol\": missing"},
    {PROTOCOL_STATE_RUNNING, "{\"type\": \"record\", \"name\": \"n\"}", -1, "\"kind\": missing"},
};

static void each_in_its_turn(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(turn_rows); i++) {
		const struct turn_row *row = &turn_rows[i];
		struct error err = ERROR_INIT;
		struct protocol t = begin(row->when);

		say(&t, row->text);
		assert_int_equal(hear(&t, &err), row->got);
		if (row->says) {
			assert_int_equal(err.kind, ERROR_WORKLOAD);
			if (!strstr(err.text, row->says))
				fail_msg("\"%s\" is not in \"%s\"", row->says, err.text);
		}
		protocol_destroy(&t);
	}
}

static void nothing_and_the_end(void **state)
{
	struct error err = ERROR_INIT;
	struct protocol t = begin(PROTOCOL_STATE_HELLO);

	(void)state;
	assert_int_equal(hear(&t, &err), PROTOCOL_GOT_NOTHING);
	say(&t, HELLO);
	close(t.far_fd);
	t.far_fd = -1;
	assert_int_equal(hear(&t, &err), PROTOCOL_GOT_HELLO); /* the last message is received */
	assert_string_equal(t.name, "n");
	assert_string_equal(t.version, "v");
	assert_int_equal(hear(&t, &err), PROTOCOL_GOT_END);
	protocol_destroy(&t);
	protocol_destroy(&t);
}

static void the_longest_message(void **state)
{
	struct error err = ERROR_INIT;
	struct protocol t = begin(PROTOCOL_STATE_HELLO);
	cleanup_free char *text = malloc(POOLRIG_PROTOCOL_MESSAGE_MAX + 1);
	int size = 1024 * 1024;

	(void)state;
	setsockopt(t.far_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	memset(text, ' ', POOLRIG_PROTOCOL_MESSAGE_MAX + 1);
	memcpy(text, HELLO, strlen(HELLO));
	assert_int_equal(send(t.far_fd, text, POOLRIG_PROTOCOL_MESSAGE_MAX, 0),
			 POOLRIG_PROTOCOL_MESSAGE_MAX);
	assert_int_equal(hear(&t, &err), PROTOCOL_GOT_HELLO);
	assert_int_equal(send(t.far_fd, text, POOLRIG_PROTOCOL_MESSAGE_MAX + 1, 0),
			 POOLRIG_PROTOCOL_MESSAGE_MAX + 1);
	assert_int_equal(hear(&t, &err), -1);
	assert_non_null(strstr(err.text, "131073 bytes; at most 131072 are allowed"));
	protocol_destroy(&t);
}

/* Take what the rig sent, and the descriptor that came with it (-1: none). */
static json_t *taken(struct protocol *t, int *fd)
{
	char text[4096], control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = {.iov_base = text, .iov_len = sizeof(text)};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(t->far_fd, &msg, 0);
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
	json_t *object;

	assert_true(n > 0);
	*fd = -1;
	if (head)
		memcpy(fd, CMSG_DATA(head), sizeof(int));
	object = json_loadb(text, (size_t)n, 0, NULL);
	assert_non_null(object);
	return object;
}

static void what_the_rig_says(void **state)
{
	const struct poolrig_protocol_param params[] = {{"size", "16"}, {"pool", "fixed"}};
	cpu_set_t work, load, housekeeping;
	struct protocol_setup setup = {.params = params,
				       .params_count = 2,
				       .work = &work,
				       .load = &load,
				       .housekeeping = &housekeeping,
				       .warmup_ns = 5,
				       .window_ns = INT64_C(86400000000000),
				       .drain_ns = 55};
	struct error err = ERROR_INIT;
	struct protocol t = begin(PROTOCOL_STATE_HELLO);
	const char *type, *size, *on_work, *on_load;
	json_int_t warmup, window, drain, start;
	json_t *object;
	int fd;

	(void)state;
	CPU_ZERO(&work);
	CPU_ZERO(&load);
	CPU_ZERO(&housekeeping);
	CPU_SET(1, &work);
	CPU_SET(2, &work);
	CPU_SET(0, &load);
	setup.schedule_fd = memfd_create("schedule", MFD_CLOEXEC);
	assert_int_equal(write(setup.schedule_fd, "abc", 3), 3);
	assert_int_equal(protocol_configure(&t, &setup, &err), 0);
	assert_int_equal(t.state, PROTOCOL_STATE_READY);
	object = taken(&t, &fd);
	assert_int_equal(json_unpack(object, "{s:s, s:{s:s}, s:I, s:I, s:I, s:{s:s, s:s}}", "type",
				     &type, "params", "size", &size, "warmup_ns", &warmup,
				     "window_ns", &window, "drain_ns", &drain, "roles", "work",
				     &on_work, "load", &on_load),
			 0);
	assert_int_equal(drain, 55);
	assert_string_equal(type, "configure");
	assert_string_equal(size, "16");
	assert_string_equal(on_work, "1-2");
	assert_string_equal(on_load, "0");
	assert_int_equal(warmup, 5);
	assert_int_equal(window, INT64_C(86400000000000));
	assert_true(fd >= 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), 3);
	close(fd);
	json_decref(object);
	assert_int_equal(protocol_go(&t, 123456789012345, 5, 7, &err), 0);
	assert_int_equal(t.state, PROTOCOL_STATE_RUNNING);
	object = taken(&t, &fd);
	assert_int_equal(json_unpack(object, "{s:s, s:I, s:I}", "type", &type, "start_ns", &start,
				     "window_ns", &window),
			 0);
	assert_string_equal(type, "go");
	assert_int_equal(start, 123456789012345);
	assert_int_equal(window, 7);
	assert_int_equal(fd, -1);
	json_decref(object);
	close(setup.schedule_fd);
	protocol_destroy(&t);
}

static void a_workload_that_is_gone_or_deaf(void **state)
{
	struct error err = ERROR_INIT;
	struct protocol t = begin(PROTOCOL_STATE_READY);
	int ret = 0;

	(void)state;
	/* Nobody reads: it must not wait, however often it is tried. */
	for (int i = 0; i < 100000 && ret == 0; i++)
		ret = protocol_go(&t, 1, 2, 3, &err);
	assert_int_equal(ret, -1);
	assert_int_equal(err.kind, ERROR_WORKLOAD);
	close(t.far_fd);
	t.far_fd = -1;
	assert_int_equal(protocol_go(&t, 1, 2, 3, &err), -1);
	assert_int_equal(err.kind, ERROR_WORKLOAD);
	/* What goes wrong on this side is not its fault. */
	close(t.fd);
	t.fd = -1;
	assert_int_equal(protocol_go(&t, 1, 2, 3, &err), -1);
	assert_int_equal(err.kind, ERROR_HOST);
	protocol_destroy(&t);
}

static void parameters_that_are_too_long(void **state)
{
	cleanup_free char *value = malloc(POOLRIG_PROTOCOL_MESSAGE_MAX + 1);
	const struct poolrig_protocol_param param = {"size", value};
	struct error err = ERROR_INIT;
	struct protocol t = begin(PROTOCOL_STATE_HELLO);
	cpu_set_t none;
	struct protocol_setup setup = {.params = &param,
				       .params_count = 1,
				       .work = &none,
				       .load = &none,
				       .housekeeping = &none,
				       .schedule_fd = -1};

	(void)state;
	CPU_ZERO(&none);
	memset(value, 'x', POOLRIG_PROTOCOL_MESSAGE_MAX);
	value[POOLRIG_PROTOCOL_MESSAGE_MAX] = '\0';
	assert_int_equal(protocol_configure(&t, &setup, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	protocol_destroy(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_in_its_turn),
	    cmocka_unit_test(nothing_and_the_end),
	    cmocka_unit_test(the_longest_message),
	    cmocka_unit_test(what_the_rig_says),
	    cmocka_unit_test(a_workload_that_is_gone_or_deaf),
	    cmocka_unit_test(parameters_that_are_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
