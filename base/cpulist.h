/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of CPUs in the kernel's list format, "0-3,7" (kernel:
 * Documentation/core-api/printk-formats, bitmap list), to and from cpu_set_t. Up to CPU_SETSIZE
 * (1024) CPUs. Pure functions. */
#ifndef POOLRIG_BASE_CPULIST_H
#define POOLRIG_BASE_CPULIST_H

#include <sched.h>
#include <stddef.h>

#include "base/error.h"

/* Parse; an empty text is an empty set, a trailing newline is allowed. Returns 0, or -1 with a text
 * `"VALUE": reason; way out` (kind ERROR_INPUT). */
int cpulist_parse(const char *text, cpu_set_t *set, struct error *err);

/* Room for any list: the longest, "0-1,3-4,…" with one single CPU, has 2,673 characters. */
#define CPULIST_SIZE 3072
/* Format the shortest list into buf ("" for an empty set), whole. Returns buf. */
const char *cpulist_format(const cpu_set_t *set, char buf[static CPULIST_SIZE]);

/* For a sentence: the list, of a long one only the beginning, up to a comma, and how many CPUs it
 * has: "0,2,4,... (512 CPUs)". Returns buf. */
#define CPULIST_SHOW_SIZE 96
const char *cpulist_show(const cpu_set_t *set, char buf[static CPULIST_SHOW_SIZE]);

/* Take the CPUs of `what` out of the set. */
void cpulist_without(cpu_set_t *set, const cpu_set_t *what);

/* The lowest CPU of the set, or -1 where it is empty. */
int cpulist_first(const cpu_set_t *set);

#endif
