/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/random.h"

uint64_t random_splitmix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void random_init(struct random *r, uint64_t seed, enum random_stream stream)
{
	uint64_t mix = (uint64_t)stream, state = seed;

	if (stream)
		state ^= random_splitmix(&mix);
	for (int i = 0; i < 4; i++)
		r->state[i] = random_splitmix(&state);
}

static uint64_t rotate(uint64_t x, int by)
{
	return (x << by) | (x >> (64 - by));
}

uint64_t random_next(struct random *r)
{
	uint64_t *s = r->state;
	uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint64_t random_below(struct random *r, uint64_t bound)
{
	unsigned __int128 product;
	uint64_t threshold;

	if (!bound)
		return 0;
	threshold = -bound % bound; /* 2^64 mod bound: so many low products would be one too many */
	do {
		product = (unsigned __int128)random_next(r) * bound;
	} while ((uint64_t)product < threshold);
	return (uint64_t)(product >> 64);
}

double random_unit(struct random *r)
{
	return (double)((random_next(r) >> 11) + 1) * 0x1p-53;
}
