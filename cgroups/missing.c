/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/missing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/own.h"
#include "cgroups/counter_files.h"
#include "cgroups/file.h"

static const struct cg_field *field_of(const struct cg_file_row *row, enum cg_counter counter)
{
	for (size_t i = 0; i < row->count; i++)
		if (row->fields[i].counter == counter)
			return &row->fields[i];
	return NULL;
}

/* Why a file that this kind of host has does not give the counter. */
static void explain_file(const struct cg_file_row *row, const struct cg_field *field, int errnum,
			 char *why, size_t size)
{
	if (errnum == ENOENT)
		snprintf(why, size, "no %s here (needs %s)", row->name, row->since);
	else if (errnum)
		snprintf(why, size, "%s: %s", row->name, strerror(errnum));
	else if (row->format != CG_FORMAT_SINGLE)
		snprintf(why, size, "%s has no \"%s\" here", row->name, field->key);
	else
		snprintf(why, size, "%s does not hold a number", row->name);
}

/* Where no file of this kind of host has it at all. */
static void explain_absence(const struct cg_cell *cell, const struct cg_file_row *row, char *why,
			    size_t size)
{
	const struct cg_tree *tree = cell->run->tree;

	if (row->where == CG_IN_V2_TREE)
		snprintf(why, size, "no v2 tree is mounted");
	else if (row->where == CG_IN_V2_NO_CPUACCT)
		snprintf(why, size, "neither a v2 tree nor the cpuacct controller is there");
	else if (tree->of_controller[row->controller] < 0)
		snprintf(why, size, "the %s controller is not there",
			 cg_controller_name(row->controller));
	else
		snprintf(why, size, "cgroup %s does not count it",
			 row->where == CG_IN_V2_CONTROLLER ? "v1" : "v2");
}

/* The last row that applies has the last word; one that does not apply speaks only where none does.
 * errnums[i]: why row i could not be opened, or 0. */
static void explain(struct cg_counters *c, enum cg_counter counter, const int *errnums)
{
	const struct cg_file_row *rows;
	size_t n = cg_file_rows(&rows);
	char *why = c->missing[counter];

	for (size_t i = 0; i < n; i++) {
		const struct cg_field *field = field_of(&rows[i], counter);

		if (!field)
			continue;
		if (cg_file_dirfd(c->cell, &rows[i]) >= 0) {
			explain_file(&rows[i], field, errnums[i], why, sizeof(c->missing[0]));
		} else if (!*why) {
			explain_absence(c->cell, &rows[i], why, sizeof(c->missing[0]));
		}
	}
}

/* Also where the version can't be told. */
static bool kernel_may_be(int major, int minor)
{
	struct utsname name;
	int a = 0, b = 0;

	return uname(&name) < 0 || sscanf(name.release, "%d.%d", &a, &b) != 2 || a > major ||
	       (a == major && b >= minor);
}

/* Where a cell may not swap, v1 counts a limit that is reached in memory.memsw.failcnt (the charge
 * to memory + swap is tried first), and Linux leaves that at 0 since 6.15 (mm/page_counter.c,
 * track_failcnt; seen with 6.18). A 0 that means nothing is worse than no number. Returns why it is
 * not to be believed; NULL: it counts. */
static const char *failcnt_doubt(const struct cg_cell *cell)
{
	int at = cell->run->tree->of_controller[CG_MEMORY], rc;
	struct cg_value memory, both;

	if (at < 0 || cell->run->tree->hierarchies[at].v2 || cell->fds[at] < 0 ||
	    !kernel_may_be(6, 15))
		return NULL;
	rc = cg_read_number(cell->fds[at], "memory.memsw.limit_in_bytes", &both);
	if (rc == -ENOENT) /* no such accounting: memory.failcnt counts */
		return NULL;
	if (rc == 0)
		rc = cg_read_number(cell->fds[at], "memory.limit_in_bytes", &memory);
	if (rc < 0)
		return "v1's limits can't be read, by which its failcnt is to be believed or not";
	return both.number <= memory.number &&
		       !cg_v1_unlimited(both.number, (uint64_t)sysconf(_SC_PAGESIZE))
		   ? "v1 counts it in memory.memsw.failcnt where swap is 0, and Linux >= 6.15 does "
		     "not"
		   : NULL;
}

static void drop_failcnt(struct cg_counters *c, const char *why)
{
	const struct cg_file_row *rows;
	size_t n = cg_file_rows(&rows);

	for (size_t i = 0; i < n; i++)
		if (field_of(&rows[i], CG_MEMORY_EVENT_MAX))
			own_close(&c->fds[i]);
	snprintf(c->missing[CG_MEMORY_EVENT_MAX], sizeof(c->missing[0]), "%s", why);
}

void cg_counters_explain(struct cg_counters *c, uint64_t known, const int *errnums)
{
	const char *doubt = failcnt_doubt(c->cell);

	for (int k = 0; k < CG_COUNTERS; k++)
		if (!(known & (UINT64_C(1) << k)))
			explain(c, (enum cg_counter)k, errnums);
	if (doubt)
		drop_failcnt(c, doubt);
}
