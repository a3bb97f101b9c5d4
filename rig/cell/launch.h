/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Birth of a command in a cell.
 *
 * Two processes are born. The cell's *init* is process 1 of a new pid namespace: it reaps orphans,
 * and when it ends the kernel kills whatever is left in the namespace. It ends when the supervisor
 * closes its pipe, so also when the supervisor is killed. It stays outside the cell's cgroup, and
 * costs the cell nothing; it shares the supervisor's memory, as a copy would be most of its price.
 * The *command* is a child of the supervisor (which therefore has its exit and its rusage at first
 * hand), born by clone3(2) straight into the cell's v2 group, with mount, network and IPC
 * namespaces of its own, and a member of that pid namespace. It is not process 1 itself, because
 * the kernel ignores signals there that a program relies on (abort(3) would not end it).
 *
 * Between birth and exec the command joins the v1 groups, enters its cgroup namespace, gets its
 * mounts, drops its privileges, and then waits at a barrier. What it costs up to there is its
 * launch, not its run: the caller takes its baseline at the barrier.
 */
#ifndef POOLRIG_RIG_CELL_LAUNCH_H
#define POOLRIG_RIG_CELL_LAUNCH_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "cgroups/cell.h"
#include "netns/netns.h"
#include "rig/cell/person.h"

#define LAUNCH_PROTOCOL_FD 3 /* where the command finds the protocol's descriptor */

struct launch_spec {
	const char *program; /* absolute path of what is executed */
	char *const *argv;   /* NULL-terminated */
	char *const *env;    /* the whole environment, NULL-terminated */
	const struct cg_cell *cell;
	const cpu_set_t *cpus; /* where it may run; NULL: wherever its cpuset allows */
	enum netns_kind net;
	const struct netns_request *loopback; /* sets loopback up in a private one */
	const struct person *person;
	int stdin_fd, stdout_fd, stderr_fd; /* borrowed */
	int protocol_fd;                    /* borrowed; -1: a plain command */
};

/* Shared with the command until it executes; writing there costs no system call. */
#define LAUNCH_NAMESPACES 3
#define LAUNCH_INIT_STACK 16384
struct launch_init {
	int read_end;      /* of its pipe */
	bool cannot_close; /* close_range(2) failed, and it has ended */
};
struct launch_page {
	int64_t exec_at_ns;    /* CLOCK_MONOTONIC, right before execve(2) */
	int64_t maxrss_before; /* KiB: what its image had before exec; ru_maxrss shows nothing below
				  it */
	int exec_errno;        /* not 0: execve(2) failed with it */
	struct launch_init init;
	/* The init runs on it, in the supervisor's memory. */
	char init_stack[LAUNCH_INIT_STACK] __attribute__((aligned(16)));
};

struct launched {
	pid_t pid;      /* of the command, as the supervisor sees it; 0: none */
	int pidfd;      /* owned */
	int init_pidfd; /* owned */
	int init_pipe;  /* owned: closing it ends the init and the namespace */
	/* owned: its mount, network and IPC namespaces; -1 where one could not be had. The kernel
	 * takes a namespace down with its last holder, which would be the command as it exits: on
	 * its core, and before its exit can be seen. So the supervisor holds them until afterwards.
	 */
	int namespaces[LAUNCH_NAMESPACES];
	int control; /* owned: the barrier */
	bool reaped; /* the command was waited for */
	struct launch_page *page;
};

#define LAUNCHED_INIT ((struct launched){0, -1, -1, -1, {-1, -1, -1}, -1, false, NULL})

/* Bring a command to the barrier. Errors (nothing is left): a step inside the child that failed is
 * named; a child that does not arrive within 10 s. */
int launch_prepare(struct launched *l, const struct launch_spec *spec, struct error *err);

/* Let it execute. Returns at once; whether execve(2) worked is seen in the page after its exit. */
int launch_go(struct launched *l, struct error *err);

/* End whatever of it is alive, reap, release. Takes an initialised or a destroyed struct. Errors:
 * the command or the init has not ended within 10 s of SIGKILL; err may be NULL. */
int launch_destroy(struct launched *l, struct error *err);

#endif
