/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No wait for a child is without a limit: it may be stopped, or deaf, or keep itself alive. */
#include "rig/cell/reap.h"

#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"
#include "rig/cell/inside.h"

static int open_pidfd(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	assert_true(fd >= 0);
	return fd;
}

/* A child that has stopped itself. */
static int stopped_child(void)
{
	pid_t pid = fork();
	siginfo_t info;

	if (pid == 0) {
		raise(SIGSTOP);
		_exit(9);
	}
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT), 0);
	return open_pidfd(pid);
}

static void the_limit_names_what_did_not_end(void **state)
{
	cleanup_fd int pidfd = stopped_child();
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(reap(pidfd, 0, NULL, NULL, "the frog", &err), -1);
	assert_int_equal(err.kind, ERROR_HOST);
	assert_int_equal(err.errnum, ETIMEDOUT);
	assert_non_null(strstr(err.text, "the frog: its end was waited for for 0 s"));
	assert_int_equal(reap(pidfd, 3 * NS_PER_MS, NULL, NULL, "the frog", &err), -1);
	assert_non_null(strstr(err.text, "0.003 s"));
	assert_int_equal(reap_killed(pidfd, "the frog", &err), 0);
	/* and it is reaped, not only dead */
	assert_int_equal(reap_killed(pidfd, "the frog", &err), -1);
	assert_int_equal(err.errnum, ECHILD);
}

static void an_end_has_its_status(void **state)
{
	cleanup_fd int pidfd = stopped_child();
	struct error err = ERROR_INIT;
	struct rusage usage;
	siginfo_t info;

	(void)state;
	assert_int_equal(syscall(SYS_pidfd_send_signal, pidfd, SIGCONT, NULL, 0), 0);
	memset(&usage, 0xff, sizeof(usage));
	assert_int_equal(reap(pidfd, REAP_LIMIT_NS, &info, &usage, "it", &err), 0);
	assert_int_equal(info.si_code, CLD_EXITED);
	assert_int_equal(info.si_status, 9);
	assert_true(usage.ru_maxrss > 0);
}

/* From here on close_range(2) fails, as on a kernel before 5.9. */
static void refuse_close_range(void)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = ARRAY_SIZE(code), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(77);
}

/* It has its own pipe's other end: would it not give up, it would outlive its supervisor. */
static void an_init_that_cannot_close_ends(void **state)
{
	struct error err = ERROR_INIT;
	siginfo_t info;
	int ends[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		refuse_close_range();
		inside_init(&(struct launch_init){.read_end = ends[0]});
	}
	cleanup_fd int pidfd = open_pidfd(pid);
	close(ends[0]);
	close(ends[1]);
	if (reap(pidfd, REAP_LIMIT_NS, &info, NULL, "the init", &err) < 0) {
		reap_killed(pidfd, "the init", NULL);
		fail_msg("%s", err.text);
	}
	assert_int_equal(info.si_code, CLD_EXITED);
	if (info.si_status != 77) /* no filters here */
		assert_int_equal(info.si_status, 1);
}

static void an_init_ends_with_its_pipe(void **state)
{
	struct error err = ERROR_INIT;
	siginfo_t info;
	int ends[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0)
		inside_init(&(struct launch_init){.read_end = ends[0]});
	cleanup_fd int pidfd = open_pidfd(pid);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(reap(pidfd, REAP_LIMIT_NS, &info, NULL, "the init", &err), 0);
	assert_int_equal(info.si_status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_limit_names_what_did_not_end),
	    cmocka_unit_test(an_end_has_its_status),
	    cmocka_unit_test(an_init_that_cannot_close_ends),
	    cmocka_unit_test(an_init_ends_with_its_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
