/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What C and C++ (17 and later) write differently, so that both can include the headers that are
 * installed. An atomic member has the same size, alignment and meaning in both.
 */
#ifndef POOLRIG_POOL_LANGUAGE_H
#define POOLRIG_POOL_LANGUAGE_H

#ifdef __cplusplus
#include <atomic>
#define POOL_ATOMIC(type) std::atomic<type>
#define POOL_C_BEGIN      extern "C" {
#define POOL_C_END        }
/* For inline functions. The functions on atomics are found by the type of their argument. */
using std::atomic_thread_fence;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;
#else
#include <stdalign.h>
#include <stdatomic.h>
#define POOL_ATOMIC(type) _Atomic(type)
#define POOL_C_BEGIN
#define POOL_C_END
#endif

#endif
