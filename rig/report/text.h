/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a report is printed to: the terminal of a verb's output (base/text.h has the rest). */
#ifndef POOLRIG_RIG_REPORT_TEXT_H
#define POOLRIG_RIG_REPORT_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define TEXT_WIDTH_DEFAULT 110

/* For a verb's standard output: the terminal's width (80..160), signs beyond ASCII only on a
 * terminal whose locale (LC_ALL, LC_CTYPE, LANG) is UTF-8. */
struct style style_of(FILE *to);

/* An instant (UTC) as ISO 8601 with milliseconds, "2026-11-24T06:30:00.000Z". buf of 32 bytes at
 * least; returns buf. */
const char *text_time(int64_t unix_ns, char *buf, size_t size);

#endif
