/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `exec` says of its one trial, for people. */
#ifndef POOLRIG_RIG_REPORT_EXEC_TEXT_H
#define POOLRIG_RIG_REPORT_EXEC_TEXT_H

#include <stdio.h>

#include "rig/record/trial_record.h"

/* A dozen lines: how it ended, time, memory, pressure, events, grade. */
void exec_text_print(const struct trial_record *r, FILE *to);

#endif
