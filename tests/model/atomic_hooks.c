/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compiler's calls for atomic operations, of 1, 2, 4 and 8 bytes. Outside of an exploration
 * they are done by the machine, sequentially consistent whatever was asked for. */
#include "tests/model/explorer.h"

static struct event *take_turn(const struct operation *operation)
{
	explorer_turn(explorer_current, operation);
	return operation_do(explorer_current, operation);
}

#define FILL(of, what)                                                                             \
	.kind = (what), .address = (uintptr_t)address, .size = sizeof(of),                         \
	.order = (memory_order)order, .caller = __builtin_return_address(0)

#define LOAD_STORE(bits, of)                                                                       \
	of __tsan_atomic##bits##_load(const volatile of *address, int order);                      \
	of __tsan_atomic##bits##_load(const volatile of *address, int order)                       \
	{                                                                                          \
		struct operation load = {FILL(of, OPERATION_LOAD)};                                \
                                                                                                   \
		return explorer_current ? (of)take_turn(&load)->read                               \
					: __atomic_load_n(address, __ATOMIC_SEQ_CST);              \
	}                                                                                          \
	void __tsan_atomic##bits##_store(volatile of *address, of value, int order);               \
	void __tsan_atomic##bits##_store(volatile of *address, of value, int order)                \
	{                                                                                          \
		struct operation store = {FILL(of, OPERATION_STORE), .operand = value};            \
                                                                                                   \
		if (explorer_current)                                                              \
			take_turn(&store);                                                         \
		else                                                                               \
			__atomic_store_n(address, value, __ATOMIC_SEQ_CST);                        \
	}

#define UPDATE(bits, of, name, what, native)                                                       \
	of __tsan_atomic##bits##_##name(volatile of *address, of value, int order);                \
	of __tsan_atomic##bits##_##name(volatile of *address, of value, int order)                 \
	{                                                                                          \
		struct operation update = {FILL(of, OPERATION_UPDATE), .update = (what),           \
					   .operand = value};                                      \
                                                                                                   \
		return explorer_current ? (of)take_turn(&update)->read                             \
					: native(address, value, __ATOMIC_SEQ_CST);                \
	}

#define COMPARE(bits, of, name, is_weak)                                                           \
	int __tsan_atomic##bits##_##name(volatile of *address, of *expected, of value, int order,  \
					 int failure);                                             \
	int __tsan_atomic##bits##_##name(volatile of *address, of *expected, of value, int order,  \
					 int failure)                                              \
	{                                                                                          \
		struct operation compare = {FILL(of, OPERATION_COMPARE), .operand = value,         \
					    .expected = *expected, .weak = (is_weak),              \
					    .failure = (memory_order)failure};                     \
		struct event *event;                                                               \
                                                                                                   \
		if (!explorer_current)                                                             \
			return __atomic_compare_exchange_n(address, expected, value, false,        \
							   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);    \
		event = take_turn(&compare);                                                       \
		*expected = (of)event->read;                                                       \
		return (event->flags & EVENT_WRITTEN) != 0;                                        \
	}

#define ATOMIC(bits, of)                                                                           \
	LOAD_STORE(bits, of)                                                                       \
	UPDATE(bits, of, exchange, UPDATE_EXCHANGE, __atomic_exchange_n)                           \
	UPDATE(bits, of, fetch_add, UPDATE_ADD, __atomic_fetch_add)                                \
	UPDATE(bits, of, fetch_sub, UPDATE_SUB, __atomic_fetch_sub)                                \
	UPDATE(bits, of, fetch_and, UPDATE_AND, __atomic_fetch_and)                                \
	UPDATE(bits, of, fetch_or, UPDATE_OR, __atomic_fetch_or)                                   \
	UPDATE(bits, of, fetch_xor, UPDATE_XOR, __atomic_fetch_xor)                                \
	UPDATE(bits, of, fetch_nand, UPDATE_NAND, __atomic_fetch_nand)                             \
	COMPARE(bits, of, compare_exchange_strong, false)                                          \
	COMPARE(bits, of, compare_exchange_weak, true)

ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_signal_fence(int order);

void __tsan_atomic_thread_fence(int order)
{
	struct operation fence = {.kind = OPERATION_FENCE,
				  .order = (memory_order)order,
				  .caller = __builtin_return_address(0)};

	if (explorer_current)
		take_turn(&fence);
	else
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void __tsan_atomic_signal_fence(int order)
{
	__atomic_signal_fence(order);
}
