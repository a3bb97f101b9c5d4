/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The controllers that this project uses, and sets of them as text. Pure functions. */
#ifndef POOLRIG_CGROUPS_CONTROLLER_H
#define POOLRIG_CGROUPS_CONTROLLER_H

#include <stddef.h>
#include <stdint.h>

enum cg_controller {
	CG_CPUSET = 0,
	CG_CPU,
	CG_CPUACCT, /* v1 only; on v2 part of cpu.stat */
	CG_MEMORY,
	CG_PIDS,
	CG_FREEZER, /* v1 only; on v2 cgroup.freeze */
	CG_IO,      /* v2 only; enabled where it is asked for */
	CG_CONTROLLERS,
};

const char *cg_controller_name(enum cg_controller c);

/* The bit set of the controllers of ours that a list such as "cpuset cpu io memory" names. */
uint32_t cg_controllers_parse(const char *list);

/* "cpuset,cpu,memory,pids": the form that cg_controllers_parse() takes. Returns buf. */
const char *cg_controllers_text(uint32_t controllers, char *buf, size_t size);

#endif
