/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/host.h"

#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <hwloc.h>
#include <inttypes.h>
#include <jansson.h>
#include <netlink/version.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <yaml.h>

#include "base/cpulist.h"
#include "base/io.h"
#include "base/own.h"

static void fact(struct host_record *host, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void fact(struct host_record *host, const char *name, const char *fmt, ...)
{
	struct host_fact *f = &host->facts[host->count];
	va_list ap;

	if (host->count == HOST_FACTS_MAX)
		return;
	snprintf(f->name, sizeof(f->name), "%s", name);
	va_start(ap, fmt);
	if (vasprintf(&f->value, fmt, ap) < 0)
		f->value = NULL;
	va_end(ap);
	host->count++;
}

/* The first line of a file, as a fact; no file, no fact. The kernel gives them a page at most. */
static void fact_file(struct host_record *host, const char *name, const char *path)
{
	char text[4097];

	if (io_read_at(AT_FDCWD, path, text, sizeof(text), NULL) <= 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	if (text[0])
		fact(host, name, "%s", text);
}

static void describe_kernel(struct host_record *host)
{
	static const char *const files[][2] = {
	    {"kernel_command_line", "/proc/cmdline"},
	    {"clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
	    {"cpu_governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"},
	    {"smt", "/sys/devices/system/cpu/smt/control"},
	    {"cpus_isolated", "/sys/devices/system/cpu/isolated"},
	    {"cpus_nohz_full", "/sys/devices/system/cpu/nohz_full"},
	    {"transparent_hugepages", "/sys/kernel/mm/transparent_hugepage/enabled"},
	    {"aslr", "/proc/sys/kernel/randomize_va_space"},
	    {"load_average", "/proc/loadavg"},
	    {"product", "/sys/class/dmi/id/product_name"},
	};
	struct utsname uts;

	if (uname(&uts) == 0) {
		fact(host, "kernel", "%s", uts.release);
		fact(host, "kernel_build", "%s", uts.version);
		fact(host, "architecture", "%s", uts.machine);
		fact(host, "hostname", "%s", uts.nodename);
	}
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		fact_file(host, files[i][0], files[i][1]);
}

static void describe_versions(struct host_record *host)
{
	fact(host, "version.poolrig", "%s", POOLRIG_VERSION);
	fact(host, "version.compiler", "%s", __VERSION__);
	fact(host, "version.glibc", "%s", gnu_get_libc_version());
	fact(host, "version.libyaml", "%s", yaml_get_version_string());
	fact(host, "version.libnl", "%s", LIBNL_VERSION);
	fact(host, "version.jansson", "%s", JANSSON_VERSION);
	fact(host, "version.sqlite", "%s", sqlite3_libversion());
	fact(host, "version.hwloc", "%x", hwloc_get_api_version());
}

int host_describe(struct host_record *host, const struct topology *topology,
		  const struct cg_tree *tree, const char *notes, struct error *err)
{
	char list[CPULIST_SIZE];

	host->count = 0;
	describe_kernel(host);
	fact(host, "cpu_model", "%s", topology->cpu_model);
	fact(host, "cpus", "%s", cpulist_format(&topology->online, list));
	fact(host, "cores", "%d", topology->cores);
	fact(host, "numa_nodes", "%d", topology->numa_nodes);
	fact(host, "memory_bytes", "%" PRIu64, topology->memory_bytes);
	fact(host, "cgroup_mode", "%s", cg_mode_name(tree->mode));
	fact(host, "cgroup_parent", "%s", tree->parent);
	if (tree->notes[0] || notes[0])
		fact(host, "notes", "%s %s", tree->notes, notes);
	describe_versions(host);
	for (size_t i = 0; i < host->count; i++)
		if (!host->facts[i].value)
			return error_host(err, ENOMEM, "the host's description: %s",
					  host->facts[i].name);
	return 0;
}
