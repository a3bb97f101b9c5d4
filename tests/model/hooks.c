/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the compiler (-fsanitize=thread; gcc's tsan.def and LLVM's tsan_interface.h name its calls)
 * and the headers of tests/model/include call. Outside of an exploration they do what they stand
 * for. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/model/explorer.h"

void model_assert(bool holds, const char *condition, const char *file, int line)
{
	if (holds)
		return;
	if (!explorer_current)
		abort();
	explorer_fail(explorer_current, MODEL_ASSERTION, "%s:%d: not true: %s", file, line,
		      condition);
}

void model_outcome(unsigned number)
{
	explorer_current->report->outcomes |= UINT64_C(1) << number;
}

void model_name(const volatile void *object, const char *format, ...)
{
	struct explorer *explorer = explorer_current;
	va_list args;

	/* The first execution's names are good for all: addresses are the same. */
	if (!explorer || explorer->report->executions || explorer->names_count == EXPLORER_NAMES)
		return;
	va_start(args, format);
	vsnprintf(explorer->names[explorer->names_count].text, sizeof(explorer->names[0].text),
		  format, args);
	va_end(args);
	explorer->names[explorer->names_count++].address = (uintptr_t)object;
}

/* -- the heap, futexes and spinning -------------------------------------------------------------
 */

void *model_aligned_alloc(size_t alignment, size_t size)
{
	struct explorer *explorer = explorer_current;
	void *block;

	if (!explorer)
		return aligned_alloc(alignment, size);
	block = heap_take(&explorer->heap, explorer->running, alignment, size);
	if (!block)
		explorer_fail(explorer, MODEL_LIMIT, "the heap is full");
	explorer->threads[explorer->running].fresh = (uintptr_t)block;
	explorer->threads[explorer->running].fresh_size = size;
	return block;
}

void *model_malloc(size_t size)
{
	return model_aligned_alloc(HEAP_UNIT, size);
}

void *model_calloc(size_t count, size_t size)
{
	unsigned char *block = model_malloc(count * size);

	for (size_t i = 0; block && i < count * size; i++)
		block[i] = 0;
	return block;
}

void model_free(void *block)
{
	struct explorer *explorer = explorer_current;
	size_t size;

	if (!explorer)
		free(block);
	if (!explorer || !block)
		return;
	size = heap_size(&explorer->heap, block);
	if (!size)
		explorer_fail(explorer, MODEL_HEAP, "free of %p, which is no living block", block);
	/* Like a store to all of it. */
	operation_plain(explorer, PLAIN_STORE, (uintptr_t)block, size, __builtin_return_address(0));
	heap_give(&explorer->heap, block);
}

bool model_futex_wait(const volatile void *word, uint32_t expected, bool timed)
{
	struct operation wait = {.kind = OPERATION_WAIT,
				 .address = (uintptr_t)word,
				 .size = 4,
				 .expected = expected,
				 .timed = timed,
				 .caller = __builtin_return_address(0)};

	return waiting_sleep(explorer_current, &wait);
}

void model_futex_wake(const volatile void *word, uint32_t count)
{
	struct operation wake = {.kind = OPERATION_WAKE,
				 .address = (uintptr_t)word,
				 .size = 4,
				 .operand = count,
				 .caller = __builtin_return_address(0)};

	if (explorer_current)
		waiting_wake(explorer_current, &wake);
}

void model_relax(void)
{
	struct operation relax = {.kind = OPERATION_RELAX, .caller = __builtin_return_address(0)};

	if (explorer_current)
		waiting_relax(explorer_current, &relax);
}

/* -- the compiler's calls ------------------------------------------------------------------------
 */

void __tsan_init(void);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void);

void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller)
{
	(void)caller;
}

void __tsan_func_exit(void)
{
}

static void plain(enum plain_kind kind, const void *address, size_t size, const void *caller)
{
	if (explorer_current && size)
		operation_plain(explorer_current, kind, (uintptr_t)address, size, caller);
}

#define PLAIN(name, kind, size)                                                                    \
	void name(void *address);                                                                  \
	void name(void *address)                                                                   \
	{                                                                                          \
		plain(kind, address, size, __builtin_return_address(0));                           \
	}
#define PLAIN_OF(size)                                                                             \
	PLAIN(__tsan_read##size, PLAIN_LOAD, size)                                                 \
	PLAIN(__tsan_write##size, PLAIN_STORE, size)                                               \
	PLAIN(__tsan_unaligned_read##size, PLAIN_LOAD, size)                                       \
	PLAIN(__tsan_unaligned_write##size, PLAIN_STORE, size)
PLAIN_OF(1)
PLAIN_OF(2)
PLAIN_OF(4)
PLAIN_OF(8)
PLAIN_OF(16)

void __tsan_read_range(void *address, size_t size);
void __tsan_write_range(void *address, size_t size);

void __tsan_read_range(void *address, size_t size)
{
	plain(PLAIN_LOAD, address, size, __builtin_return_address(0));
}

void __tsan_write_range(void *address, size_t size)
{
	plain(PLAIN_STORE, address, size, __builtin_return_address(0));
}
