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
