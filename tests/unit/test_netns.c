/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/own.h"
#include "netns/netns.h"
#include "tests/unit/cg_test.h"

static void kinds(void **state)
{
	struct error err = ERROR_INIT;
	enum netns_kind kind = NETNS_HOST;

	(void)state;
	assert_ok(netns_kind_parse("private", &kind, &err));
	assert_int_equal(kind, NETNS_PRIVATE);
	assert_ok(netns_kind_parse("host", &kind, &err));
	assert_int_equal(kind, NETNS_HOST);
	assert_int_equal(netns_kind_parse("veth", &kind, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_says("\"veth\": ");
	assert_says("host or private");
	assert_int_equal(netns_kind_parse("", &kind, &err), -1);
	assert_string_equal(netns_kind_name(NETNS_HOST), "host");
	assert_string_equal(netns_kind_name(NETNS_PRIVATE), "private");
}

static ino_t own_namespace(void)
{
	struct stat st;

	assert_int_equal(stat("/proc/thread-self/ns/net", &st), 0);
	return st.st_ino;
}

/* In a child, so that this process keeps its namespace. Exit 0: loopback is up there; 1: it is
 * down; 2 and more: something failed. */
static int loopback_is_up_in(int fd)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct ifreq request = {.ifr_name = "lo"};
		int sock;

		if (setns(fd, CLONE_NEWNET) < 0)
			_exit(2);
		sock = socket(AF_INET, SOCK_DGRAM, 0);
		if (ioctl(sock, SIOCGIFFLAGS, &request) < 0)
			_exit(3);
		_exit(request.ifr_flags & IFF_UP ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void needs_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void made_with_loopback_up(void **state)
{
	struct error err = ERROR_INIT;
	ino_t before = own_namespace();
	struct stat st, other;
	int fd, second;

	(void)state;
	needs_root();
	fd = netns_make(&err);
	assert_ok(fd);
	second = netns_make(&err);
	assert_ok(second);
	assert_int_equal(own_namespace(), before);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(fstat(second, &other), 0);
	assert_int_not_equal(st.st_ino, before);
	assert_int_not_equal(st.st_ino, other.st_ino);
	assert_int_equal(loopback_is_up_in(fd), 0);
	close(fd);
	close(second);
}

/* What a child between clone and exec does. */
static void loopback_of_a_fresh_namespace(void **state)
{
	int ready[2], status, fd;
	struct error err = ERROR_INIT;
	char byte;
	pid_t pid;

	(void)state;
	needs_root();
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNET) < 0 || netns_loopback_up(NULL) < 0)
			_exit(1);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	fd = netns_open_of(pid, &err);
	assert_ok(fd);
	assert_int_equal(loopback_is_up_in(fd), 0);
	close(fd);
	close(ready[0]);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static void a_process_that_is_not_there(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(netns_open_of(0x7ffffff0, &err), -1);
	assert_says("2147483632");
}

/* Without the right to, nothing is made, nothing is changed, and the text says what is needed. */
static void without_the_right(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	pid = fork();
	if (pid == 0) {
		struct error err = ERROR_INIT;
		ino_t before;

		if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
			_exit(2);
		before = own_namespace();
		if (netns_make(&err) >= 0)
			_exit(3);
		if (!strstr(err.text, "root") || own_namespace() != before)
			_exit(4);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kinds),
	    cmocka_unit_test(made_with_loopback_up),
	    cmocka_unit_test(loopback_of_a_fresh_namespace),
	    cmocka_unit_test(a_process_that_is_not_there),
	    cmocka_unit_test(without_the_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
