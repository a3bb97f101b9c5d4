/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One packet of a SOCK_SEQPACKET socket, and the descriptors that came with it (unix(7),
 * SCM_RIGHTS). */
#ifndef POOLRIG_RIG_PROTOCOL_PACKET_H
#define POOLRIG_RIG_PROTOCOL_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct passed {
	int count; /* that came */
	bool cut;  /* more were sent than there is room for: the kernel has closed them */
	int fd;    /* the first, owned; all others are closed already */
};

/* Take a packet that is there; does not wait (EAGAIN). Returns its length, which is above size
 * where it was longer, and then cut; or -1 with errno. */
ssize_t packet_receive(int socket, char *text, size_t size, struct passed *passed);

#endif
