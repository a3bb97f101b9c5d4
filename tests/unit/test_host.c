/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cpulist.h"
#include "rig/cell/host.h"

static const char *fact(const struct host_record *host, const char *name)
{
	for (size_t i = 0; i < host->count; i++)
		if (strcmp(host->facts[i].name, name) == 0)
			return host->facts[i].value;
	fail_msg("no fact %s", name);
	return NULL;
}

/* 1,024 CPUs of which every second one is online, and a parent as long as a group's path can be. */
static void long_facts_are_whole(void **state)
{
	static struct topology topology = {.cpu_model = "x", .cores = 512};
	static struct cg_tree tree = {.mode = CG_MODE_V2};
	struct error err = ERROR_INIT;
	struct host_record host = {0};
	char list[CPULIST_SIZE];

	(void)state;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu += 2)
		CPU_SET(cpu, &topology.online);
	memset(tree.parent, 'p', sizeof(tree.parent) - 1);
	tree.parent[0] = '/';
	assert_int_equal(host_describe(&host, &topology, &tree, "", &err), 0);
	assert_string_equal(fact(&host, "cpus"), cpulist_format(&topology.online, list));
	assert_string_equal(fact(&host, "cgroup_parent"), tree.parent);
	assert_string_equal(fact(&host, "cores"), "512");
	host_record_destroy(&host);
	assert_int_equal(host.count, 0);
	host_record_destroy(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(long_facts_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
