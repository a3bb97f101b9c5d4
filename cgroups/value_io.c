/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits of a block device (kernel: Documentation/admin-guide/cgroup-v2.rst, io.max). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/units.h"
#include "cgroups/value.h"

static const char *const keys[CG_IO_LIMITS] = {
    [CG_IO_RBPS] = "rbps", [CG_IO_WBPS] = "wbps", [CG_IO_RIOPS] = "riops", [CG_IO_WIOPS] = "wiops"};

/* One "key=value". */
static int ask_limit(const char *word, struct cg_value *v)
{
	for (int i = 0; i < CG_IO_LIMITS; i++) {
		size_t len = strlen(keys[i]);
		const char *text = word + len + 1;

		if (strncmp(word, keys[i], len) != 0 || word[len] != '=' || v->limits[i])
			continue;
		v->limits[i] = UINT64_MAX;
		if (strcmp(text, "max") == 0)
			return 0;
		if ((i < CG_IO_RIOPS ? units_bytes(text, &v->limits[i], NULL)
				     : units_count(text, &v->limits[i], NULL)) < 0)
			return -1;
		return v->limits[i] ? 0 : -1; /* the kernel takes no 0 */
	}
	return -1;
}

static int parse(const char *text, struct cg_value *v)
{
	char line[160];
	char *save = NULL, *word;
	int end = 0;

	snprintf(line, sizeof(line), "%s", text);
	word = strtok_r(line, " ", &save);
	if (!word || sscanf(word, "%u:%u%n", &v->device[0], &v->device[1], &end) != 2 || word[end])
		return -1;
	while ((word = strtok_r(NULL, " ", &save)))
		if (ask_limit(word, v) < 0)
			return -1;
	return 0;
}

int cg_value_ask_io(const char *text, struct cg_value *v, struct error *err)
{
	bool any = false;

	if (!strchr(text, '\n') && strlen(text) < 160 && parse(text, v) == 0)
		for (int i = 0; i < CG_IO_LIMITS; i++)
			any |= v->limits[i] != 0;
	if (any)
		return 0;
	return error_input(err,
			   "\"%s\": not a limit of a device; write MAJOR:MINOR and one or more of "
			   "rbps, wbps, riops and wiops, such as 8:0 wbps=10M",
			   text);
}

int cg_value_read_io(const char *text, struct cg_value *v)
{
	char line[160];

	/* A cell has one device at most; one without a limit is not listed. */
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
	return *line ? parse(line, v) : 0;
}

const char *cg_value_text_io(const struct cg_value *v, char *buf, size_t size)
{
	size_t used = (size_t)snprintf(buf, size, "%u:%u", v->device[0], v->device[1]);

	for (int i = 0; i < CG_IO_LIMITS && used < size; i++) {
		if (v->limits[i] == UINT64_MAX)
			used += (size_t)snprintf(buf + used, size - used, " %s=max", keys[i]);
		else if (v->limits[i])
			used += (size_t)snprintf(buf + used, size - used, " %s=%" PRIu64, keys[i],
						 v->limits[i]);
	}
	return buf;
}

bool cg_value_held_io(const struct cg_value *asked, const struct cg_value *got)
{
	bool listed = memcmp(asked->device, got->device, sizeof(got->device)) == 0;

	for (int i = 0; i < CG_IO_LIMITS; i++)
		if (asked->limits[i] && asked->limits[i] != (listed ? got->limits[i] : UINT64_MAX))
			return false;
	return true;
}
