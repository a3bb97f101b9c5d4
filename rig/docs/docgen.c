/* SPDX-License-Identifier: GPL-3.0-or-later */
/* docgen: prints one generated part of the documentation. Only the build uses it. */
#include <stddef.h>
#include <string.h>

#include "rig/docs/docs.h"

#define VERB_ADDRESS(name) &verb_##name,
const struct verb *const docs_verbs[] = {VERBS(VERB_ADDRESS) NULL};

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "", *name = argc > 2 ? argv[2] : "";
	int failed = -1;

	if (strcmp(what, "table") == 0)
		failed = docs_table(name, stdout);
	else if (strcmp(what, "man") == 0)
		failed = docs_page(name, stdout);
	else if (strcmp(what, "completion") == 0)
		failed = docs_completion(name, stdout);
	else if (strcmp(what, "pages") == 0) {
		docs_page_names(stdout);
		failed = 0;
	}
	if (failed)
		fprintf(stderr,
			"docgen: \"%s %s\": nothing to print; use table NAME, man PAGE, completion "
			"SHELL or pages\n",
			what, name);
	return failed || fflush(stdout) != 0 ? 2 : 0;
}
