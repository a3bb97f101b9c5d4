/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/controller.h"

#include <stdio.h>
#include <string.h>

static const char *const controller_names[CG_CONTROLLERS] = {
    [CG_CPUSET] = "cpuset", [CG_CPU] = "cpu",   [CG_CPUACCT] = "cpuacct",
    [CG_MEMORY] = "memory", [CG_PIDS] = "pids", [CG_FREEZER] = "freezer",
    [CG_IO] = "io",
};

const char *cg_controller_name(enum cg_controller c)
{
	return (unsigned)c < CG_CONTROLLERS ? controller_names[c] : "?";
}

uint32_t cg_controllers_parse(const char *list)
{
	uint32_t set = 0;

	while (*list) {
		size_t len = strcspn(list, " ,\n");

		for (int c = 0; c < CG_CONTROLLERS; c++)
			if (strlen(controller_names[c]) == len &&
			    memcmp(controller_names[c], list, len) == 0)
				set |= 1u << c;
		list += len;
		list += strspn(list, " ,\n");
	}
	return set;
}

const char *cg_controllers_text(uint32_t controllers, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (int c = 0; c < CG_CONTROLLERS && used < size; c++)
		if (controllers & (1u << c))
			used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? "," : "",
						 cg_controller_name((enum cg_controller)c));
	return buf;
}
