/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Artefacts and events as they arrive from a workload: what is taken, and what is refused. */
#include <fcntl.h>
#include <setjmp.h>
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
#include "rig/protocol/artefact.h"
#include "rig/protocol/protocol.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define SAY(name, media, bytes, more)                                                              \
	"{\"type\": \"artefact\", \"name\": \"" name "\", \"media\": \"" media                     \
	"\", \"bytes\": " bytes ", \"intrusive\": " more "}"
#define GOOD SAY("heap.pprof", "application/octet-stream", "5", "false")

static int memfd(const char *text, int seals)
{
	int fd = memfd_create("artefact", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static int zero_length(void)
{
	return memfd("", SEALS);
}

static int sealed(void)
{
	return memfd("hello", SEALS);
}

static int sealed_further(void)
{
	return memfd("hello", SEALS | F_SEAL_SEAL);
}

static int unsealed(void)
{
	return memfd("hello", 0);
}

/* May still be written by a process that has it mapped: its content is not fixed. */
static int sealed_for_the_future(void)
{
	return memfd("hello", F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE);
}

static int may_grow(void)
{
	return memfd("hello", F_SEAL_SHRINK | F_SEAL_WRITE);
}

static int longer(void)
{
	return memfd("hello, you", SEALS);
}

static int pipe_end(void)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	close(ends[1]);
	return ends[0];
}

static int regular(void)
{
	return open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
}

static int reopened(int flags)
{
	int fd = sealed(), again;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, flags | O_CLOEXEC);
	close(fd);
	return again;
}

static int by_path_only(void)
{
	return reopened(O_PATH);
}

/* A write seal does not keep the file from being opened for writing. */
static int write_only(void)
{
	int fd = memfd_create("artefact", MFD_CLOEXEC | MFD_ALLOW_SEALING), again;
	char path[64];

	assert_int_equal(write(fd, "hello", 5), 5);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, SEALS), 0);
	close(fd);
	return again;
}

struct row {
	const char *text;
	int (*make)(void); /* the descriptor that goes with it; NULL: none */
	int copies;
	const char *says; /* NULL: it is taken */
};

static const struct row rows[] = {
    {GOOD, sealed, 1, NULL},
    {GOOD, sealed_further, 1, NULL},
    {SAY("a", "text/plain", "0", "true"), zero_length, 1, NULL},
    {GOOD, NULL, 0, "artefact \"heap.pprof\": no descriptor"},
    {GOOD, sealed, 2, "more than one descriptor"},
    {GOOD, sealed, 4, "more than one descriptor"},
    {GOOD, sealed, 20, "more than one descriptor"},
    {GOOD, unsealed, 1, "its memfd is not sealed; add F_SEAL_SHRINK"},
    {GOOD, sealed_for_the_future, 1, "not sealed"},
    {GOOD, may_grow, 1, "not sealed"},
    {GOOD, longer, 1, "its memfd has 10 bytes, but 5 were said"},
    {GOOD, zero_length, 1, "its memfd has 0 bytes, but 5 were said"},
    {GOOD, pipe_end, 1, "its descriptor is no memfd"},
    {GOOD, regular, 1, "its descriptor is no memfd"},
    {GOOD, by_path_only, 1, "its descriptor is no memfd"},
    {GOOD, write_only, 1, "opened for writing only"},
    {SAY("", "m", "5", "false"), sealed, 1, "\"name\": not a name"},
    {SAY("../etc/passwd", "m", "5", "false"), sealed, 1, "\"name\": not a name"},
    {SAY(".hidden", "m", "5", "false"), sealed, 1, "\"name\": not a name"},
    {SAY("-o", "m", "5", "false"), sealed, 1, "\"name\": not a name"},
    {SAY("a b", "m", "5", "false"), sealed, 1, "\"name\": not a name"},
    {SAY("a", "", "5", "false"), sealed, 1, "\"media\": empty"},
    {SAY("a", "\\u001b[31m", "5", "false"), sealed, 1, "\"media\": empty, or not plain ASCII"},
    {SAY("a", "m", "-1", "false"), sealed, 1, "\"bytes\": negative"},
    {SAY("a", "m", "\"5\"", "false"), sealed, 1, "\"bytes\": missing, or not an integer"},
    {SAY("a", "m", "5", "0"), sealed, 1, "\"intrusive\": missing, or not a boolean"},
    {"{\"type\": \"artefact\"}", sealed, 1, "\"name\": missing"},
    {"{\"type\": \"done\"}", sealed, 1,
     "a descriptor came with \"done\"; only an artefact has one"},
    {"{", sealed, 1, "not JSON"},
    {"{\"type\": \"artefacts\"}", sealed, 1, "\"artefacts\" out of turn"},
    {"{\"type\": \"event\", \"at_ns\": -5, \"kind\": \"stop\", \"text\": \"long\"}", NULL, 0, NULL},
    {"{\"type\": \"event\", \"at_ns\": 5, \"kind\": \"a b\", \"text\": \"\"}", NULL, 0,
     "\"kind\": not a name"},
    {"{\"type\": \"event\", \"at_ns\": 5, \"kind\": \"longer-than-it-can-be-xx\", \"text\": \"\"}",
     NULL, 0, "\"kind\": too long"},
    {"{\"type\": \"event\", \"at_ns\": 5, \"kind\": \"stop\"}", NULL, 0, "\"text\": missing"},
    {"{\"type\": \"event\", \"kind\": \"stop\", \"text\": \"\"}", NULL, 0, "\"at_ns\": missing"},
};

static void say(struct protocol *t, const char *text, const int *fds, int count)
{
	union {
		char buf[CMSG_SPACE(32 * sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec iov = {.iov_base = (char *)text, .iov_len = strlen(text)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	if (count) {
		struct cmsghdr *head = &control.align;

		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
		memcpy(CMSG_DATA(head), fds, (size_t)count * sizeof(int));
	}
	assert_int_equal(sendmsg(t->far_fd, &msg, 0), strlen(text));
}

/* How many descriptors are open. */
static int open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void check_row(const struct row *row)
{
	struct protocol_received received = {0};
	struct error err = ERROR_INIT;
	struct protocol t;
	int fds[32], got;

	assert_int_equal(protocol_init(&t, &err), 0);
	t.state = PROTOCOL_STATE_RUNNING;
	for (int i = 0; i < row->copies; i++)
		fds[i] = row->make();
	say(&t, row->text, fds, row->copies);
	for (int i = 0; i < row->copies; i++)
		close(fds[i]);
	got = protocol_receive(&t, &received, &err);
	if (row->says) {
		assert_int_equal(got, -1);
		assert_int_equal(err.kind, ERROR_WORKLOAD);
		if (!strstr(err.text, row->says))
			fail_msg("\"%s\" is not in \"%s\"", row->says, err.text);
	} else if (got == PROTOCOL_GOT_ARTEFACT) {
		assert_true(row->copies == 1 && received.artefact.fd >= 0);
		assert_int_equal(fcntl(received.artefact.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		own_close(&received.artefact.fd);
	} else {
		assert_int_equal(got, PROTOCOL_GOT_EVENT);
		assert_string_equal(received.event.kind, "workload.stop");
		assert_string_equal(received.event.text, "long");
		assert_int_equal(received.event.at_ns, -5);
	}
	protocol_destroy(&t);
}

static void what_is_taken_and_what_is_not(void **state)
{
	int before = open_descriptors();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_row(&rows[i]);
		if (open_descriptors() != before)
			fail_msg("row %zu: a descriptor was left open", i);
	}
}

static void a_descriptor_with_the_end(void **state)
{
	struct error err = ERROR_INIT;
	struct protocol_received received = {0};
	struct protocol t;
	int before = open_descriptors();
	int fd = sealed();

	(void)state;
	assert_int_equal(protocol_init(&t, &err), 0);
	t.state = PROTOCOL_STATE_RUNNING;
	say(&t, "", &fd, 1); /* a packet without a byte */
	assert_int_equal(protocol_receive(&t, &received, &err), PROTOCOL_GOT_END);
	protocol_destroy(&t);
	close(fd);
	assert_int_equal(open_descriptors(), before);
}

static void too_many_events(void **state)
{
	struct error err = ERROR_INIT;
	struct protocol_received received = {0};
	struct protocol t;

	(void)state;
	assert_int_equal(protocol_init(&t, &err), 0);
	t.state = PROTOCOL_STATE_RUNNING;
	for (int i = 0; i <= POOLRIG_PROTOCOL_EVENTS_MAX; i++) {
		say(&t, "{\"type\": \"event\", \"at_ns\": 1, \"kind\": \"k\", \"text\": \"t\"}",
		    NULL, 0);
		assert_int_equal(protocol_receive(&t, &received, &err),
				 i < POOLRIG_PROTOCOL_EVENTS_MAX ? PROTOCOL_GOT_EVENT : -1);
	}
	assert_non_null(strstr(err.text, "event: more than 1000 of a trial"));
	protocol_destroy(&t);
}

static int add(struct trial_record *r, const char *name, uint64_t bytes, struct error *err)
{
	struct trial_artefact a = {.bytes = bytes, .fd = -1};

	error_clear(err);
	snprintf(a.name, sizeof(a.name), "%s", name);
	if (artefact_room(r, &a, err) < 0)
		return -1;
	return trial_artefact(r, &a, err);
}

static void room_for_so_many(void **state)
{
	struct error err = ERROR_INIT;
	struct trial_record r;

	(void)state;
	trial_record_init(&r);
	assert_int_equal(add(&r, "a", POOLRIG_PROTOCOL_ARTEFACT_BYTES_MAX - 1, &err), 0);
	assert_int_equal(add(&r, "a", 1, &err), -1);
	assert_non_null(strstr(err.text, "\"a\": there is one of that name already"));
	assert_int_equal(add(&r, "b", 2, &err), -1);
	assert_non_null(strstr(err.text, "its 2 bytes are too many; the artefacts of a trial may "
					 "have 268435456 together"));
	assert_int_equal(add(&r, "b", UINT64_MAX, &err), -1);
	assert_int_equal(add(&r, "b", 1, &err), 0);
	for (int i = 2; i < POOLRIG_PROTOCOL_ARTEFACTS_MAX; i++) {
		char name[8];

		snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(add(&r, name, 0, &err), 0);
	}
	assert_int_equal(add(&r, "last", 0, &err), -1);
	assert_int_equal(err.kind, ERROR_WORKLOAD);
	assert_non_null(strstr(err.text, "\"last\": more than 16 of a trial"));
	trial_record_destroy(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_taken_and_what_is_not),
	    cmocka_unit_test(a_descriptor_with_the_end),
	    cmocka_unit_test(too_many_events),
	    cmocka_unit_test(room_for_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
