/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal: what dead runs left is handed out line by line, what is alive or odd is not lost. */
#include "rig/cell/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"
#include "base/owner.h"
#include "tests/unit/scratch.h"

/* What was undone, in order: "PARENT NAME;". */
struct undone {
	char text[512];
	const char *refuse; /* the name that can't be undone */
};

static int note(const struct journal_line *line, void *arg, struct error *err)
{
	const char *parent = line->parent, *name = line->name;
	struct undone *u = arg;
	size_t used = strlen(u->text);

	snprintf(u->text + used, sizeof(u->text) - used, "%s %s;", parent, name);
	if (u->refuse && strcmp(name, u->refuse) == 0)
		return error_host(err, EBUSY, "%s: will not go", name);
	return 0;
}

static bool there(const struct scratch *s, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	return access(path, F_OK) == 0;
}

static void a_dead_run_is_undone(void **state)
{
	struct error err = ERROR_INIT;
	struct undone u = {0};
	struct journal j;
	struct scratch s;

	(void)state;
	scratch_init(&s);
	assert_int_equal(journal_init(&j, s.dir, "20260101-000000-abcdef", &err), 0);
	assert_int_equal(journal_cgroup(&j, "/", "poolrig-a", &err), 0);
	assert_int_equal(journal_cgroup(&j, "/user.slice/a b", "poolrig-b", &err), 0);
	/* alive: it is not looked at */
	assert_int_equal(journal_recover(s.dir, note, &u, &err), 0);
	assert_string_equal(u.text, "");
	assert_true(there(&s, "20260101-000000-abcdef.journal"));
	journal_destroy(&j);
	assert_int_equal(journal_recover(s.dir, note, &u, &err), 1);
	assert_string_equal(u.text, "/ poolrig-a;/user.slice/a b poolrig-b;");
	assert_false(there(&s, "20260101-000000-abcdef.journal"));
	assert_int_equal(journal_recover(s.dir, note, &u, &err), 0);
	scratch_destroy(&s);
}

static void a_finished_run_leaves_nothing(void **state)
{
	struct error err = ERROR_INIT;
	struct undone u = {0};
	struct journal j;
	struct scratch s;

	(void)state;
	scratch_init(&s);
	assert_int_equal(journal_init(&j, s.dir, "one", &err), 0);
	assert_int_equal(journal_cgroup(&j, "/", "poolrig-a", &err), 0);
	assert_int_equal(journal_finish(&j, &err), 0);
	assert_false(there(&s, "one.journal"));
	assert_int_equal(journal_recover(s.dir, note, &u, &err), 0);
	assert_string_equal(u.text, "");
	journal_destroy(&j); /* once more does no harm */
	scratch_destroy(&s);
}

static void two_runs_of_one_name_are_refused(void **state)
{
	struct error err = ERROR_INIT;
	struct journal one, two;
	struct scratch s;

	(void)state;
	scratch_init(&s);
	assert_int_equal(journal_init(&one, s.dir, "same", &err), 0);
	assert_int_equal(journal_init(&two, s.dir, "same", &err), -1);
	assert_int_equal(err.errnum, EEXIST);
	assert_int_equal(journal_finish(&one, &err), 0);
	scratch_destroy(&s);
}

static void what_cannot_be_undone_stays_and_shields_nothing(void **state)
{
	struct error err = ERROR_INIT;
	struct undone u = {.refuse = "poolrig-a"};
	struct scratch s;

	(void)state;
	scratch_init(&s);
	scratch_text(&s, "one.journal", "cgroup / poolrig-a\ncgroup / poolrig-b\n");
	scratch_text(&s, "two.journal", "cgroup / poolrig-c\n");
	assert_int_equal(journal_recover(s.dir, note, &u, &err), -1);
	assert_string_equal(err.text,
			    "one.journal:1: poolrig-a: will not go: Device or resource busy");
	assert_non_null(strstr(u.text, "/ poolrig-b;"));
	assert_non_null(strstr(u.text, "/ poolrig-c;"));
	assert_true(there(&s, "one.journal"));
	assert_false(there(&s, "two.journal"));
	u.refuse = NULL;
	assert_int_equal(journal_recover(s.dir, note, &u, &err), 1);
	assert_false(there(&s, "one.journal"));
	scratch_destroy(&s);
}

static void corrupt(const char *text, size_t size, const char *undone, const char *says)
{
	struct error err = ERROR_INIT;
	struct undone u = {0};
	struct scratch s;

	scratch_init(&s);
	scratch_write(&s, "x.journal", text, size, 0600);
	assert_int_equal(journal_recover(s.dir, note, &u, &err), -1);
	assert_int_equal(err.kind, ERROR_HOST);
	if (!strstr(err.text, says))
		fail_msg("\"%s\" is not in \"%s\"", says, err.text);
	assert_string_equal(u.text, undone);
	assert_true(there(&s, "x.journal"));
	scratch_destroy(&s);
}
#define CORRUPT(text, undone, says) corrupt(text, sizeof(text) - 1, undone, says)

static void corrupt_lines_are_named_and_the_others_done(void **state)
{
	(void)state;
	CORRUPT("nonsense\ncgroup / poolrig-a\n", "/ poolrig-a;", "x.journal:1: \"nonsense\"");
	CORRUPT("cgroup / poolrig-a\n\ncgroup /\n", "/ poolrig-a;", "x.journal:3: ");
	CORRUPT("cgroup / init.scope\n", "", "init.scope");
	CORRUPT("cgroup / poolrig-a/../../etc\n", "", "x.journal:1");
	CORRUPT("cgroup poolrig-a\n", "", "x.journal:1");
	CORRUPT("mount / poolrig-a\n", "", "x.journal:1");
	CORRUPT("cgroup / poolrig-a\ncgroup / pool", "/ poolrig-a;", "x.journal:2");
	CORRUPT("cgroup / poolrig-a\n\0\0\0\ncgroup / poolrig-b\n", "/ poolrig-a;/ poolrig-b;",
		"x.journal:2");
}

static void the_last_line_needs_no_end(void **state)
{
	struct error err = ERROR_INIT;
	struct undone u = {0};
	struct scratch s;

	(void)state;
	scratch_init(&s);
	scratch_text(&s, "x.journal", "cgroup / poolrig-a");
	scratch_text(&s, "empty.journal", "");
	assert_int_equal(journal_recover(s.dir, note, &u, &err), 2);
	assert_string_equal(u.text, "/ poolrig-a;");
	scratch_destroy(&s);
}

static void other_files_are_left_alone(void **state)
{
	struct error err = ERROR_INIT;
	struct undone u = {0};
	struct scratch s;
	char path[128];

	(void)state;
	scratch_init(&s);
	scratch_text(&s, "notes.txt", "cgroup / poolrig-a\n");
	scratch_text(&s, "journal", "cgroup / poolrig-a\n");
	assert_int_equal(journal_recover(s.dir, note, &u, &err), 0);
	assert_true(there(&s, "notes.txt"));
	/* nor is a link followed, wherever it leads */
	snprintf(path, sizeof(path), "%s/link.journal", s.dir);
	assert_int_equal(symlink("notes.txt", path), 0);
	assert_int_equal(journal_recover(s.dir, note, &u, &err), -1);
	assert_string_equal(u.text, "");
	assert_true(there(&s, "notes.txt"));
	scratch_destroy(&s);
}

/* What has a journal's name and is none of ours is named, never waited for, and left alone. */
static void odd(struct scratch *s, const char *says)
{
	struct error err = ERROR_INIT;
	struct undone u = {0};

	scratch_text(s, "whole.journal", "cgroup / poolrig-a\n");
	assert_int_equal(chmod(scratch_path(s, "whole.journal"), 0600), 0);
	assert_int_equal(journal_recover(s->dir, note, &u, &err), -1);
	assert_int_equal(err.kind, ERROR_HOST);
	assert_non_null(strstr(err.text, "odd.journal: "));
	if (!strstr(err.text, says))
		fail_msg("\"%s\" is not in \"%s\"", says, err.text);
	assert_string_equal(u.text, "/ poolrig-a;"); /* it shields nothing */
	assert_true(there(s, "odd.journal"));
	assert_false(there(s, "whole.journal"));
}

static void what_is_no_file_of_ours_is_not_read(void **state)
{
	const char *odd_path;
	struct scratch s;

	(void)state;
	scratch_init(&s);
	odd_path = scratch_path(&s, "odd.journal");
	alarm(10); /* not for long enough that a FIFO's other end could be waited for */
	assert_int_equal(mkfifo(odd_path, 0600), 0);
	odd(&s, "not a regular file");
	assert_int_equal(unlink(odd_path), 0);
	assert_int_equal(mkdir(odd_path, 0700), 0);
	odd(&s, "no regular file");
	assert_int_equal(rmdir(odd_path), 0);
	scratch_write(&s, "odd.journal", "cgroup / poolrig-b\n", 19, 0666);
	odd(&s, "that only root can write");
	alarm(0);
	scratch_destroy(&s);
}

static void a_directory_that_others_write_to_is_not_read(void **state)
{
	struct error err = ERROR_INIT;
	struct undone u = {0};
	struct journal j;
	struct scratch s;

	(void)state;
	scratch_init(&s);
	scratch_write(&s, "x.journal", "cgroup / poolrig-b\n", 19, 0600);
	assert_int_equal(chmod(s.dir, 0777), 0);
	assert_int_equal(journal_recover(s.dir, note, &u, &err), -1);
	assert_non_null(strstr(err.text, "not a directory that only root can write"));
	assert_string_equal(u.text, "");
	assert_int_equal(journal_init(&j, s.dir, "new", &err), -1);
	assert_int_equal(journal_lock_settings(s.dir, &err), -1);
	scratch_destroy(&s);
}

static void hierarchies_come_before_what_is_in_them(void **state)
{
	struct cg_hierarchy h = {
	    .mount = "/sys/fs/c group", .controllers = 1u << CG_MEMORY, .root_inode = 3};
	struct undone u = {.refuse = "memory:3"};
	struct error err = ERROR_INIT;
	struct journal j;
	struct scratch s;

	(void)state;
	scratch_init(&s);
	assert_int_equal(journal_init(&j, s.dir, "one", &err), 0);
	assert_int_equal(journal_hierarchy(&j, &h, &err), 0);
	assert_int_equal(journal_cgroup(&j, "/", "poolrig-a", &err), 0);
	journal_destroy(&j);
	/* One that can't be seen keeps the entry, though the group is gone elsewhere. */
	assert_int_equal(journal_recover(s.dir, note, &u, &err), -1);
	assert_string_equal(u.text, "/sys/fs/c group memory:3;/ poolrig-a;");
	assert_true(there(&s, "one.journal"));
	u = (struct undone){0};
	assert_int_equal(journal_recover(s.dir, note, &u, &err), 1);
	assert_false(there(&s, "one.journal"));
	scratch_destroy(&s);
}

static void owners_are_told_apart(void **state)
{
	struct error err = ERROR_INIT;
	struct owner self, again;
	char text[OWNER_TEXT_SIZE];
	int ends[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(owner_self(&self, &err), 0);
	assert_int_equal(self.pid, getpid());
	assert_int_equal(owner_life(&self), OWNER_ALIVE);
	self.started++; /* its pid, another process */
	assert_int_equal(owner_life(&self), OWNER_DEAD);
	self.pid_ns++;
	assert_int_equal(owner_life(&self), OWNER_UNKNOWN);
	assert_int_equal(owner_parse(owner_text(&self, text), &again), 0);
	assert_int_equal(again.pid, self.pid);
	assert_true(again.started == self.started && again.pid_ns == self.pid_ns);
	assert_string_equal(again.boot, self.boot);
	again.boot[0] ^= 1; /* before the host was started anew */
	assert_int_equal(owner_life(&again), OWNER_DEAD);
	assert_int_equal(owner_parse("1 2 3", &again), -1);
	assert_int_equal(owner_parse("", &again), -1);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0)
		_exit(owner_self(&self, &err) < 0 ||
		      write(ends[1], &self, sizeof(self)) != sizeof(self));
	assert_int_equal(read(ends[0], &self, sizeof(self)), sizeof(self));
	assert_int_equal(self.pid, pid);
	assert_int_equal(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT), 0);
	assert_int_equal(owner_life(&self), OWNER_DEAD); /* not yet reaped */
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(owner_life(&self), OWNER_DEAD);
	close(ends[0]);
	close(ends[1]);
}

/* Its owner can't be seen from here. The lock says that it lives, and is not waited for. */
static void a_run_of_another_pid_namespace_is_left_alone(void **state)
{
	struct error err = ERROR_INIT;
	char text[OWNER_TEXT_SIZE], lines[200];
	struct undone u = {0};
	struct owner far;
	struct scratch s;
	int fd;

	(void)state;
	scratch_init(&s);
	assert_int_equal(owner_self(&far, &err), 0);
	far.pid_ns++;
	far.started++; /* here it would be dead */
	snprintf(lines, sizeof(lines), "owner %s\ncgroup / poolrig-a\n", owner_text(&far, text));
	scratch_write(&s, "far.journal", lines, strlen(lines), 0600);
	fd = open(scratch_path(&s, "far.journal"), O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	alarm(5); /* half of what a dead owner's lock is waited for */
	assert_int_equal(journal_recover(s.dir, note, &u, &err), 0);
	alarm(0);
	assert_string_equal(u.text, "");
	close(fd);
	assert_int_equal(journal_recover(s.dir, note, &u, &err), 1);
	assert_string_equal(u.text, "/ poolrig-a;");
	scratch_destroy(&s);
}

static void no_directory_is_no_journal(void **state)
{
	struct error err = ERROR_INIT;
	struct undone u = {0};
	struct scratch s;
	char dir[96];

	(void)state;
	scratch_init(&s);
	snprintf(dir, sizeof(dir), "%s/none", s.dir);
	assert_int_equal(journal_recover(dir, note, &u, &err), 0);
	scratch_text(&s, "none", "a file");
	assert_int_equal(journal_recover(dir, note, &u, &err), -1);
	assert_int_equal(err.errnum, ENOTDIR);
	scratch_destroy(&s);
}

static void names_that_could_not_be_read_again_are_refused(void **state)
{
	struct error err = ERROR_INIT;
	struct undone u = {0};
	struct journal j;
	struct scratch s;
	char longer[CG_PATH_MAX + 1], name[201];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	longer[0] = '/';
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memcpy(name, "poolrig-", 8);
	scratch_init(&s);
	assert_int_equal(journal_init(&j, s.dir, "one", &err), 0);
	assert_int_equal(journal_cgroup(&j, "/", name, &err), -1);
	assert_int_equal(journal_cgroup(&j, "/a\nb", "poolrig-a", &err), -1);
	assert_int_equal(journal_cgroup(&j, "/", "poolrig a", &err), -1);
	assert_int_equal(journal_cgroup(&j, longer, "poolrig-a", &err), -1);
	journal_destroy(&j);
	assert_int_equal(journal_recover(s.dir, note, &u, &err), 1);
	assert_string_equal(u.text, "");
	scratch_destroy(&s);
}

/* A supervisor makes a journal, gives birth, and dies; its child outlives it, and with it the lock.
 */
static pid_t orphan(const char *dir, int until)
{
	struct error err = ERROR_INIT;
	struct journal j;
	pid_t child;
	char byte;

	if (journal_init(&j, dir, "orphaned", &err) < 0 ||
	    journal_cgroup(&j, "/", "poolrig-a", &err) < 0)
		_exit(1);
	child = fork();
	if (child == 0) {
		while (read(until, &byte, 1) < 0)
			;
		_exit(0);
	}
	_exit(child < 0);
}

struct holder {
	int end;          /* closed, it lets the orphan go */
	const char *name; /* removed before; NULL: nothing is */
};

static void *let_go(void *arg)
{
	struct holder *h = arg;

	usleep(50000);
	if (h->name)
		unlink(h->name);
	close(h->end);
	return NULL;
}

/* Recover while an orphan holds the lock, and then lets go. Returns how many were undone. */
static int recover_beside_an_orphan(struct scratch *s, bool finished, struct undone *u)
{
	struct holder holder = {.name = finished ? scratch_path(s, "orphaned.journal") : NULL};
	struct error err = ERROR_INIT;
	pthread_t thread;
	int ends[2], status, ret;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		orphan(s->dir, ends[0]);
	}
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	holder.end = ends[1];
	assert_int_equal(pthread_create(&thread, NULL, let_go, &holder), 0);
	ret = journal_recover(s->dir, note, u, &err);
	if (ret < 0)
		fail_msg("%s", err.text);
	pthread_join(thread, NULL);
	return ret;
}

static int measure_parent(const struct journal_line *line, void *arg, struct error *err)
{
	struct undone *u = arg;

	(void)err;
	snprintf(u->text, sizeof(u->text), "%zu %s", strlen(line->parent), line->name);
	return 0;
}

/* The longest that a tree takes. */
static void long_paths_are_read_again(void **state)
{
	struct error err = ERROR_INIT;
	struct undone u = {0};
	struct journal j;
	struct scratch s;
	char path[CG_PATH_MAX], want[64];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	path[0] = '/';
	scratch_init(&s);
	assert_int_equal(journal_init(&j, s.dir, "one", &err), 0);
	assert_int_equal(journal_cgroup(&j, path, "poolrig-a", &err), 0);
	journal_destroy(&j);
	assert_int_equal(journal_recover(s.dir, measure_parent, &u, &err), 1);
	snprintf(want, sizeof(want), "%zu poolrig-a", sizeof(path) - 1);
	assert_string_equal(u.text, want);
	scratch_destroy(&s);
}

static void the_lock_of_a_dead_owners_child_is_outwaited(void **state)
{
	struct undone u = {0};
	struct scratch s;

	(void)state;
	scratch_init(&s);
	assert_int_equal(recover_beside_an_orphan(&s, false, &u), 1);
	assert_string_equal(u.text, "/ poolrig-a;");
	scratch_destroy(&s);
}

/* A run that ends by itself removes its journal, and then the lock is free: nothing is left to
 * undo. */
static void a_journal_that_goes_meanwhile_is_none(void **state)
{
	struct undone u = {0};
	struct scratch s;

	(void)state;
	scratch_init(&s);
	assert_int_equal(recover_beside_an_orphan(&s, true, &u), 0);
	assert_string_equal(u.text, "");
	scratch_destroy(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_dead_run_is_undone),
	    cmocka_unit_test(a_finished_run_leaves_nothing),
	    cmocka_unit_test(two_runs_of_one_name_are_refused),
	    cmocka_unit_test(what_cannot_be_undone_stays_and_shields_nothing),
	    cmocka_unit_test(corrupt_lines_are_named_and_the_others_done),
	    cmocka_unit_test(the_last_line_needs_no_end),
	    cmocka_unit_test(other_files_are_left_alone),
	    cmocka_unit_test(what_is_no_file_of_ours_is_not_read),
	    cmocka_unit_test(a_directory_that_others_write_to_is_not_read),
	    cmocka_unit_test(hierarchies_come_before_what_is_in_them),
	    cmocka_unit_test(owners_are_told_apart),
	    cmocka_unit_test(a_run_of_another_pid_namespace_is_left_alone),
	    cmocka_unit_test(no_directory_is_no_journal),
	    cmocka_unit_test(names_that_could_not_be_read_again_are_refused),
	    cmocka_unit_test(long_paths_are_read_again),
	    cmocka_unit_test(the_lock_of_a_dead_owners_child_is_outwaited),
	    cmocka_unit_test(a_journal_that_goes_meanwhile_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
