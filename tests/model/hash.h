/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mixing of 64-bit words, for states and tables: the finaliser of S. Vigna's SplitMix64. */
#ifndef POOLRIG_TESTS_MODEL_HASH_H
#define POOLRIG_TESTS_MODEL_HASH_H

#include <stdint.h>

static inline uint64_t hash_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) + 0x9e3779b97f4a7c15u;
	hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
	hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
	return hash ^ (hash >> 31);
}

#endif
