/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Putting output in never waits, all of it arrives in its order, and what does not is counted. */
#include "base/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"

#define ROOM    20000
#define RESERVE 5000

/* No two neighbours, and no two rounds of the ring, are alike. */
static char byte_at(uint64_t at)
{
	return (char)('!' + (at * 7 + at / 251) % 90);
}

/* An outlet into a pipe that is full, so that nothing of it is written before it is read. */
static void begin(struct outlet *o, int ends[2], int flags)
{
	struct error err = ERROR_INIT;
	char block[4096] = {0};

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	while (write(ends[1], block, sizeof(block)) > 0)
		;
	assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
	assert_int_equal(outlet_init(o, ends[1], ROOM, RESERVE, &err), 0);
}

static void finish(struct outlet *o, int ends[2])
{
	outlet_destroy(o);
	close(ends[0]);
	close(ends[1]);
}

static void put(struct outlet *o, uint64_t from, size_t n)
{
	char buf[3 * ROOM];

	for (size_t i = 0; i < n; i++)
		buf[i] = byte_at(from + i);
	outlet_put(o, buf, n);
}

/* Read what was in the pipe before, and then n bytes of ours. */
static void expect(int fd, uint64_t from, size_t n)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char buf[4096];

	while (n) {
		ssize_t got = read(fd, buf, sizeof(buf));

		if (got < 0 && errno == EAGAIN)
			assert_int_equal(poll(&p, 1, 60000), 1);
		for (ssize_t i = 0; i < got; i++) {
			if (buf[i] == 0)
				continue;
			assert_int_equal(buf[i], byte_at(from++));
			n--;
		}
	}
}

static bool is_awake(const struct outlet *o, int limit_ms)
{
	struct pollfd p = {.fd = o->awake_fd, .events = POLLIN};

	return poll(&p, 1, limit_ms) == 1;
}

static void what_nobody_reads_is_held_up_to_the_room(int flags)
{
	struct outlet o;
	int ends[2];

	begin(&o, ends, flags);
	assert_int_equal(outlet_room(&o, ROOM), ROOM);
	put(&o, 0, ROOM - 10);
	assert_int_equal(outlet_room(&o, 10), 10);
	assert_false(is_awake(&o, 0));
	assert_int_equal(outlet_room(&o, 11), 10); /* from here on room is waited for */
	assert_int_equal(outlet_flush(&o, 0), ROOM - 10);
	assert_int_equal(outlet_flush(&o, NS_PER_MS), ROOM - 10);
	assert_false(is_awake(&o, 0));
	/* the reserve is for what can't be left */
	put(&o, ROOM - 10, 10 + RESERVE + 1);
	assert_int_equal(outlet_room(&o, 1), 0);
	put(&o, ROOM + RESERVE, 2);
	assert_int_equal(outlet_flush(&o, 0), ROOM + RESERVE + 1 + 2);

	expect(ends[0], 0, ROOM + RESERVE);
	assert_true(is_awake(&o, 60000));
	outlet_rearm(&o);
	assert_false(is_awake(&o, 0));
	assert_int_equal(outlet_flush(&o, -1), 1 + 2);
	assert_int_equal(outlet_failure(&o), 0);
	assert_int_equal(outlet_room(&o, 1), ROOM);
	/* round the ring, several times */
	for (uint64_t at = ROOM + RESERVE; at < 7 * ROOM; at += 12345) {
		put(&o, at, 12345);
		expect(ends[0], at, 12345);
	}
	finish(&o, ends);
}

static void held(void **state)
{
	(void)state;
	what_nobody_reads_is_held_up_to_the_room(0);
}

/* Others have made the descriptor non-blocking, and it stays so. */
static void held_by_a_pipe_that_does_not_wait(void **state)
{
	(void)state;
	what_nobody_reads_is_held_up_to_the_room(O_NONBLOCK);
}

static void a_reader_that_goes_is_seen(void **state)
{
	struct outlet o;
	int ends[2];

	(void)state;
	begin(&o, ends, 0);
	put(&o, 0, 100);
	own_close(&ends[0]);
	assert_true(is_awake(&o, 60000));
	assert_int_equal(outlet_failure(&o), EPIPE);
	put(&o, 100, 3 * ROOM); /* dropped */
	assert_int_equal(outlet_flush(&o, -1), 0);
	finish(&o, ends);
}

static void a_full_disk_is_seen(void **state)
{
	cleanup_fd int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct error err = ERROR_INIT;
	struct outlet o;

	(void)state;
	assert_int_equal(outlet_init(&o, full, ROOM, 0, &err), 0);
	put(&o, 0, 5);
	assert_int_equal(outlet_flush(&o, -1), 0);
	assert_int_equal(outlet_failure(&o), ENOSPC);
	outlet_destroy(&o);
}

/* Its thread is in a write(2) that no one ends. */
static void destroying_does_not_wait(void **state)
{
	struct outlet o;
	int ends[2];

	(void)state;
	for (int flags = 0; flags < 2; flags++) {
		begin(&o, ends, flags ? O_NONBLOCK : 0);
		put(&o, 0, ROOM);
		assert_int_equal(outlet_flush(&o, 5 * NS_PER_MS), ROOM);
		finish(&o, ends);
		outlet_destroy(&o); /* takes what it has left */
	}
}

static void one_that_was_not_used(void **state)
{
	struct outlet o = {0};
	int ends[2];

	(void)state;
	outlet_destroy(&o);
	begin(&o, ends, 0);
	assert_int_equal(outlet_flush(&o, -1), 0);
	finish(&o, ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(held),
	    cmocka_unit_test(held_by_a_pipe_that_does_not_wait),
	    cmocka_unit_test(a_reader_that_goes_is_seen),
	    cmocka_unit_test(a_full_disk_is_seen),
	    cmocka_unit_test(destroying_does_not_wait),
	    cmocka_unit_test(one_that_was_not_used),
	};

	signal(SIGPIPE, SIG_IGN); /* as poolrig does */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
