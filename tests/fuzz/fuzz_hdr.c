/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An encoded histogram: a text as a workload sends it or, where the first byte is 0, what is inside
 * the zlib stream, which is compressed here (no fuzzer gets through a checksum by itself). */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/base64.h"
#include "base/hdr.h"
#include "base/own.h"
#include "tests/fuzz/fuzz.h"

static char *compressed(const uint8_t *data, size_t size)
{
	uLongf packed = compressBound(size);
	cleanup_free uint8_t *bytes = malloc(8 + packed);
	uint32_t cookie = htobe32(0x1c849314), length;
	char *text;

	FUZZ_MUST(bytes && compress2(bytes + 8, &packed, data, size, 1) == Z_OK);
	length = htobe32((uint32_t)packed);
	memcpy(bytes, &cookie, 4);
	memcpy(bytes + 4, &length, 4);
	text = malloc(base64_text_size(8 + packed));
	FUZZ_MUST(text);
	base64_encode(bytes, 8 + packed, text);
	return text;
}

/* Of any histogram: what is counted adds up, and the quantiles are in order. */
static void check_values(const struct hdr *h)
{
	int64_t total = 0, last = 0, max = hdr_max(h), min = hdr_min(h);
	double mean = hdr_mean(h);

	for (int32_t i = 0; i < h->counts_len; i++) {
		FUZZ_MUST(h->counts[i] >= 0);
		total += h->counts[i];
	}
	FUZZ_MUST(total == h->total && hdr_total(h) == total);
	FUZZ_MUST(hdr_count_up_to(h, INT64_MAX) == total);
	FUZZ_MUST(min <= max && mean >= 0);
	for (int q = 0; q <= 20; q++) {
		int64_t value = hdr_quantile(h, q / 20.0);

		FUZZ_MUST(value >= last && value <= max);
		last = value;
	}
	FUZZ_MUST(last == max);
}

static void check(struct hdr *h)
{
	cleanup_free char *text = NULL;
	struct error err = ERROR_INIT;
	struct hdr again = {0}, sum = {0};

	check_values(h);
	FUZZ_MUST_OF(hdr_encode(h, &text, &err) == 0, err.text);
	FUZZ_MUST_OF(hdr_decode(text, &again, &err) == 0, err.text);
	FUZZ_MUST(again.counts_len == h->counts_len && again.total == h->total);
	FUZZ_MUST(!memcmp(again.counts, h->counts, (size_t)h->counts_len * sizeof(*h->counts)));
	/* What several intervals are merged into. */
	FUZZ_MUST(hdr_init(&sum, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS, HDR_LATENCY_DIGITS,
			   &err) == 0);
	for (int i = 0; i < 2; i++)
		if (hdr_add(&sum, h, &err) < 0)
			fuzz_error(&err);
	check_values(&sum);
	hdr_destroy(&sum);
	hdr_destroy(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text =
	    size && data[0] == 0 ? compressed(data + 1, size - 1) : fuzz_text(data, size);
	struct error err = ERROR_INIT;
	struct hdr h;

	if (hdr_decode(text, &h, &err) < 0) {
		fuzz_error(&err);
		return 0;
	}
	check(&h);
	hdr_destroy(&h);
	return 0;
}
