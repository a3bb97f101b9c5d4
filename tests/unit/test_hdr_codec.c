/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/base64.h"
#include "base/hdr.h"
#include "base/own.h"

/* Made by the Python package hdrhistogram 0.10.8: range 1..100000000000, 3 digits, values 5 and
 * 1000000. */
#define FOREIGN "HISTFAAAACd4nJNpmSzMwMDAxgABzFCaEYjFPcpeMNh/gAhwMm1dx8gEAGwcBa4="

static void latency(struct hdr *h)
{
	assert_int_equal(
	    hdr_init(h, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS, HDR_LATENCY_DIGITS, NULL),
	    0);
}

static void round_trip(const struct hdr *h)
{
	struct error err = ERROR_INIT;
	cleanup_free char *text = NULL;
	struct hdr back;

	assert_int_equal(hdr_encode(h, &text, &err), 0);
	assert_memory_equal(text, "HISTFAAA", 8); /* how all V2 compressed texts begin */
	assert_int_equal(hdr_decode(text, &back, &err), 0);
	assert_int_equal(back.lowest, h->lowest);
	assert_int_equal(back.highest, h->highest);
	assert_int_equal(back.significant, h->significant);
	assert_int_equal(back.counts_len, h->counts_len);
	assert_int_equal(back.total, h->total);
	assert_memory_equal(back.counts, h->counts, (size_t)h->counts_len * sizeof(int64_t));
	hdr_destroy(&back);
}

static void test_round_trips(void **state)
{
	struct hdr h;
	(void)state;

	latency(&h);
	round_trip(&h);
	hdr_record(&h, 0);
	round_trip(&h);
	hdr_record(&h, HDR_LATENCY_HIGHEST_NS);
	round_trip(&h);
	for (int64_t v = 1; v < HDR_LATENCY_HIGHEST_NS; v = v * 3 + 1)
		hdr_record_n(&h, v, v % 1000 + 1);
	round_trip(&h);
	hdr_reset(&h);
	hdr_record_n(&h, 5000, INT64_MAX); /* nine bytes */
	round_trip(&h);
	for (int i = 0; i < 63; i++) { /* each length of a word, all in neighbouring counts */
		hdr_reset(&h);
		hdr_record_n(&h, 64 * i, INT64_C(1) << i);
		hdr_record_n(&h, 64 * i + 64, (INT64_C(1) << i) - 1);
		round_trip(&h);
	}
	hdr_reset(&h);
	for (int64_t v = 0; v < 1000000000; v += 64 + v / 1100) /* dense */
		hdr_record(&h, v);
	round_trip(&h);
	hdr_destroy(&h);
}

static void test_foreign(void **state)
{
	struct hdr h;
	(void)state;

	assert_int_equal(hdr_decode(FOREIGN, &h, NULL), 0);
	assert_int_equal(h.lowest, 1);
	assert_int_equal(h.highest, INT64_C(100000000000));
	assert_int_equal(hdr_total(&h), 2);
	assert_int_equal(hdr_min(&h), 5);
	assert_int_equal(hdr_count_up_to(&h, 999000), 1);
	assert_int_equal(hdr_count_up_to(&h, 1000000), 2);
	hdr_destroy(&h);
}

/* A text around a payload of our choice; the caller frees it. */
static char *forge(uint32_t digits, int64_t highest, const uint8_t *payload, uint32_t size,
		   uint32_t said)
{
	uint8_t plain[40 + 64] = {0x1c, 0x84, 0x93, 0x13}, packed[512] = {0x1c, 0x84, 0x93, 0x14};
	uLongf length = sizeof(packed) - 8;
	char *text;

	plain[7] = (uint8_t)said;
	plain[6] = (uint8_t)(said >> 8);
	plain[4] = (uint8_t)(said >> 24);
	plain[15] = (uint8_t)digits;
	plain[23] = 1;
	for (int i = 0; i < 8; i++)
		plain[24 + i] = (uint8_t)(highest >> (56 - 8 * i));
	plain[32] = 0x3f;
	plain[33] = 0xf0;
	memcpy(plain + 40, payload, size);
	assert_int_equal(compress(packed + 8, &length, plain, 40 + size), Z_OK);
	packed[7] = (uint8_t)length;
	text = malloc(base64_text_size(8 + length));
	base64_encode(packed, 8 + length, text);
	return text;
}

static void refused(const char *text, const char *why)
{
	struct error err = ERROR_INIT;
	struct hdr h;

	assert_int_equal(hdr_decode(text, &h, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	assert_null(h.counts);
}

static void test_payloads(void **state)
{
	static const uint8_t least[9] = {255, 255, 255, 255, 255, 255, 255, 255, 255};
	static const uint8_t most[18] = {254, 255, 255, 255, 255, 255, 255, 255, 255,
					 254, 255, 255, 255, 255, 255, 255, 255, 255};
	const struct {
		const char *why;
		uint32_t digits;
		int64_t highest;
		const uint8_t *payload;
		uint32_t size, said;
	} rows[] = {
	    {"more counts", 1, 2, (const uint8_t[]){65}, 1, 1},    /* 33 zeros of 32 */
	    {"more counts", 1, 2, (const uint8_t[]){63, 2}, 2, 2}, /* 32 zeros, then one */
	    {"more counts", 1, 2, least, 9, 9},                    /* INT64_MIN zeros */
	    {"add up", 1, 2, most, 18, 18},                        /* 2 * INT64_MAX */
	    {"is cut", 1, 2, (const uint8_t[]){0x80}, 1, 1},       /* goes on, and does not */
	    {"damaged", 1, 2, (const uint8_t[]){2, 2}, 2, 3},      /* less than it says */
	    {"longer", 1, 2, (const uint8_t[]){2, 2}, 2, 1},       /* more than it says */
	    {"longer than its range", 1, 2, (const uint8_t[]){2}, 1, 999},
	    {"longer than its range", 1, 2, (const uint8_t[]){2}, 1, 0xff000001u},
	    {"digits", 6, 2, (const uint8_t[]){2}, 1, 1},
	    {"digits", 0, 2, (const uint8_t[]){2}, 1, 1},
	    {"range", 1, 1, (const uint8_t[]){2}, 1, 1},
	    {"range", 1, -1, (const uint8_t[]){2}, 1, 1},
	};
	cleanup_free char *good = forge(1, 2, (const uint8_t[]){61, 2}, 2, 2);
	struct hdr h;
	(void)state;

	assert_int_equal(hdr_decode(good, &h, NULL), 0);
	assert_int_equal(h.counts[31], 1);
	hdr_destroy(&h);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *text = forge(rows[i].digits, rows[i].highest, rows[i].payload,
						rows[i].size, rows[i].said);

		refused(text, rows[i].why);
	}
}

static void test_not_ours(void **state)
{
	(void)state;
	refused("", "cookie");
	refused("HIST", "cookie");
	refused("AAAAAAAAAAAA", "cookie");
	refused("HISTFAAAACd4n", "base64");
	refused("HISTFAAAACd4nJNpmSzMwMDAxgABzFCaEYjFPcpeMNh/gAhwMm1dx8gEAGwcBa4\n", "base64");
	refused("HISTFAAAACh4nJNpmSzMwMDAxgABzFCaEYjFPcpeMNh/gAhwMm1dx8gEAGwcBa4=", "length");
}

/* A fixed generator: the same mutations every time. */
static uint32_t next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33);
}

static void try_text(const char *text, int *accepted)
{
	struct error err = ERROR_INIT;
	struct hdr h;

	if (hdr_decode(text, &h, &err) == 0) {
		int64_t total = 0;

		for (int32_t i = 0; i < h.counts_len; i++)
			total += h.counts[i];
		assert_int_equal(total, hdr_total(&h));
		(*accepted)++;
	} else {
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_null(h.counts);
	}
	hdr_destroy(&h);
}

static void test_cut_and_changed_texts(void **state)
{
	cleanup_free char *text = NULL, *copy = NULL;
	uint64_t seed = 1;
	int accepted = 0;
	struct hdr h;
	size_t length;
	(void)state;

	latency(&h);
	for (int i = 0; i < 500; i++)
		hdr_record_n(&h, (int64_t)next(&seed) * 10, next(&seed) % 100 + 1);
	assert_int_equal(hdr_encode(&h, &text, NULL), 0);
	hdr_destroy(&h);
	length = strlen(text);
	for (size_t cut = 0; cut < length; cut++) {
		/* Its own allocation, so that a read behind the end is seen. */
		cleanup_free char *part = strndup(text, cut);

		try_text(part, &accepted);
	}
	assert_int_equal(accepted, 0);
	copy = strdup(text);
	for (int i = 0; i < 5000; i++) {
		strcpy(copy, text);
		for (uint32_t n = next(&seed) % 3 + 1; n; n--)
			copy[next(&seed) % length] = (char)(next(&seed) % 94 + 33);
		try_text(copy, &accepted);
	}
	assert_true(accepted < 50); /* zlib's checksum lets hardly any pass */
}

/* Behind the checksum: payloads of random bytes. */
static void test_random_payloads(void **state)
{
	uint64_t seed = 2;
	int accepted = 0;
	(void)state;

	for (int i = 0; i < 5000; i++) {
		uint8_t payload[64];
		uint32_t size = next(&seed) % sizeof(payload);
		cleanup_free char *text = NULL;

		for (uint32_t k = 0; k < size; k++)
			payload[k] = (uint8_t)(next(&seed) % (next(&seed) % 2 ? 256 : 8));
		text = forge(next(&seed) % 4, (int64_t)next(&seed) << (next(&seed) % 30), payload,
			     size, size);
		try_text(text, &accepted);
	}
	assert_true(accepted > 100); /* or this test tests nothing */
}

static void test_base64(void **state)
{
	/* RFC 4648, section 10. */
	static const struct {
		const char *plain, *text;
	} rows[] = {{"", ""},
		    {"f", "Zg=="},
		    {"fo", "Zm8="},
		    {"foo", "Zm9v"},
		    {"foob", "Zm9vYg=="},
		    {"fooba", "Zm9vYmE="},
		    {"foobar", "Zm9vYmFy"}};
	static const char *const bad[] = {"Z",    "Zg",    "Zg=",  "====", "Z===",      "Zg==Zg==",
					  "Zm 9", "Zm9\n", "=Zm9", "Z=m9", "Zm\xff\x80"};
	char text[16];
	uint8_t data[16];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t n = strlen(rows[i].plain);

		base64_encode((const uint8_t *)rows[i].plain, n, text);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(base64_text_size(n), strlen(text) + 1);
		assert_int_equal(base64_decode(text, strlen(text), data), (ptrdiff_t)n);
		assert_memory_equal(data, rows[i].plain, n);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(base64_decode(bad[i], strlen(bad[i]), data), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trips),
	    cmocka_unit_test(test_foreign),
	    cmocka_unit_test(test_payloads),
	    cmocka_unit_test(test_not_ours),
	    cmocka_unit_test(test_cut_and_changed_texts),
	    cmocka_unit_test(test_random_payloads),
	    cmocka_unit_test(test_base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
