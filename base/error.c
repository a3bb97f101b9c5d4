/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* What the caller has put in the way, where the errno is that of one of its limits. */
static void add_limit(int errnum, char *text, size_t size)
{
	static const struct {
		int errnum;
		int resource;
		const char *what, *option;
	} limits[] = {
	    {EMFILE, RLIMIT_NOFILE, "open descriptors", "-n"},
	    {EFBIG, RLIMIT_FSIZE, "bytes a file", "-f"},
	    {ENOMEM, RLIMIT_AS, "bytes of address space", "-v"},
	};
	size_t used = strlen(text);
	struct rlimit now;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (limits[i].errnum == errnum && getrlimit(limits[i].resource, &now) == 0 &&
		    now.rlim_cur != RLIM_INFINITY)
			snprintf(text + used, size - used,
				 " (your limit is %llu %s; raise it by ulimit %s)",
				 (unsigned long long)now.rlim_cur, limits[i].what,
				 limits[i].option);
}

/* The errno in words. */
static const char *errno_text(int errnum, char *text, size_t size)
{
	snprintf(text, size, "%s", strerror(errnum));
	add_limit(errnum, text, size);
	return text;
}

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
	char text[160];
	va_list ap;

	if (!err)
		return -1;
	err->kind = kind;
	err->errnum = errnum;
	va_start(ap, fmt);
	put(err, ": ", errnum ? errno_text(errnum, text, sizeof(text)) : NULL, fmt, ap);
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

void error_join(struct error *first, const struct error *next)
{
	struct error both = *next;

	error_keep(first, next);
	if (!first || next->kind == ERROR_NONE || strcmp(first->text, next->text) == 0)
		return;
	error_before(&both, "; ", "%s", first->text);
	memcpy(first->text, both.text, sizeof(first->text));
}

void error_clear(struct error *err)
{
	if (err)
		*err = (struct error)ERROR_INIT;
}
