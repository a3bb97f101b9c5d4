/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Write a text, and behind it what there is besides (NULL: nothing). Names and texts of others in
 * it may hold anything: it is one line, and nothing that a terminal obeys. One that was cut must
 * show it, or the reader takes half a path for a whole one. */
static void put(struct error *err, const char *between, const char *more, const char *fmt,
		va_list ap)
{
	char raw[sizeof(err->text)], cut[sizeof(err->text) - 3];
	int used = vsnprintf(raw, sizeof(raw), fmt, ap);

	if (used >= 0 && more && used < (int)sizeof(raw))
		used += snprintf(raw + used, sizeof(raw) - (size_t)used, "%s%s", between, more);
	if (text_escape(raw, true, err->text, sizeof(err->text)) >= sizeof(err->text) ||
	    used >= (int)sizeof(raw))
		sprintf(err->text, "%s...", text_cut(err->text, cut, sizeof(cut)));
}

int error_set(struct error *err, enum error_kind kind, int errnum, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	err->kind = kind;
	err->errnum = errnum;
	va_start(ap, fmt);
	put(err, ": ", errnum ? strerror(errnum) : NULL, fmt, ap);
	va_end(ap);
	return -1;
}

int error_before(struct error *err, const char *between, const char *fmt, ...)
{
	char inner[sizeof(err->text)];
	va_list ap;

	if (!err)
		return -1;
	memcpy(inner, err->text, sizeof(inner));
	va_start(ap, fmt);
	put(err, between, inner, fmt, ap);
	va_end(ap);
	return -1;
}

void error_keep(struct error *first, const struct error *next)
{
	if (first && first->kind == ERROR_NONE)
		*first = *next;
}

void error_clear(struct error *err)
{
	if (err)
		*err = (struct error)ERROR_INIT;
}
