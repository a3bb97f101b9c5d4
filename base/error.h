/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One error object, passed as the last argument and wrapped on the way up.
 *
 * A function that can fail returns 0 (or a value >= 0) on success and -1 on failure, and has then
 * filled *err. Only main prints or exits. A text names the thing, the value, the reason
 * and the way out: `experiments/x.yaml:14: memory_max "12Q": unknown unit; use K, M, G or max`.
 */
#ifndef POOLRIG_BASE_ERROR_H
#define POOLRIG_BASE_ERROR_H

/* Whose fault it is. It decides the exit code (docs/: the contracts) and nothing else. */
enum error_kind {
	ERROR_NONE = 0,
	ERROR_INPUT,    /* bad input: nothing was started (exit 2) */
	ERROR_HOST,     /* the rig or the host failed (exit 3) */
	ERROR_WORKLOAD, /* the workload failed (exit 4) */
};

struct error {
	enum error_kind kind;
	int errnum;     /* errno of the failed call, or 0 where no call failed */
	char text[768]; /* one line, escaped (base/text.h); cut with "..." where longer */
};

#define ERROR_INIT                                                                                 \
	{                                                                                          \
		ERROR_NONE, 0, ""                                                                  \
	}

/* Fill *err; with errnum != 0 the text gets ": " and strerror(errnum) appended, and the resource
 * limit of this process that causes it (setrlimit(2)). err may be NULL.
 * All of them return -1, so that a caller can `return error_host(err, errno, ...)`. */
int error_set(struct error *err, enum error_kind kind, int errnum, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
#define error_host(err, errnum, ...) error_set(err, ERROR_HOST, errnum, __VA_ARGS__)
#define error_input(err, ...)        error_set(err, ERROR_INPUT, 0, __VA_ARGS__)

/* Put a text and what joins the two before the text that is there already. Returns -1. */
int error_before(struct error *err, const char *between, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Context: "context: text". */
#define error_wrap(err, ...) error_before(err, ": ", __VA_ARGS__)
/* The thing, before a text that begins with its value: `thing "value": reason`. */
#define error_prefix(err, ...) error_before(err, " ", __VA_ARGS__)

/* Where *first is still empty, take over `next`: of several that fail one after the other, the
 * first is reported. first may be NULL. */
void error_keep(struct error *first, const struct error *next);

/* The same, but where both have failed, both are reported, the first with its kind first. */
void error_join(struct error *first, const struct error *next);

/* Forget what is in *err, so that the object can be used for another attempt. */
void error_clear(struct error *err);

#endif
