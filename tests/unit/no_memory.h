/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests that ask for more memory than there is: the sanitizers' allocators are to return NULL, as
 * malloc() does, and not to end the program. */
#ifndef POOLRIG_TESTS_UNIT_NO_MEMORY_H
#define POOLRIG_TESTS_UNIT_NO_MEMORY_H

const char *__asan_default_options(void);
const char *__tsan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

#endif
