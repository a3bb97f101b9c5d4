/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/hdr for scripts, a command a line on standard input, an answer a line:
 *   encode LOWEST HIGHEST DIGITS VALUE:COUNT …   the encoded text
 *   decode TEXT                                  total min max counts_len INDEX:COUNT …
 *   quantile TEXT Q …                            the value at each Q
 * A failure is answered with "error: TEXT".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hdr.h"
#include "base/own.h"

static int encode(char *rest, struct error *err)
{
	int64_t lowest = strtoll(rest, &rest, 10), highest = strtoll(rest, &rest, 10);
	int digits = (int)strtol(rest, &rest, 10);
	cleanup_free char *text = NULL;
	struct hdr h;
	int result;

	if (hdr_init(&h, lowest, highest, digits, err) < 0)
		return -1;
	while (*rest == ' ') {
		int64_t value = strtoll(rest, &rest, 10);
		int64_t count = *rest == ':' ? strtoll(rest + 1, &rest, 10) : 1;

		hdr_record_n(&h, value, count);
	}
	result = hdr_encode(&h, &text, err);
	if (result == 0)
		printf("%s\n", text);
	hdr_destroy(&h);
	return result;
}

static int decode(const char *text, struct error *err)
{
	struct hdr h;

	if (hdr_decode(text, &h, err) < 0)
		return -1;
	printf("%" PRId64 " %" PRId64 " %" PRId64 " %d", hdr_total(&h), hdr_min(&h), hdr_max(&h),
	       h.counts_len);
	for (int32_t i = 0; i < h.counts_len; i++)
		if (h.counts[i])
			printf(" %d:%" PRId64, i, h.counts[i]);
	printf("\n");
	hdr_destroy(&h);
	return 0;
}

static int quantile(char *rest, struct error *err)
{
	char *at = strchr(rest, ' ');
	struct hdr h;

	if (at)
		*at++ = '\0';
	if (hdr_decode(rest, &h, err) < 0)
		return -1;
	while (at && *at)
		printf("%" PRId64 " ", hdr_quantile(&h, strtod(at, &at)));
	printf("\n");
	hdr_destroy(&h);
	return 0;
}

static int command(char *line, struct error *err)
{
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "encode ", 7) == 0)
		return encode(line + 7, err);
	if (strncmp(line, "decode ", 7) == 0)
		return decode(line + 7, err);
	if (strncmp(line, "quantile ", 9) == 0)
		return quantile(line + 9, err);
	return error_input(err, "\"%s\": no such command", line);
}

int main(void)
{
	cleanup_free char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		struct error err = ERROR_INIT;

		if (command(line, &err) < 0)
			printf("error: %s\n", err.text);
		fflush(stdout);
	}
	return 0;
}
