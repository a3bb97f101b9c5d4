/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of a result as sentences that several outputs have. Each that takes one returns
 * buf. */
#ifndef POOLRIG_RIG_RESULT_DESCRIBE_H
#define POOLRIG_RIG_RESULT_DESCRIBE_H

#include "rig/result/result.h"

/* "run ID of DATE, ended, exit 0 (done), 9 of 9 trials valid, window 2s; on Linux 6.18.0, CPU
 * MODEL, CPUs 0-3, cgroups hybrid". buf of 768 bytes. */
const char *describe_run(const struct result *result, char *buf, size_t size);
/* "Linux 6.18.0, CPU MODEL, CPUs 0-3, cgroups hybrid". buf of 512 bytes. */
const char *describe_host(const struct result *result, char *buf, size_t size);
/* "100k tasks/s, constant, service 5ms, warm-up 2s, window 5s"; "" where there is no load. */
const char *describe_load(const struct result *result, char *buf, size_t size);
/* "memory 2G, swap 0, pids 16000, net private"; "" where the plan says nothing. */
const char *describe_cells(const struct result *result, char *buf, size_t size);
/* Who runs on which core: "work 1, load 0, rig 0"; "" where no trial says so. Borrowed. */
const char *describe_cores(const struct result *result);
/* "9 trials planned; stored: 9 attempts at 8 of them, 7 valid". */
const char *describe_trials(const struct result *result, char *buf, size_t size);
/* "cpu B, memory A" of levels by result.dimensions. */
const char *describe_grades(const struct result *result, const char *levels, char *buf,
			    size_t size);

#endif
