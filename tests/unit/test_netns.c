/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/own.h"
#include "netns/netns.h"
#include "tests/unit/cg_test.h"

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

/* What a child between clone and exec does. */
static void loopback_of_a_fresh_namespace(void **state)
{
	struct netns_request request;
	struct error err = ERROR_INIT;
	int ready[2], status, fd;
	char byte, path[64];
	pid_t pid;

	(void)state;
	needs_root();
	assert_ok(netns_loopback_request(&request, &err));
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNET) < 0 || netns_send(&request, NULL) < 0)
			_exit(1);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(loopback_is_up_in(fd), 0);
	close(fd);
	close(ready[0]);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

/* Without the right to, the kernel's answer is the error. */
static void a_refused_request(void **state)
{
	struct netns_request request;
	struct error err = ERROR_INIT;
	pid_t pid;
	int status;

	(void)state;
	assert_ok(netns_loopback_request(&request, &err));
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
			_exit(2);
		if (netns_send(&request, &err) >= 0)
			_exit(3);
		_exit(err.errnum == EPERM && strstr(err.text, "request refused") ? 0 : 4);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(loopback_of_a_fresh_namespace),
	    cmocka_unit_test(a_refused_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
