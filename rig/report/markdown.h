/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings as a page of Markdown. */
#ifndef POOLRIG_RIG_REPORT_MARKDOWN_H
#define POOLRIG_RIG_REPORT_MARKDOWN_H

#include <stdio.h>

#include "rig/result/result.h"

/* The page's head, which says by which command it was made. */
void markdown_head(FILE *to, int argc, char **argv);
/* A section for a run. */
void markdown_findings(const struct result *result, FILE *to);

#endif
