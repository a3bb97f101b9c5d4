/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables in Markdown. */
#include <string.h>

#include "base/own.h"
#include "rig/docs/docs.h"
#include "rig/knob/knob.h"
#include "rig/metric/metric.h"
#include "rig/probe/probes.h"
#include "rig/record/bound.h"

static void print_verbs(FILE *to)
{
	fputs("| command | what it does |\n| --- | --- |\n", to);
	for (const struct verb *const *v = docs_verbs; *v; v++) {
		const struct option_verb *o = &(*v)->options;

		fprintf(to, "| `poolrig %s%s%s` | %.*s |\n", o->name, *o->arguments ? " " : "",
			o->arguments, (int)strcspn(o->about, "\n"), o->about);
	}
}

static void print_probes(FILE *to)
{
	static const char *const costs[PROBE_COSTS] = {
	    [PROBE_READS] = "some open files",
	    [PROBE_TABLES] = "tables of the kernel",
	    [PROBE_CELL_TASKS] = "each task of the cell",
	    [PROBE_HOST_TASKS] = "each task of the host",
	};
	size_t count;
	const struct probe_ops *const *probes = probes_table(&count);

	fputs("| probe | what it observes | what is read at the window's end |\n| --- | --- | --- "
	      "|\n",
	      to);
	for (size_t i = 0; i < count; i++)
		fprintf(to, "| `%s` | %s | %s |\n", probes[i]->name, probes[i]->help,
			costs[probes[i]->cost]);
}

static void print_metrics(FILE *to)
{
	static const char *const sources[] = {"cgroup",   "getrusage", "rig",
					      "workload", "derived",   "probe"};
	static const char *const reductions[] = {"window",  "life",  "end of window",
						 "highest", "birth", "merged over the window"};
	static const char *const better[] = {"", "lower", "higher"};
	size_t count;
	const struct metric_row *rows = metric_rows(&count);

	fputs("| metric | from | over | better | what |\n| --- | --- | --- | --- | --- |\n", to);
	for (size_t i = 0; i < count; i++)
		if (rows[i].help)
			fprintf(to, "| `%s` | %s | %s | %s | %s |\n", rows[i].name,
				sources[rows[i].source], reductions[rows[i].reduction],
				better[rows[i].better], rows[i].help);
}

static void print_bounds(FILE *to)
{
	fputs("| interference | above | what |\n| --- | --- | --- |\n", to);
	for (size_t i = 0; i < BOUNDS; i++)
		fprintf(to, "| `%s` | %.3g %% | %s |\n", bounds[i].line, bounds[i].share * 100,
			bounds[i].help);
}

static const struct table {
	const char *name;
	void (*print)(FILE *to);
} tables[] = {
    {"verbs", print_verbs},     {"probes", print_probes}, {"knobs", knob_table_md},
    {"metrics", print_metrics}, {"bounds", print_bounds},
};

int docs_table(const char *name, FILE *to)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (strcmp(tables[i].name, name) != 0)
			continue;
		tables[i].print(to);
		return 0;
	}
	return -1;
}
