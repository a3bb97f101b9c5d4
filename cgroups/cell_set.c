/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Setting a knob of a cell, and asking the kernel what it holds. */
#include "cgroups/cell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroups/file.h"
#include "cgroups/ops.h"
#include "cgroups/set_v1.h"

static void conclude(struct cg_setting *s, const struct cg_knob_row *row, enum cg_held held,
		     const char *why)
{
	char asked[CG_SHOW_SIZE];

	s->held = held;
	snprintf(s->reason, sizeof(s->reason), "%s \"%s\": %s; %s", row->name,
		 cg_setting_show(row, s->asked, asked), why, row->absence);
}

static int keep(char **to, const char *text, struct error *err)
{
	free(*to);
	*to = text ? strdup(text) : NULL;
	if (text && !*to)
		return error_host(err, ENOMEM, "no memory for a cgroup setting");
	return 0;
}

static int keep_got(struct cg_setting *s, const struct cg_knob_row *row, const struct cg_value *got,
		    struct error *err)
{
	char text[CPULIST_SIZE];

	return keep(&s->got, cg_value_text(row, got, text), err);
}

/* Where the knob is, or a reason why it is nowhere. */
static bool find(struct cg_cell *cell, const struct cg_knob_row *row, struct cg_slot *slot,
		 char *why, size_t size)
{
	const struct cg_tree *tree = cell->run->tree;
	int at = tree->of_controller[row->controller];
	/* A cell's partition is its run's, where that has one. */
	bool of_run = row->knob == CG_KNOB_PARTITION && cell->run->partition.held != CG_HELD_UNSET;

	if (at < 0 || cell->fds[at] < 0) {
		snprintf(why, size, "the %s controller is not there",
			 cg_controller_name(row->controller));
		return false;
	}
	*slot = (struct cg_slot){
	    .ops = tree->ops,
	    .cell = cell,
	    .row = row,
	    .dirfd = of_run ? cell->run->fds[at] : cell->fds[at],
	    .v2 = tree->hierarchies[at].v2,
	    .page = (uint64_t)sysconf(_SC_PAGESIZE),
	};
	if (!slot->v2 && !row->v1_file) {
		snprintf(why, size, "cgroup v1 has no such knob");
		return false;
	}
	return true;
}

/* v2: a controller that cells have only where it is asked for is enabled in the run's group. */
static int enable(const struct cg_slot *slot)
{
	const struct cg_run *run = slot->cell->run;
	char text[32];

	snprintf(text, sizeof(text), "+%s", cg_controller_name(slot->row->controller));
	return slot->ops->write(slot->ops,
				run->fds[run->tree->of_controller[slot->row->controller]],
				"cgroup.subtree_control", text);
}

static int write_value(const struct cg_slot *slot, const struct cg_value *asked, char *why,
		       size_t size)
{
	char text[CPULIST_SIZE];
	int rc;

	if (!slot->v2)
		return cg_v1_write(slot, asked, why, size);
	cg_value_text(slot->row, asked, text);
	rc = slot->ops->write(slot->ops, slot->dirfd, slot->row->v2_file, text);
	if (rc == -ENOENT && enable(slot) == 0)
		rc = slot->ops->write(slot->ops, slot->dirfd, slot->row->v2_file, text);
	return rc;
}

static int read_value(const struct cg_slot *slot, struct cg_value *got)
{
	char text[4096];
	int rc;

	if (!slot->v2)
		return cg_v1_read(slot, got);
	rc = cg_read_text(slot->dirfd, slot->row->v2_file, text, sizeof(text));
	if (rc < 0)
		return rc;
	return cg_value_read(slot->row, text, got) < 0 ? -EBADMSG : 0;
}

/* What of a cpuset is in force: CPUs that are offline, or that the parent does not have, are
 * silently left out of it. -1 where the kernel does not show it. */
static int read_effective(const struct cg_slot *slot, cpu_set_t *set)
{
	bool cpus = slot->row->knob == CG_KNOB_CPUS;
	const char *v2 = cpus ? "cpuset.cpus.effective" : "cpuset.mems.effective";
	const char *v1 = cpus ? "cpuset.effective_cpus" : "cpuset.effective_mems";
	char text[4096];

	if (cg_read_text(slot->dirfd, slot->v2 ? v2 : v1, text, sizeof(text)) < 0)
		return -1;
	return cpulist_parse(text, set, NULL);
}

/* Compare what is held with what was asked, and keep both. -1: no memory. */
static int compare(const struct cg_slot *slot, struct cg_setting *s, const struct cg_value *asked,
		   struct error *err)
{
	struct cg_value got;
	cpu_set_t effective;
	char why[CG_SHOW_SIZE + 48], shown[CG_SHOW_SIZE];
	int rc = read_value(slot, &got);

	if (rc < 0) {
		snprintf(why, sizeof(why), "cannot be read back: %s", strerror(-rc));
		keep(&s->got, NULL, NULL);
		conclude(s, slot->row, CG_HELD_CHANGED, why);
		return 0;
	}
	if (keep_got(s, slot->row, &got, err) < 0)
		return -1;
	if (!cg_value_held(slot->row, asked, &got, slot->page)) {
		snprintf(why, sizeof(why), "the kernel holds \"%s\"",
			 cg_setting_show(slot->row, s->got, shown));
		conclude(s, slot->row, CG_HELD_CHANGED, why);
		return 0;
	}
	if (slot->row->unit == CG_UNIT_CPULIST && read_effective(slot, &effective) == 0 &&
	    !CPU_EQUAL(&effective, &asked->set)) {
		got = (struct cg_value){.set = effective};
		if (keep_got(s, slot->row, &got, err) < 0)
			return -1;
		snprintf(why, sizeof(why), "held, but only \"%s\" is in force",
			 cg_setting_show(slot->row, s->got, shown));
		conclude(s, slot->row, CG_HELD_CHANGED, why);
		return 0;
	}
	s->held = CG_HELD_AS_ASKED;
	s->reason[0] = '\0';
	return 0;
}

/* The kernel said no: keep why, and what it holds instead. -1: no memory. */
static int refused(const struct cg_slot *slot, struct cg_setting *s, int errnum, const char *more,
		   struct error *err)
{
	struct cg_value got;
	char why[160];

	if (read_value(slot, &got) == 0 && keep_got(s, slot->row, &got, err) < 0)
		return -1;
	if (*more)
		snprintf(why, sizeof(why), "%s", more);
	else if (errnum == ENOENT)
		snprintf(why, sizeof(why), "this kernel has no %s here",
			 slot->v2 ? slot->row->v2_file : slot->row->v1_file);
	else
		snprintf(why, sizeof(why), "the kernel refuses it: %s", strerror(errnum));
	conclude(s, slot->row, errnum == ENOENT ? CG_HELD_ABSENT : CG_HELD_REFUSED, why);
	return 0;
}

int cg_cell_set(struct cg_cell *cell, enum cg_knob knob, const char *value, struct error *err)
{
	const struct cg_knob_row *row = cg_knob_row(knob);
	struct cg_setting setting = {.held = CG_HELD_UNSET};
	struct cg_value asked;
	struct cg_slot slot;
	char why[128] = "";
	int rc;

	if (!row)
		return error_input(err, "knob %d: unknown", (int)knob);
	if (cg_value_ask(row, value, &asked, err) < 0)
		return error_prefix(err, "%s", row->name);
	rc = keep(&setting.asked, value, err);
	if (rc == 0 && !find(cell, row, &slot, why, sizeof(why))) {
		conclude(&setting, row, CG_HELD_ABSENT, why);
	} else if (rc == 0) {
		rc = write_value(&slot, &asked, why, sizeof(why));
		rc = rc < 0 ? refused(&slot, &setting, -rc, why, err)
			    : compare(&slot, &setting, &asked, err);
	}
	cg_settings_destroy(&cell->settings[knob], 1);
	cell->settings[knob] = setting;
	return rc;
}

int cg_cell_set_cpus(struct cg_cell *cell, const cpu_set_t *cpus, struct error *err)
{
	char list[CPULIST_SIZE];

	return cg_cell_set(cell, CG_KNOB_CPUS, cpulist_format(cpus, list), err);
}

int cg_cell_verify(struct cg_cell *cell, struct error *err)
{
	for (int k = 0; k < CG_KNOBS; k++) {
		struct cg_setting *s = &cell->settings[k];
		const struct cg_knob_row *row = cg_knob_row((enum cg_knob)k);
		struct cg_value asked;
		struct cg_slot slot;
		char why[128];

		/* What was refused stays refused, even where the kernel held the value by chance.
		 */
		if (s->held != CG_HELD_AS_ASKED && s->held != CG_HELD_CHANGED)
			continue;
		if (cg_value_ask(row, s->asked, &asked, err) < 0)
			return error_prefix(err, "%s", row->name);
		if (!find(cell, row, &slot, why, sizeof(why)))
			conclude(s, row, CG_HELD_CHANGED, why);
		else if (compare(&slot, s, &asked, err) < 0)
			return -1;
	}
	return 0;
}
