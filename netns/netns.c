/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netns/netns.h"

#include <errno.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <string.h>

#include "base/own.h"

static int failed(struct error *err, int rc, const char *what)
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
		return failed(err, rc, "cannot write the request that sets loopback up");
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
