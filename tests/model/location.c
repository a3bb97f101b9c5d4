/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which atomic objects there are: they are found by their addresses, and made at the first access.
 */
#include "tests/model/memory.h"

#include <string.h>

#include "tests/model/hash.h"

enum { INDEX = MODEL_LOCATIONS * 4 };

static unsigned index_of(const struct memory *memory, uintptr_t address)
{
	unsigned i = hash_mix(0, address) % INDEX;

	while (memory->index[i] && memory->locations[memory->index[i] - 1].address != address)
		i = (i + 1) % INDEX;
	return i;
}

void memory_rewrite(struct memory *memory, uintptr_t address, uint64_t size)
{
	for (uintptr_t at = address; at < address + size; at++) {
		int number = memory->index[index_of(memory, at)];

		if (number)
			memory->locations[number - 1].written = true;
	}
}

static uint64_t real_value(uintptr_t address, unsigned size)
{
	uint64_t value = 0;

	memcpy(&value, (const void *)address, size); /* little endian, as all that we run on */
	return value;
}

void memory_order_hash(struct location *location)
{
	location->order = location->address;
	for (int i = 0; i < location->count; i++)
		location->order = hash_mix(location->order, location->messages[i].id);
}

static struct message *append(struct location *location, uint64_t value, uint64_t id)
{
	struct message *message = &location->messages[location->count];

	memset(message, 0, sizeof(*message));
	message->value = value;
	message->id = id;
	message->time = location->count ? message[-1].time + MODEL_GAP : MODEL_GAP;
	location->count++;
	memory_order_hash(location);
	return message;
}

/* A plain store has written there. It is no race, so a thread that comes now comes after it. */
static int rewritten(struct memory *memory, int number)
{
	struct location *location = &memory->locations[number];
	struct message *message;

	if (location->count == MODEL_MESSAGES)
		return -1;
	message = append(location, real_value(location->address, location->size),
			 (uint64_t)location->count << 56);
	message->released.seen[number] = message->time;
	for (int i = 0; i < MODEL_THREADS; i++) {
		memory->threads[i].now.seen[number] = message->time;
		memory->threads[i].acquired.seen[number] = message->time;
	}
	location->written = false;
	return number;
}

int memory_locate(struct memory *memory, uintptr_t address, unsigned size)
{
	unsigned i = index_of(memory, address);
	struct location *location;

	if (memory->index[i]) {
		int number = memory->index[i] - 1;

		return memory->locations[number].written ? rewritten(memory, number) : number;
	}
	if (memory->count == MODEL_LOCATIONS)
		return -1;
	location = &memory->locations[memory->count++];
	memory->index[i] = memory->count;
	location->address = address;
	location->size = size;
	location->written = false;
	location->count = 0;
	append(location, real_value(address, size), 0);
	return memory->count - 1;
}
