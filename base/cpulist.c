/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cpulist.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int number(const char **at, long *out)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return -1;
	*out = strtol(*at, &end, 10);
	*at = end;
	return *out < CPU_SETSIZE ? 0 : -1;
}

int cpulist_parse(const char *text, cpu_set_t *set, struct error *err)
{
	const char *at = text;

	CPU_ZERO(set);
	while (*at && *at != '\n') {
		long first, last;

		if (number(&at, &first) < 0)
			goto bad;
		last = first;
		if (*at == '-') {
			at++;
			if (number(&at, &last) < 0 || last < first)
				goto bad;
		}
		for (long cpu = first; cpu <= last; cpu++)
			CPU_SET((int)cpu, set);
		if (*at == ',' && at[1] && at[1] != '\n')
			at++;
		else if (*at && *at != '\n')
			goto bad;
	}
	if (*at == '\n' && at[1])
		goto bad;
	return 0;
bad:
	CPU_ZERO(set);
	return error_input(err, "\"%s\": not a list of CPUs; write it as 0-3,7 (below %d)", text,
			   CPU_SETSIZE);
}

/* As much as fits, of whole CPUs and ranges. False: there are more. */
static bool format(const cpu_set_t *set, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		int last = cpu, n;

		if (!CPU_ISSET(cpu, set))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set))
			last++;
		n = snprintf(buf + used, size - used, last > cpu ? "%s%d-%d" : "%s%d",
			     used ? "," : "", cpu, last);
		if ((size_t)n >= size - used) {
			buf[used] = '\0';
			return false;
		}
		used += (size_t)n;
		cpu = last;
	}
	return true;
}

const char *cpulist_format(const cpu_set_t *set, char buf[static CPULIST_SIZE])
{
	format(set, buf, CPULIST_SIZE);
	return buf;
}

const char *cpulist_show(const cpu_set_t *set, char buf[static CPULIST_SHOW_SIZE])
{
	static const char more[] = ",... (1024 CPUs)";

	if (!format(set, buf, CPULIST_SHOW_SIZE)) {
		format(set, buf, CPULIST_SHOW_SIZE - strlen(more));
		text_add(buf, CPULIST_SHOW_SIZE, ",... (%d CPUs)", CPU_COUNT(set));
	}
	return buf;
}

void cpulist_without(cpu_set_t *set, const cpu_set_t *what)
{
	cpu_set_t both;

	CPU_AND(&both, set, what);
	CPU_XOR(set, set, &both);
}

int cpulist_first(const cpu_set_t *set)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, set))
			return cpu;
	return -1;
}
