/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static bool locale_is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value && value[0])
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

struct style style_of(FILE *to)
{
	struct style style = {.to = to, .width = TEXT_WIDTH_DEFAULT};
	struct winsize size;

	if (!isatty(fileno(to)))
		return style;
	style.utf8 = locale_is_utf8();
	if (ioctl(fileno(to), TIOCGWINSZ, &size) == 0 && size.ws_col)
		style.width = size.ws_col < 80 ? 80 : size.ws_col > 160 ? 160 : size.ws_col;
	return style;
}

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

		if (c == 0xfffd && len == 1) {
			memcpy(at, "\xef\xbf\xbd", 3);
			at += 3;
		} else {
			memcpy(at, s, len);
			at += len;
		}
		s += len;
	}
	if (copy)
		*at = '\0';
	return copy;
}

/* One character fit for a terminal: into out, returns its length. */
static size_t clean_one(const char *s, size_t len, uint32_t c, bool utf8, char out[4])
{
	if (c == '\t' || c == '\n' || c == '\r') {
		out[0] = ' ';
		return 1;
	}
	if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c > 0x7f && (!utf8 || len == 1))) {
		out[0] = '?';
		return 1;
	}
	memcpy(out, s, len);
	return len;
}

char *text_clean(const char *s, bool utf8, char *buf, size_t size)
{
	size_t used = 0;

	while (*s) {
		uint32_t c;
		size_t len = text_next(s, &c);
		char out[4];
		size_t n = clean_one(s, len, c, utf8, out);

		if (used + n + 1 > size)
			break;
		memcpy(buf + used, out, n);
		used += n;
		s += len;
	}
	buf[used] = '\0';
	return buf;
}

int text_width(const char *s)
{
	int width = 0;

	for (; *s; s++)
		width += ((unsigned char)*s & 0xc0) != 0x80;
	return width;
}

void text_fold(const struct style *style, int at, int indent, const char *text)
{
	char word[1024];
	bool first = true;

	while (*text) {
		size_t len = strcspn(text, " \t\n\r");
		char raw[sizeof(word)];
		int width;

		if (len == 0) {
			text++;
			continue;
		}
		if (len >= sizeof(raw))
			len = sizeof(raw) - 1;
		memcpy(raw, text, len);
		raw[len] = '\0';
		text += len;
		text_clean(raw, style->utf8, word, sizeof(word));
		width = text_width(word);
		if (!first && at + 1 + width > style->width) {
			fprintf(style->to, "\n%*s", indent, "");
			at = indent;
			first = true;
		}
		fprintf(style->to, "%s%s", first ? "" : " ", word);
		at += width + !first;
		first = false;
	}
	fputc('\n', style->to);
}

void text_lines(const struct style *style, int indent, const char *text)
{
	while (*text) {
		fprintf(style->to, "%*s", indent, "");
		while (*text && *text != '\n') {
			uint32_t c;
			size_t len = text_next(text, &c);
			char out[4];
			size_t n = clean_one(text, len, c, style->utf8, out);

			fwrite(out, 1, n, style->to);
			text += len;
		}
		fputc('\n', style->to);
		text += *text == '\n';
	}
}

const char *text_time(int64_t unix_ns, char *buf, size_t size)
{
	int64_t ms = unix_ns / NS_PER_MS;
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char day[24];

	if (!gmtime_r(&seconds, &tm) || unix_ns < 0 ||
	    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm) == 0) {
		snprintf(buf, size, "unknown");
		return buf;
	}
	snprintf(buf, size, "%s.%03dZ", day, (int)(ms % 1000));
	return buf;
}
