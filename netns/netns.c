/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netns/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

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

static int say(struct error *err, int rc, const char *what)
{
	return error_host(err, 0, "network namespace: %s: %s", what, nl_geterror(rc));
}

static void own_link(struct rtnl_link **link)
{
	if (*link)
		rtnl_link_put(*link);
}

static void own_message(struct nl_msg **message)
{
	if (*message)
		nlmsg_free(*message);
}

/* The link is named by its index, which is always 1 (kernel: LOOPBACK_IFINDEX), so that nothing has
 * to be asked first. */
int netns_loopback_request(struct netns_request *request, struct error *err)
{
	struct rtnl_link *from __attribute__((cleanup(own_link))) = rtnl_link_alloc();
	struct rtnl_link *change __attribute__((cleanup(own_link))) = rtnl_link_alloc();
	struct nl_msg *message __attribute__((cleanup(own_message))) = NULL;
	struct nlmsghdr *header;
	int rc;

	if (!from || !change)
		return error_host(err, ENOMEM, "network namespace: loopback");
	rtnl_link_set_ifindex(from, 1);
	rtnl_link_set_flags(change, IFF_UP);
	rc = rtnl_link_build_change_request(from, change, 0, &message);
	if (rc < 0)
		return say(err, rc, "cannot write the request that sets loopback up");
	header = nlmsg_hdr(message);
	if (header->nlmsg_len > sizeof(request->bytes))
		return error_host(err, EMSGSIZE, "network namespace: loopback");
	header->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	header->nlmsg_seq = 1;
	memcpy(request->bytes, header, header->nlmsg_len);
	request->length = header->nlmsg_len;
	return 0;
}

int netns_send(const struct netns_request *request, struct error *err)
{
	cleanup_fd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	/* The acknowledgement: a header and an error with the request's own header behind it. */
	struct {
		struct nlmsghdr header;
		struct nlmsgerr body;
		char more[256];
	} answer;
	ssize_t n;

	if (fd < 0)
		return error_host(err, errno, "network namespace: cannot open a netlink socket");
	if (send(fd, request->bytes, request->length, 0) < 0)
		return error_host(err, errno, "network namespace: cannot send a request");
	n = recv(fd, &answer, sizeof(answer), 0);
	if (n < 0)
		return error_host(err, errno, "network namespace: no answer from the kernel");
	if (n < (ssize_t)(sizeof(answer.header) + sizeof(answer.body)) ||
	    answer.header.nlmsg_type != NLMSG_ERROR)
		return error_host(err, EPROTO, "network namespace: not an answer to the request");
	if (answer.body.error)
		return error_host(err, -answer.body.error, "network namespace: request refused");
	return 0;
}

int netns_loopback_up(struct error *err)
{
	struct netns_request request;

	if (netns_loopback_request(&request, err) < 0)
		return -1;
	return netns_send(&request, err);
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
