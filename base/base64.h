/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 with the standard alphabet and padding, no line breaks (RFC 4648, section 4). Pure
 * functions. */
#ifndef POOLRIG_BASE_BASE64_H
#define POOLRIG_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that the text of size bytes takes, its NUL included. */
static inline size_t base64_text_size(size_t size)
{
	return (size + 2) / 3 * 4 + 1;
}

/* Write size bytes of data as text and a NUL; text has base64_text_size(size) bytes. */
void base64_encode(const uint8_t *data, size_t size, char *text);

/* Decode length characters of text into data, which has at least length / 4 * 3 bytes. Returns how
 * many bytes came out, or -1 where the text is not base64 (blanks and line breaks included). */
ptrdiff_t base64_decode(const char *text, size_t length, uint8_t *data);

#endif
