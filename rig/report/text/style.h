/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a report is printed to: the terminal, file or pipe of a verb's output (base/text.h has the
 * rest). */
#ifndef POOLRIG_RIG_REPORT_TEXT_STYLE_H
#define POOLRIG_RIG_REPORT_TEXT_STYLE_H

#include "base/text.h"

#define STYLE_WIDTH_DEFAULT 80

/* For a verb's standard output: the terminal's width or $COLUMNS (80..160); signs beyond ASCII
 * where the locale (LC_ALL, LC_CTYPE, LANG) is UTF-8; colour on a terminal, but with NO_COLOR or
 * TERM=dumb. */
struct style style_of(FILE *to);

/* Escape sequences; "" without colour. */
enum style_mark { STYLE_PLAIN = 0, STYLE_BOLD, STYLE_WARNING, STYLE_BAD };
const char *style_mark(const struct style *style, enum style_mark mark);

#endif
