/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables in Markdown. */
#include <string.h>

#include "base/own.h"
#include "rig/docs/docs.h"

static void print_verbs(FILE *to)
{
	fputs("| command | what it does |\n| --- | --- |\n", to);
	for (const struct verb *const *v = docs_verbs; *v; v++) {
		const struct option_verb *o = &(*v)->options;

		fprintf(to, "| `poolrig %s%s%s` | %.*s |\n", o->name, *o->arguments ? " " : "",
			o->arguments, (int)strcspn(o->about, "\n"), o->about);
	}
}

static const struct table {
	const char *name;
	void (*print)(FILE *to);
} tables[] = {
    {"verbs", print_verbs},
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
