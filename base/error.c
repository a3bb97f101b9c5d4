/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that was cut must show it, or the reader takes half a path for a whole one. */
static void mark_cut(struct error *err, int wanted)
{
	if (wanted >= (int)sizeof(err->text))
		memcpy(err->text + sizeof(err->text) - 4, "...", 4);
}

int error_set(struct error *err, enum error_kind kind, int errnum, const char *fmt, ...)
{
	va_list ap;
	int used;

	if (!err)
		return -1;
	err->kind = kind;
	err->errnum = errnum;
	va_start(ap, fmt);
	used = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	if (used >= 0 && errnum && used < (int)sizeof(err->text))
		used += snprintf(err->text + used, sizeof(err->text) - (size_t)used, ": %s",
				 strerror(errnum));
	mark_cut(err, used);
	return -1;
}

int error_before(struct error *err, const char *between, const char *fmt, ...)
{
	char inner[sizeof(err->text)];
	va_list ap;
	int used;

	if (!err)
		return -1;
	memcpy(inner, err->text, sizeof(inner));
	va_start(ap, fmt);
	used = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	if (used >= 0 && used < (int)sizeof(err->text))
		used += snprintf(err->text + used, sizeof(err->text) - (size_t)used, "%s%s",
				 between, inner);
	mark_cut(err, used);
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
