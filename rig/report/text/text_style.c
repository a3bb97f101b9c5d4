/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/stream.h"
#include "rig/report/text/text.h"

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

static bool colour_is_wanted(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && no[0]) && term && strcmp(term, "dumb") != 0;
}

struct style style_of(FILE *to)
{
	const char *columns = getenv("COLUMNS");
	struct style style = {.to = to, .utf8 = locale_is_utf8()};
	struct winsize size;

	style.width = columns ? atoi(columns) : STYLE_WIDTH_DEFAULT;
	if (isatty(stream_fd(to))) {
		style.colour = colour_is_wanted();
		if (ioctl(stream_fd(to), TIOCGWINSZ, &size) == 0 && size.ws_col)
			style.width = size.ws_col;
	}
	style.width = style.width < 80 ? 80 : style.width > 160 ? 160 : style.width;
	return style;
}

const char *style_mark(const struct style *style, enum style_mark mark)
{
	static const char *const codes[] = {"\033[0m", "\033[1m", "\033[33m", "\033[31m"};

	return style->colour ? codes[mark] : "";
}
