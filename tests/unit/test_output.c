/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounded log: beginning and end are kept, byte for byte, and what lies between is counted. */
#include "rig/cell/output.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"

#define ALL  (OUTPUT_HEAD + OUTPUT_TAIL)
#define ROOM (3 * OUTLET_PIECE)

/* The byte at a place in the stream: no two neighbours, and no two rounds of the ring, are alike.
 */
static char byte_at(uint64_t at)
{
	return (char)('!' + (at * 7 + at / 251) % 90);
}

static void say(struct output *o, uint64_t from, uint64_t to, size_t piece)
{
	char buf[8192];

	while (from < to) {
		size_t n = to - from < piece ? to - from : piece;

		for (size_t i = 0; i < n; i++)
			buf[i] = byte_at(from + i);
		assert_int_equal(write(o->write_fd, buf, n), n);
		from += n;
		output_drain(o);
	}
}

static void begin(struct output *o, struct outlet *copy)
{
	struct error err = ERROR_INIT;

	assert_int_equal(output_init(o, copy, getuid(), getgid(), &err), 0);
}

static void begin_copy(struct outlet *copy, int fd)
{
	struct error err = ERROR_INIT;

	assert_int_equal(outlet_init(copy, fd, ROOM, 65536, &err), 0);
}

static void check_range(const char *text, uint64_t from, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		if (text[i] != byte_at(from + i))
			fail_msg("byte %llu of the stream is wrong",
				 (unsigned long long)(from + i));
}

/* A stream of so many bytes, written in pieces of such a size. */
static void stream(uint64_t size, size_t piece)
{
	uint64_t dropped, expected = size > ALL ? size - ALL : 0;
	cleanup_free char *text = NULL;
	struct output o;
	char note[80];
	size_t len;

	begin(&o, NULL);
	say(&o, 0, size, piece);
	own_close(&o.write_fd);
	output_finish(&o, 0);
	assert_int_equal(o.read_fd, -1);
	assert_int_equal(o.bytes, size);
	text = output_text(&o, &len, &dropped);
	assert_non_null(text);
	assert_int_equal(dropped, expected);
	assert_int_equal(text[len], '\0');
	check_range(text, 0, size < OUTPUT_HEAD ? size : OUTPUT_HEAD);
	if (expected) {
		snprintf(note, sizeof(note), "\n[... %llu bytes dropped ...]\n",
			 (unsigned long long)expected);
		assert_memory_equal(text + OUTPUT_HEAD, note, strlen(note));
		assert_int_equal(len, ALL + strlen(note));
		check_range(text + len - OUTPUT_TAIL, size - OUTPUT_TAIL, OUTPUT_TAIL);
	} else {
		assert_int_equal(len, size);
		check_range(text, 0, size);
	}
	output_destroy(&o);
}

static void streams_of_all_lengths(void **state)
{
	static const uint64_t sizes[] = {
	    0,   1,       OUTPUT_HEAD - 1,   OUTPUT_HEAD,           OUTPUT_HEAD + 1, ALL - 1,
	    ALL, ALL + 1, ALL + OUTPUT_TAIL, ALL + OUTPUT_TAIL + 1, 1000003};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		stream(sizes[i], 4096);
		stream(sizes[i], 1000);
		stream(sizes[i], 8192);
	}
}

static void draining_does_not_wait(void **state)
{
	struct output o;

	(void)state;
	begin(&o, NULL);
	assert_int_equal(output_drain(&o), OUTPUT_OPEN); /* nothing there yet */
	assert_int_equal(write(o.write_fd, "x", 1), 1);
	assert_int_equal(output_drain(&o), OUTPUT_OPEN);
	assert_int_equal(o.bytes, 1);
	own_close(&o.write_fd);
	assert_int_equal(output_drain(&o), OUTPUT_ENDED);
	assert_int_equal(output_drain(&o), OUTPUT_ENDED); /* and stays so */
	output_destroy(&o);
}

static void a_copy_is_passed_on(void **state)
{
	struct outlet copy;
	struct output o;
	char buf[64];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	begin_copy(&copy, ends[1]);
	begin(&o, &copy);
	assert_int_equal(write(o.write_fd, "to be seen", 10), 10);
	assert_int_equal(output_drain(&o), OUTPUT_OPEN);
	assert_int_equal(read(ends[0], buf, sizeof(buf)), 10);
	assert_memory_equal(buf, "to be seen", 10);
	/* its reader goes: what was under way is kept, and then the command has none, either */
	close(ends[0]);
	assert_int_equal(write(o.write_fd, ", or not", 8), 8);
	output_drain(&o); /* that it has gone may be seen already */
	assert_int_equal(o.bytes, 18);
	assert_int_equal(outlet_flush(&copy, -1), 0);
	assert_int_equal(outlet_failure(&copy), EPIPE);
	assert_int_equal(output_drain(&o), OUTPUT_ENDED);
	assert_int_equal(write(o.write_fd, "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	output_finish(&o, 0);
	output_destroy(&o);
	outlet_destroy(&copy);
	close(ends[1]);
}

static void a_full_disk_is_said_and_the_rest_kept(void **state)
{
	cleanup_fd int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct outlet copy;
	struct output o;

	(void)state;
	begin_copy(&copy, full);
	begin(&o, &copy);
	assert_int_equal(write(o.write_fd, "to be seen", 10), 10);
	assert_int_equal(output_drain(&o), OUTPUT_OPEN);
	assert_int_equal(outlet_flush(&copy, -1), 0);
	assert_int_equal(outlet_failure(&copy), ENOSPC);
	assert_int_equal(write(o.write_fd, ", or not", 8), 8);
	own_close(&o.write_fd);
	output_finish(&o, 0);
	assert_int_equal(o.bytes, 18);
	output_destroy(&o);
	outlet_destroy(&copy);
}

/* The reader of our output sleeps: the command is held up, the loop is not, and how long is known.
 */
static void a_sleeping_reader_holds_up_the_command_only(void **state)
{
	char block[OUTLET_PIECE];
	struct outlet copy;
	struct output o;
	int ends[2];

	(void)state;
	memset(block, 'x', sizeof(block));
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	while (write(ends[1], block, sizeof(block)) > 0)
		;
	assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0); /* a write would now block */
	begin_copy(&copy, ends[1]);
	begin(&o, &copy);
	for (int i = 0; i < ROOM / OUTLET_PIECE + 2; i++)
		assert_int_equal(write(o.write_fd, block, sizeof(block)), sizeof(block));
	assert_int_equal(output_drain(&o), OUTPUT_HELD);
	assert_int_equal(o.bytes, ROOM);
	assert_true(o.held_since_ns > 0);
	o.held_since_ns -= 7;
	assert_int_equal(output_drain(&o), OUTPUT_HELD);
	assert_int_equal(o.held_ns, 0);
	while (outlet_flush(&copy, NS_PER_MS))
		while (read(ends[0], block, sizeof(block)) > 0)
			;
	assert_int_equal(output_drain(&o), OUTPUT_OPEN);
	assert_int_equal(o.bytes, ROOM + 2 * OUTLET_PIECE);
	assert_true(o.held_ns >= 7);
	assert_int_equal(o.held_since_ns, 0);
	output_destroy(&o);
	outlet_destroy(&copy);
	close(ends[0]);
	close(ends[1]);
}

/* The command has ended: its rest is taken, beyond the room, and it was held up no longer than it
 * lived. */
static void the_rest_is_taken_without_waiting(void **state)
{
	char block[OUTLET_PIECE];
	struct outlet copy;
	struct output o;
	int ends[2];

	(void)state;
	memset(block, 'x', sizeof(block));
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	while (write(ends[1], block, sizeof(block)) > 0)
		;
	begin_copy(&copy, ends[1]);
	begin(&o, &copy);
	for (int i = 0; i < ROOM / OUTLET_PIECE + 5; i++)
		assert_int_equal(write(o.write_fd, block, sizeof(block)), sizeof(block));
	assert_int_equal(output_drain(&o), OUTPUT_HELD);
	output_finish(&o, o.held_since_ns + 12);
	assert_int_equal(o.bytes, ROOM + 5 * OUTLET_PIECE);
	assert_int_equal(o.held_ns, 12);
	assert_int_equal(outlet_flush(&copy, 0), ROOM + 5 * OUTLET_PIECE);
	output_destroy(&o);
	outlet_destroy(&copy);
	close(ends[0]);
	close(ends[1]);
}

static void destroy_takes_what_init_left(void **state)
{
	struct output o = OUTPUT_INIT;

	(void)state;
	output_destroy(&o);
	begin(&o, NULL);
	output_destroy(&o);
	output_destroy(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(streams_of_all_lengths),
	    cmocka_unit_test(draining_does_not_wait),
	    cmocka_unit_test(a_copy_is_passed_on),
	    cmocka_unit_test(a_full_disk_is_said_and_the_rest_kept),
	    cmocka_unit_test(a_sleeping_reader_holds_up_the_command_only),
	    cmocka_unit_test(the_rest_is_taken_without_waiting),
	    cmocka_unit_test(destroy_takes_what_init_left),
	};

	signal(SIGPIPE, SIG_IGN); /* as poolrig does */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
