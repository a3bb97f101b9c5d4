/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"

/* Of one character: "\\xNN" for each of its four bytes, and what ends the string. */
#define ESCAPED_MAX 17

size_t text_next(const char *s, uint32_t *character)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)s[0];
	size_t len = first < 0x80             ? 1
		     : (first & 0xe0) == 0xc0 ? 2
		     : (first & 0xf0) == 0xe0 ? 3
		     : (first & 0xf8) == 0xf0 ? 4
					      : 0;
	uint32_t c = len == 1 ? first : len ? first & (0xffu >> (len + 1)) : 0;

	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80) {
			len = 0;
			break;
		}
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (!len || c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
		*character = 0xfffd;
		return 1;
	}
	*character = c;
	return len;
}

char *text_valid(const char *s)
{
	char *copy = malloc(strlen(s) * 3 + 1);
	char *at = copy;

	while (copy && *s) {
		uint32_t c;
		size_t len = text_next(s, &c);
		bool wrong = c == 0xfffd && len == 1;

		at = mempcpy(at, wrong ? "\xef\xbf\xbd" : s, wrong ? 3 : len);
		s += len;
	}
	if (copy)
		*at = '\0';
	return copy;
}

bool text_is_control(uint32_t c)
{
	/* Beyond C0, DEL and C1: what ends a line (U+2028, U+2029) or turns the direction of the
	 * text around it (Unicode Standard Annex 9, section 2). */
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* The one escape function: a character of len bytes as it may be printed, into out; returns its
 * length there. */
static size_t escape_one(const char *s, size_t len, uint32_t c, bool utf8, char out[ESCAPED_MAX])
{
	size_t used = 0;

	if (text_is_control(c) || (c > 0x7f && len == 1)) {
		for (size_t i = 0; i < len; i++)
			used += (size_t)sprintf(out + used, "\\x%02x", (unsigned char)s[i]);
		return used;
	}
	if (c > 0x7f && !utf8) {
		out[0] = '?';
		return 1;
	}
	memcpy(out, s, len);
	return len;
}

/* The same in a text of one line, where blanks may take the place of line ends. */
static size_t clean_one(const char *s, size_t len, uint32_t c, bool utf8, char out[ESCAPED_MAX])
{
	if (c != '\t' && c != '\n' && c != '\r')
		return escape_one(s, len, c, utf8, out);
	out[0] = ' ';
	return 1;
}

size_t text_escape(const char *s, bool utf8, char *buf, size_t size)
{
	size_t used = 0, needed = 0;

	while (*s) {
		uint32_t c;
		size_t len = text_next(s, &c);
		char out[ESCAPED_MAX];
		size_t n = clean_one(s, len, c, utf8, out);

		/* Nothing behind what did not fit: a short one would look as if it followed. */
		if (used == needed && used + n < size) {
			memcpy(buf + used, out, n);
			used += n;
		}
		needed += n;
		s += len;
	}
	buf[used] = '\0';
	return needed;
}

char *text_clean(const char *s, bool utf8, char *buf, size_t size)
{
	text_escape(s, utf8, buf, size);
	return buf;
}

void text_put(FILE *to, bool utf8, const char *s)
{
	while (*s) {
		uint32_t c;
		size_t len = text_next(s, &c);
		char out[ESCAPED_MAX];

		fwrite(out, 1, clean_one(s, len, c, utf8, out), to);
		s += len;
	}
}

char *text_cut(const char *s, char *buf, size_t size)
{
	size_t len = strnlen(s, size);

	/* not within a character: back to its first byte */
	if (len == size)
		for (len--; len && ((unsigned char)s[len] & 0xc0) == 0x80;)
			len--;
	memcpy(buf, s, len);
	buf[len] = '\0';
	return buf;
}

char *text_shorten(const char *s, char *buf, size_t size)
{
	static const char more[] = "...";

	if (strnlen(s, size) < size)
		return strcpy(buf, s);
	return strcat(text_cut(s, buf, size - strlen(more)), more);
}

const char *text_quote(const char *s, char buf[TEXT_QUOTE_SIZE])
{
	enum { SHOWN = 60 };
	const char *begin = s;
	size_t used = 0;

	while (*s && s - begin < SHOWN) {
		uint32_t c;
		size_t len = text_next(s, &c);

		used += escape_one(s, len, c, true, buf + used);
		s += len;
	}
	strcpy(buf + used, *s ? "..." : "");
	return buf;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t closest_distance(const char *a, const char *b)
{
	size_t rows[3][CLOSEST_WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];
	size_t la = strnlen(a, CLOSEST_WORD_MAX), lb = strnlen(b, CLOSEST_WORD_MAX);

	for (size_t j = 0; j <= lb; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *free_row = before;

		now[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t differ = a[i - 1] != b[j - 1];

			now[j] = least(last[j - 1] + differ, least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = free_row;
	}
	return last[lb];
}

int closest_is_near(const char *a, const char *b)
{
	size_t la = strnlen(a, CLOSEST_WORD_MAX), lb = strnlen(b, CLOSEST_WORD_MAX);
	size_t allowed = (la > lb ? la : lb) / 3;

	return closest_distance(a, b) <= (allowed ? allowed : 1);
}

const char *text_any_of(const char *const *words, char *buf, size_t size)
{
	buf[0] = '\0';
	for (size_t i = 0; words[i]; i++)
		text_add(buf, size, "%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
	return buf;
}

char *text_add(char *buf, size_t size, const char *fmt, ...)
{
	size_t used = strlen(buf);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf + used, size - used, fmt, ap);
	va_end(ap);
	return buf;
}

int text_width(const char *s)
{
	int width = 0;

	for (; *s; s++)
		width += ((unsigned char)*s & 0xc0) != 0x80;
	return width;
}

/* Bytes up to the next place where a line may end: not between a number and its unit or noun. */
static size_t unbroken(const char *text)
{
	static const char blanks[] = " \t\n\r";
	size_t len = strcspn(text, blanks);

	if (len && isdigit((unsigned char)text[len - 1]) && text[len] == ' ' &&
	    (isalpha((unsigned char)text[len + 1]) || (unsigned char)text[len + 1] > 0x7f ||
	     text[len + 1] == '%'))
		len += 1 + strcspn(text + len + 1, blanks);
	return len;
}

#define PIECE_MAX 1023
#define LIST_MIN  64 /* a word that is longer may also end behind a comma: a list of CPUs */

/* How much of a word of this length is printed at once; not whole: the rest joins it. */
static size_t piece(const char *text, size_t len, bool *whole)
{
	size_t most = len > PIECE_MAX ? PIECE_MAX : len, end = len > LIST_MIN ? LIST_MIN : 0;

	while (end && text[end - 1] != ',')
		end--;
	if (end)
		most = end;
	*whole = most == len;
	return most;
}

void text_fold(const struct style *style, int at, int indent, const char *text)
{
	bool first = true, glued = false;

	while (*text) {
		bool whole;
		size_t len = piece(text, unbroken(text), &whole);
		char raw[PIECE_MAX + 1], word[4 * sizeof(raw)];
		int width;

		if (len == 0) {
			text++;
			continue;
		}
		snprintf(raw, sizeof(raw), "%.*s", (int)len, text);
		text += len;
		text_clean(raw, style->utf8, word, sizeof(word));
		width = text_width(word);
		if (!first && at + !glued + width > style->width) {
			fprintf(style->to, "\n%*s", indent, "");
			at = indent;
			first = true;
		}
		fprintf(style->to, "%s%s", first || glued ? "" : " ", word);
		at += width + !(first || glued);
		first = false;
		glued = !whole;
	}
	fputc('\n', style->to);
}

/* The caller frees. NULL: no memory. */
static char *format(const char *fmt, va_list ap)
{
	char *text;

	return vasprintf(&text, fmt, ap) < 0 ? NULL : text;
}

static const char no_memory[] = "no memory to print it";

void text_say(const struct style *style, int at, int indent, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	text_fold(style, at, indent, text ? text : no_memory);
}

void text_print(const struct style *style, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	text_put(style->to, style->utf8, text ? text : no_memory);
}

void text_lines(const struct style *style, int indent, const char *text)
{
	while (*text) {
		fprintf(style->to, "%*s", indent, "");
		while (*text && *text != '\n') {
			uint32_t c;
			size_t len = text_next(text, &c);
			char out[ESCAPED_MAX];

			fwrite(out, 1, clean_one(text, len, c, style->utf8, out), style->to);
			text += len;
		}
		fputc('\n', style->to);
		text += *text == '\n';
	}
}
