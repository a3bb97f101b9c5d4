/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const uint8_t *data, size_t size, char *text)
{
	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t bits = (uint32_t)data[i] << 16;

		bits |= left > 1 ? (uint32_t)data[i + 1] << 8 : 0;
		bits |= left > 2 ? data[i + 2] : 0;
		*text++ = alphabet[bits >> 18];
		*text++ = alphabet[bits >> 12 & 63];
		*text++ = left > 1 ? alphabet[bits >> 6 & 63] : '=';
		*text++ = left > 2 ? alphabet[bits & 63] : '=';
	}
	*text = '\0';
}

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

ptrdiff_t base64_decode(const char *text, size_t length, uint8_t *data)
{
	uint8_t *out = data;
	size_t padding = 0;

	if (length % 4)
		return -1;
	while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < length; i += 4) {
		size_t digits = i + 4 == length ? 4 - padding : 4;
		uint32_t bits = 0;

		for (size_t k = 0; k < 4; k++) {
			int d = k < digits ? digit(text[i + k]) : 0;

			if (d < 0)
				return -1;
			bits = bits << 6 | (uint32_t)d;
		}
		for (size_t k = 0; k + 1 < digits; k++)
			*out++ = (uint8_t)(bits >> (16 - 8 * k));
	}
	return out - data;
}
