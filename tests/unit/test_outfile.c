/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that a user names to be written: what is written to, what is replaced, what is refused. */
#include "base/outfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/own.h"
#include "tests/unit/scratch.h"

static const char database[] = "SQLite format 3\0more of it";

static int init(struct outfile *o, const char *path, struct error *err)
{
	error_clear(err);
	return outfile_init(o, "--out", path, NULL, geteuid(), getegid(), err);
}

static void write_text(const char *path, const char *text)
{
	struct error err = ERROR_INIT;
	struct outfile o;

	if (init(&o, path, &err) < 0 || outfile_begin(&o, &err) < 0 || fputs(text, o.to) == EOF ||
	    outfile_end(&o, &err) < 0)
		fail_msg("%s", err.text);
	outfile_destroy(&o);
}

static void refused(const char *path, const char *why)
{
	struct error err = ERROR_INIT;
	struct outfile o;

	assert_int_equal(init(&o, path, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" is not in: %s", why, err.text);
	outfile_destroy(&o);
}

static void holds(const char *path, const char *text)
{
	struct error err = ERROR_INIT;
	char buf[256];

	if (io_read_at(AT_FDCWD, path, buf, sizeof(buf), &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(buf, text);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode;
}

/* No part of a file that was not ended, and so many others. */
static void files_are(struct scratch *s, int count)
{
	cleanup_dir DIR *dir = opendir(s->dir);

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		assert_null(strstr(entry->d_name, ".part-"));
		count -= entry->d_name[0] != '.';
	}
	assert_int_equal(count, 0);
}

static void a_new_file_is_made(void **state)
{
	const char *path = scratch_path(*state, "new");
	mode_t old = umask(027);

	write_text(path, "one\n");
	umask(old);
	holds(path, "one\n");
	assert_int_equal(mode_of(path), S_IFREG | 0640);
	files_are(*state, 1);
}

/* As a whole: who has the old one open, or another name for it, keeps it. */
static void a_file_is_replaced_as_a_whole(void **state)
{
	const char *path = scratch_write(*state, "old", "old", 3, 0604);
	const char *other = scratch_path(*state, "other");
	struct error err = ERROR_INIT;
	struct outfile o;

	assert_int_equal(link(path, other), 0);
	assert_int_equal(init(&o, path, &err), 0);
	holds(path, "old");
	assert_int_equal(outfile_begin(&o, &err), 0);
	fputs("new", o.to);
	fflush(o.to);
	holds(path, "old");
	assert_int_equal(outfile_end(&o, &err), 0);
	holds(path, "new");
	holds(other, "old");
	assert_int_equal(mode_of(path), S_IFREG | 0604);
	files_are(*state, 2);
}

static void what_is_not_ended_leaves_no_trace(void **state)
{
	const char *path = scratch_text(*state, "old", "old");
	struct error err = ERROR_INIT;
	struct outfile o;

	assert_int_equal(init(&o, path, &err), 0);
	assert_int_equal(outfile_begin(&o, &err), 0);
	fputs("half", o.to);
	outfile_destroy(&o);
	outfile_destroy(&o);
	holds(path, "old");
	files_are(*state, 1);
}

static void the_target_of_a_link_is_meant(void **state)
{
	const char *first = scratch_path(*state, "first"), *second = scratch_path(*state, "second");
	const char *target = scratch_path(*state, "target");

	assert_int_equal(symlink("second", first), 0);
	assert_int_equal(symlink(target, second), 0);
	write_text(first, "made");
	holds(target, "made");
	write_text(first, "replaced");
	holds(target, "replaced");
	assert_true(S_ISLNK(mode_of(first)) && S_ISLNK(mode_of(second)));
	files_are(*state, 3);
	assert_int_equal(unlink(target), 0);
	assert_int_equal(symlink(first, target), 0);
	refused(second, "Too many levels of symbolic links");
}

static void a_fifo_is_written_to(void **state)
{
	const char *path = scratch_path(*state, "fifo");
	pid_t reader;
	int status;

	assert_int_equal(mkfifo(path, 0600), 0);
	reader = fork();
	assert_true(reader >= 0);
	if (reader == 0) {
		char buf[8] = "";
		int fd = open(path, O_RDONLY);

		_exit(read(fd, buf, sizeof(buf)) == 4 && strcmp(buf, "text") == 0 ? 0 : 1);
	}
	write_text(path, "text");
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_int_equal(status, 0);
	assert_true(S_ISFIFO(mode_of(path)));
	files_are(*state, 1);
}

/* A terminal: no file can be made beside it, whatever is done wrong. */
static void a_device_is_written_to(void **state)
{
	cleanup_fd int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	const char *link = scratch_path(*state, "link");
	char buf[64];

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		skip();
	assert_int_equal(symlink(ptsname(master), link), 0);
	write_text(link, "text");
	assert_int_equal(read(master, buf, sizeof(buf)), 4);
	assert_memory_equal(buf, "text", 4);
	assert_true(S_ISCHR(mode_of(ptsname(master))));
}

/* Where it stands: behind what is there. */
static void a_descriptor_is_written_to(void **state)
{
	const char *file = scratch_text(*state, "file", "begun,");
	cleanup_fd int fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
	cleanup_fd int reading = open(file, O_RDONLY | O_CLOEXEC);
	const char *data = scratch_write(*state, "db", database, sizeof(database), 0644);
	cleanup_fd int db = open(data, O_WRONLY | O_CLOEXEC);
	struct error err = ERROR_INIT;
	struct outfile o;
	char path[40];

	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	write_text(path, "ended");
	holds(scratch_path(*state, "file"), "begun,ended");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", reading);
	refused(path, "not open for writing");
	snprintf(path, sizeof(path), "/dev/fd/%d", db);
	refused(path, "an SQLite database");
	refused("/proc/self/exe", "a link of procfs");
	assert_int_equal(init(&o, "-", &err), 0);
	assert_ptr_equal(o.to, stdout);
	assert_int_equal(outfile_begin(&o, &err), 0);
	assert_int_equal(outfile_end(&o, &err), 0);
	outfile_destroy(&o);
}

static void a_full_disk_is_said(void **state)
{
	cleanup_fd int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct error err = ERROR_INIT;
	struct outfile o;
	char path[40];

	(void)state;
	snprintf(path, sizeof(path), "/dev/fd/%d", full);
	assert_int_equal(init(&o, path, &err), 0);
	assert_int_equal(outfile_begin(&o, &err), 0);
	for (int i = 0; i < 10000; i++)
		fputs("more than the buffer of a stream holds\n", o.to);
	assert_int_equal(outfile_end(&o, &err), -1);
	assert_int_equal(err.kind, ERROR_HOST);
	assert_int_equal(err.errnum, ENOSPC);
	assert_non_null(strstr(err.text, "--out /dev/fd/"));
	outfile_destroy(&o);
}

static void no_names_of_files_are_refused(void **state)
{
	struct scratch *s = *state;

	refused("", "not the name of a file");
	refused(s->dir, "a directory");
	refused(scratch_path(s, "none/file"), "No such file or directory");
	refused(scratch_path(s, "new/"), "No such file or directory");
	refused("/", "not the name of a file");
	assert_int_equal(symlink(s->dir, scratch_path(s, "link")), 0);
	refused(scratch_path(s, "link"), "a directory");
	files_are(s, 1);
}

static void a_database_is_refused(void **state)
{
	struct scratch *s = *state;
	const char *file = scratch_write(s, "data", database, sizeof(database), 0644);

	refused(file, "an SQLite database");
	refused(scratch_path(s, "data-wal"), "an SQLite database");
	refused(scratch_path(s, "data-shm"), "an SQLite database");
	assert_int_equal(symlink("data", scratch_path(s, "link")), 0);
	refused(scratch_path(s, "link"), "an SQLite database");
	assert_int_equal(link(scratch_path(s, "data"), scratch_path(s, "name")), 0);
	refused(scratch_path(s, "name"), "an SQLite database");
	refused(scratch_write(s, "log", "\x37\x7f\x06\x82....", 8, 0644), "an SQLite database");
	write_text(scratch_path(s, "other-wal"), "no database has that name");
	write_text(scratch_path(s, "-wal"), "nor this");
	files_are(s, 6);
}

/* By device and inode, also where nothing in it tells what it is. */
static void the_store_is_refused(void **state)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	struct scratch *s = *state;
	struct error err = ERROR_INIT;
	struct outfile o;

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		char name[32];

		snprintf(name, sizeof(name), "store%s", suffixes[i]);
		scratch_text(s, name, "x");
		unlink(scratch_path(s, "link"));
		assert_int_equal(link(s->path, scratch_path(s, "link")), 0);
		error_clear(&err);
		assert_int_equal(outfile_init(&o, "--out", scratch_path(s, "link"),
					      scratch_path(s, "store"), 0, 0, &err),
				 -1);
		assert_non_null(strstr(err.text, "the store itself"));
		outfile_destroy(&o);
	}
}

static void others_links_do_not_lead_on(void **state)
{
	struct scratch *s = *state;
	const char *link = scratch_path(s, "link"), *target = scratch_path(s, "target");
	uid_t other = 12345;

	if (geteuid() != 0)
		skip();
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(lchown(link, other, other), 0);
	write_text(link, "where only we make links");
	assert_int_equal(chmod(s->dir, 01777), 0);
	refused(link, "another user's");
	assert_int_equal(lchown(link, 0, 0), 0);
	write_text(link, "our own");
	assert_int_equal(lchown(target, other, other), 0);
	refused(target, "another user's");
}

/* What is said goes to the other of the two. */
static void standard_output_is_no_database(void **state)
{
	const char *path = scratch_write(*state, "db", database, sizeof(database), 0644);
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC), say;
	struct error err = ERROR_INIT;

	assert_int_equal(outfile_check_standard(&say, &err), 0);
	for (int i = 0; i < 2; i++) {
		int standard = STDOUT_FILENO + i, old = dup(standard), ret;

		error_clear(&err);
		assert_int_equal(dup2(fd, standard), standard);
		ret = outfile_check_standard(&say, &err);
		assert_int_equal(dup2(old, standard), standard);
		close(old);
		assert_int_equal(ret, -1);
		assert_int_equal(say, STDERR_FILENO - i);
		assert_non_null(strstr(err.text, i ? "standard error: an" : "standard output: an"));
	}
	close(fd);
}

static void a_stream_has_no_gaps(void **state)
{
	struct error err = ERROR_INIT;
	struct stream s;
	int ends[2];
	FILE *to;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	to = stream_open(&s, ends[1]);
	assert_non_null(to);
	fputs("arrives", to);
	assert_int_equal(stream_flush(&s, to, "it", &err), 0);
	s.errnum = EIO; /* as if the next had failed */
	fputs("lost", to);
	assert_int_equal(stream_flush(&s, to, "it", &err), -1);
	assert_string_equal(err.text, "it: cannot write all of it: Input/output error");
	s.errnum = EPIPE;
	assert_int_equal(stream_flush(&s, to, "it", &err), 0);
	fclose(to);
	close(ends[1]);
	{
		char buf[32];

		assert_int_equal(read(ends[0], buf, sizeof(buf)), 7);
	}
	close(ends[0]);
}

#define with_scratch(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    with_scratch(a_new_file_is_made),
	    with_scratch(a_file_is_replaced_as_a_whole),
	    with_scratch(what_is_not_ended_leaves_no_trace),
	    with_scratch(the_target_of_a_link_is_meant),
	    with_scratch(a_fifo_is_written_to),
	    with_scratch(a_device_is_written_to),
	    with_scratch(a_descriptor_is_written_to),
	    cmocka_unit_test(a_full_disk_is_said),
	    with_scratch(no_names_of_files_are_refused),
	    with_scratch(a_database_is_refused),
	    with_scratch(the_store_is_refused),
	    with_scratch(others_links_do_not_lead_on),
	    with_scratch(standard_output_is_no_database),
	    cmocka_unit_test(a_stream_has_no_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
