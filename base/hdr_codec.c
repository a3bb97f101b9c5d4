/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The V2 compressed encoding, as HdrHistogram's Java library defines it (AbstractHistogram:
 * encodeIntoCompressedByteBuffer, ZigZagLEB128LongMax9). All integers are big-endian:
 *
 *   u32 0x1c849304|0x10, u32 length, and `length` bytes of zlib stream, which hold
 *   u32 0x1c849303|0x10, u32 payload length, u32 normalizing offset, u32 significant digits,
 *   i64 lowest, i64 highest, f64 conversion ratio, and the payload: the counts from index 0 to the
 *   last that is not zero, each a zigzag LEB128 of at most 9 bytes; -n stands for n zeros.
 */
#include "base/hdr.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/base64.h"
#include "base/own.h"

#define COOKIE_PLAIN      0x1c849303u
#define COOKIE_COMPRESSED 0x1c849304u
#define COOKIE_WORD       0x10u /* "one byte a word": counts of variable length */
#define COOKIE_WORD_MASK  0xf0u
#define WORD_MAX          9 /* bytes of the longest count */
#define ALLOCATION_MAX    (64 * 1024 * 1024)
#define RATIO_ONE         0x3ff0000000000000u /* the bits of 1.0 */

/* What stands before the zlib stream, and before the payload in it; big-endian. */
struct outer {
	uint32_t cookie, length;
};
struct header {
	uint32_t cookie, length, offset, digits;
	uint64_t lowest, highest, ratio;
};

/* The ninth byte, where there is one, carries eight bits: 8 * 7 + 8 = 64. */
static size_t put_word(uint8_t *at, int64_t value)
{
	uint64_t bits = (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
	size_t n = 0;

	while (bits > 0x7f && n + 1 < WORD_MAX) {
		at[n++] = (uint8_t)(bits | 0x80);
		bits >>= 7;
	}
	at[n++] = (uint8_t)bits;
	return n;
}

/* Returns the bytes used, or 0 where the word is cut. */
static size_t get_word(const uint8_t *at, size_t left, int64_t *value)
{
	uint64_t bits = 0;

	for (size_t n = 0; n < left && n < WORD_MAX; n++) {
		bool last = n + 1 == WORD_MAX;

		bits |= (uint64_t)(last ? at[n] : at[n] & 0x7f) << (7 * n);
		if (last || !(at[n] & 0x80)) {
			*value = (int64_t)(bits >> 1 ^ -(bits & 1));
			return n + 1;
		}
	}
	return 0;
}

static int32_t used_counts(const struct hdr *h)
{
	int32_t n = h->counts_len;

	while (n > 0 && !h->counts[n - 1])
		n--;
	return n;
}

/* The counts as words; to has room for WORD_MAX bytes a count. Returns the bytes written. */
static size_t put_counts(const struct hdr *h, int32_t used, uint8_t *to)
{
	size_t size = 0;

	for (int32_t i = 0; i < used;) {
		int32_t zeros = 0;

		while (!h->counts[i + zeros]) /* ends: the last one used is not zero */
			zeros++;
		if (zeros)
			size += put_word(to + size, zeros > 1 ? -zeros : 0);
		i += zeros;
		size += put_word(to + size, h->counts[i++]);
	}
	return size;
}

static struct header header_of(const struct hdr *h, size_t payload)
{
	return (struct header){
	    .cookie = htobe32(COOKIE_PLAIN | COOKIE_WORD),
	    .length = htobe32((uint32_t)payload),
	    .digits = htobe32((uint32_t)h->significant),
	    .lowest = htobe64((uint64_t)h->lowest),
	    .highest = htobe64((uint64_t)h->highest),
	    .ratio = htobe64(RATIO_ONE),
	};
}

int hdr_encode(const struct hdr *h, char **text, struct error *err)
{
	int32_t used = used_counts(h);
	cleanup_free uint8_t *plain = malloc(sizeof(struct header) + WORD_MAX * (size_t)used);
	cleanup_free struct outer *packed = NULL;
	struct header header;
	uLongf packed_size;
	size_t size;

	if (!plain)
		return error_host(err, ENOMEM, "histogram: cannot encode");
	size = put_counts(h, used, plain + sizeof(header));
	header = header_of(h, size);
	memcpy(plain, &header, sizeof(header));
	size += sizeof(header);
	packed_size = compressBound(size);
	packed = malloc(sizeof(*packed) + packed_size);
	if (!packed || compress((uint8_t *)(packed + 1), &packed_size, plain, size))
		return error_host(err, ENOMEM, "histogram: cannot compress");
	*packed = (struct outer){htobe32(COOKIE_COMPRESSED | COOKIE_WORD),
				 htobe32((uint32_t)packed_size)};
	*text = malloc(base64_text_size(sizeof(*packed) + packed_size));
	if (!*text)
		return error_host(err, ENOMEM, "histogram: cannot encode");
	base64_encode((uint8_t *)packed, sizeof(*packed) + packed_size, *text);
	return 0;
}

static int bad(struct error *err, const char *what)
{
	return error_input(err,
			   "encoded histogram: %s; it must be HdrHistogram V2 compressed, "
			   "whole and unchanged",
			   what);
}

static int get_counts(struct hdr *h, const uint8_t *at, size_t left, struct error *err)
{
	int64_t index = 0;

	while (left) {
		int64_t word = 0;
		size_t n = get_word(at, left, &word);

		if (!n)
			return bad(err, "a count is cut");
		at += n;
		left -= n;
		/* -counts_len is compared, not negated: -INT64_MIN is none. */
		if (word < -(int64_t)h->counts_len || index >= h->counts_len ||
		    (word < 0 && index - word > h->counts_len))
			return bad(err, "more counts than its range has");
		if (word < 0) {
			index -= word;
			continue;
		}
		if (__builtin_add_overflow(h->total, word, &h->total))
			return bad(err, "the counts add up to more than 63 bits hold");
		h->counts[index++] = word;
	}
	return 0;
}

/* The header's fields checked, and h made from them. *payload: the bytes that follow. */
static int get_header(struct hdr *h, const struct header *from, uint32_t *payload,
		      struct error *err)
{
	uint32_t digits = be32toh(from->digits);

	if ((be32toh(from->cookie) & ~COOKIE_WORD_MASK) != COOKIE_PLAIN)
		return bad(err, "the cookie inside is not that of V2");
	if (from->offset != 0 || be64toh(from->ratio) != RATIO_ONE)
		return bad(err, "a shifted or scaled histogram, which is not taken");
	if (digits > 5)
		return bad(err, "more than 5 significant digits");
	if (hdr_init(h, (int64_t)be64toh(from->lowest), (int64_t)be64toh(from->highest),
		     (int)digits, err) < 0)
		return error_wrap(err, "encoded histogram");
	*payload = be32toh(from->length);
	if (*payload > WORD_MAX * (uint64_t)h->counts_len || *payload > ALLOCATION_MAX)
		return bad(err, "longer than its range allows");
	return 0;
}

/* Inflate exactly size bytes. */
static bool inflate_some(z_stream *z, void *to, uint32_t size)
{
	int status;

	z->next_out = to;
	z->avail_out = size;
	if (!size)
		return true;
	status = inflate(z, Z_SYNC_FLUSH);
	return (status == Z_OK || status == Z_STREAM_END) && z->avail_out == 0;
}

static int inflate_all(z_stream *z, struct hdr *h, struct error *err)
{
	cleanup_free uint8_t *payload = NULL;
	struct header header;
	uint32_t size = 0;
	uint8_t beyond;

	if (!inflate_some(z, &header, sizeof(header)))
		return bad(err, "its zlib stream is damaged or cut");
	if (get_header(h, &header, &size, err) < 0)
		return -1;
	payload = malloc(size + 1);
	if (!payload)
		return error_host(err, ENOMEM, "encoded histogram of %" PRIu32 " bytes", size);
	if (!inflate_some(z, payload, size))
		return bad(err, "its zlib stream is damaged or cut");
	/* One more byte is asked for, so that zlib comes to the end and compares the checksum. */
	z->next_out = &beyond;
	z->avail_out = 1;
	if (inflate(z, Z_FINISH) != Z_STREAM_END || z->avail_out != 1 || z->avail_in)
		return bad(err, "its zlib stream is damaged or longer than it says");
	return get_counts(h, payload, size, err);
}

int hdr_decode(const char *text, struct hdr *h, struct error *err)
{
	size_t length = strlen(text);
	cleanup_free uint8_t *packed = NULL;
	struct outer outer = {0};
	z_stream z = {0};
	ptrdiff_t size;
	int result;

	*h = (struct hdr){0};
	if (length > ALLOCATION_MAX)
		return bad(err, "the text is longer than 64 MiB");
	packed = malloc(length / 4 * 3 + 1);
	if (!packed)
		return error_host(err, ENOMEM, "encoded histogram of %zu characters", length);
	size = base64_decode(text, length, packed);
	if (size < 0)
		return bad(err, "not base64");
	size -= (ptrdiff_t)sizeof(outer);
	if (size >= 0)
		memcpy(&outer, packed, sizeof(outer));
	if ((be32toh(outer.cookie) & ~COOKIE_WORD_MASK) != COOKIE_COMPRESSED)
		return bad(err, "the cookie is not that of V2 compressed");
	if (be32toh(outer.length) != (uint32_t)size)
		return bad(err, "its length is not what it says");
	if (inflateInit(&z) != Z_OK)
		return error_host(err, ENOMEM, "encoded histogram: cannot inflate");
	z.next_in = packed + sizeof(outer);
	z.avail_in = (uInt)size;
	result = inflate_all(&z, h, err);
	inflateEnd(&z);
	if (result < 0)
		hdr_destroy(h);
	return result;
}
