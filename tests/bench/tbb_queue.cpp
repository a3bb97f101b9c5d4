/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exceptions end here. */
#include "tests/bench/tbb_queue.h"

#include <new>
#include <tbb/concurrent_queue.h>

using items = tbb::concurrent_queue<void *>;

extern "C" {

void *tbb_queue_new(void)
{
	return new (std::nothrow) items;
}

void tbb_queue_free(void *queue)
{
	delete static_cast<items *>(queue);
}

bool tbb_queue_push(void *queue, void *item)
{
	try {
		static_cast<items *>(queue)->push(item);
		return true;
	} catch (...) {
		return false;
	}
}

bool tbb_queue_pop(void *queue, void **item)
{
	try {
		return static_cast<items *>(queue)->try_pop(*item);
	} catch (...) {
		return false;
	}
}
}
