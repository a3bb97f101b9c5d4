/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal of a dead run, whatever somebody wrote into it: only groups of ours are undone. */
#include <string.h>
#include <unistd.h>

#include "cgroups/controller.h"
#include "rig/cell/journal.h"
#include "tests/fuzz/fuzz.h"

static int undo(const struct journal_line *line, void *arg, struct error *err)
{
	int *lines = arg;

	(void)err;
	FUZZ_MUST(line->parent[0] == '/');
	FUZZ_MUST(!line->controllers || line->controllers < 1u << CG_CONTROLLERS);
	if (!line->controllers)
		FUZZ_MUST_OF(strncmp(line->name, "poolrig-", 8) == 0 && !strchr(line->name, '/'),
			     line->name);
	return ++*lines % 8 == 7; /* some can't be undone yet */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = fuzz_file("x.journal", data, size);
	struct error err = ERROR_INIT;
	int lines = 0, undone = journal_recover(fuzz_dir(), undo, &lines, &err);

	if (undone < 0)
		fuzz_error(&err);
	/* It goes where all was undone, and stays where something is left. */
	FUZZ_MUST(undone == 1 ? access(path, F_OK) < 0 && lines < 7 : access(path, F_OK) == 0);
	unlink(path);
	return 0;
}
