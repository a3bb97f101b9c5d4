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

static int verror(struct error *err, enum error_kind kind, int errnum, const char *fmt, va_list ap)
{
	int used;

	if (!err)
		return -1;
	err->kind = kind;
	err->errnum = errnum;
	used = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	if (used >= 0 && errnum && used < (int)sizeof(err->text))
		used += snprintf(err->text + used, sizeof(err->text) - (size_t)used, ": %s",
				 strerror(errnum));
	mark_cut(err, used);
	return -1;
}

int error_set(struct error *err, enum error_kind kind, int errnum, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	verror(err, kind, errnum, fmt, ap);
	va_end(ap);
	return -1;
}

int error_host(struct error *err, int errnum, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	verror(err, ERROR_HOST, errnum, fmt, ap);
	va_end(ap);
	return -1;
}

int error_input(struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	verror(err, ERROR_INPUT, 0, fmt, ap);
	va_end(ap);
	return -1;
}

static int put_before(struct error *err, const char *between, const char *fmt, va_list ap)
{
	char inner[sizeof(err->text)];
	int used;

	if (!err)
		return -1;
	memcpy(inner, err->text, sizeof(inner));
	used = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	if (used >= 0 && used < (int)sizeof(err->text))
		used += snprintf(err->text + used, sizeof(err->text) - (size_t)used, "%s%s",
				 between, inner);
	mark_cut(err, used);
	return -1;
}

int error_wrap(struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_before(err, ": ", fmt, ap);
	va_end(ap);
	return -1;
}

int error_prefix(struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_before(err, " ", fmt, ap);
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
