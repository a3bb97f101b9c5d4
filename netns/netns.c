/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netns/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/own.h"

static const char *const names[] = {[NETNS_HOST] = "host", [NETNS_PRIVATE] = "private"};

int netns_kind_parse(const char *text, enum netns_kind *kind, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], text) == 0) {
			*kind = (enum netns_kind)i;
			return 0;
		}
	return error_input(err, "\"%s\": unknown kind of network; use host or private", text);
}

const char *netns_kind_name(enum netns_kind kind)
{
	return (unsigned)kind < ARRAY_SIZE(names) ? names[kind] : "?";
}

/* By ioctl(2), not by netlink: one call where libnl takes a socket, a request and an
 * acknowledgement, and this is in the path of every trial. */
int netns_loopback_up(struct error *err)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	cleanup_fd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return error_host(err, errno, "network namespace: cannot open a socket");
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return error_host(err, errno, "network namespace: cannot set loopback up");
	return 0;
}

int netns_open_of(pid_t pid, struct error *err)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_host(err, errno, "%s: cannot open the network namespace", path);
	return fd;
}

/* What the short-lived thread is given and gives back. */
struct making {
	int fd;
	struct error *err;
};

static void *make(void *context)
{
	struct making *m = context;

	if (unshare(CLONE_NEWNET) < 0) {
		error_host(m->err, errno,
			   "network namespace: cannot make one (needs CAP_SYS_ADMIN; run as root)");
		return NULL;
	}
	if (netns_loopback_up(m->err) < 0)
		return NULL;
	m->fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (m->fd < 0)
		error_host(m->err, errno, "/proc/thread-self/ns/net: cannot open");
	return NULL;
}

/* A namespace is a thread's, so a thread that ends takes the change with it: the caller's can't be
 * lost, however the making fails (a setns back could fail, too). */
int netns_make(struct error *err)
{
	struct error local = ERROR_INIT;
	struct making m = {.fd = -1, .err = err ? err : &local};
	pthread_t thread;
	int rc = pthread_create(&thread, NULL, make, &m);

	if (rc)
		return error_host(err, rc, "network namespace: cannot start a thread to make it");
	pthread_join(thread, NULL);
	return m.fd;
}
