/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmocka with what it wants included before it. */
#ifndef POOLRIG_TESTS_CG_TEST_H
#define POOLRIG_TESTS_CG_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A call that must succeed; on a failure the error's text is shown. */
#define assert_ok(call)                                                                            \
	do {                                                                                       \
		if ((call) < 0)                                                                    \
			fail_msg("%s: %s", #call, err.text);                                       \
	} while (0)
#define assert_says(part)                                                                          \
	do {                                                                                       \
		if (!strstr(err.text, part))                                                       \
			fail_msg("\"%s\" is not in: %s", part, err.text);                          \
	} while (0)

#endif
