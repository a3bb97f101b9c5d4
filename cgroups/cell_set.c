/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Setting a knob of a cell, and asking the kernel what it holds. */
#include "cgroups/cell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cpulist.h"
#include "cgroups/file.h"
#include "cgroups/ops.h"
#include "cgroups/set_v1.h"

static void conclude(struct cg_setting *s, const struct cg_knob_row *row, enum cg_held held,
		     const char *why)
{
	s->held = held;
	snprintf(s->reason, sizeof(s->reason), "%s \"%.40s\": %s; %s", row->name, s->asked, why,
		 row->absence);
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
	char text[4096];
	int rc;

	if (!slot->v2)
		return cg_v1_write(slot, asked, why, size);
	cg_value_text(slot->row, asked, text, sizeof(text));
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

/* Compare what is held with what was asked, and keep both. */
static void compare(const struct cg_slot *slot, struct cg_setting *s, const struct cg_value *asked)
{
	struct cg_value got;
	cpu_set_t effective;
	char why[128];
	int rc = read_value(slot, &got);

	if (rc < 0) {
		snprintf(why, sizeof(why), "cannot be read back: %s", strerror(-rc));
		s->got[0] = '\0';
		conclude(s, slot->row, CG_HELD_CHANGED, why);
		return;
	}
	cg_value_text(slot->row, &got, s->got, sizeof(s->got));
	if (!cg_value_held(slot->row, asked, &got, slot->page)) {
		snprintf(why, sizeof(why), "the kernel holds \"%.80s\"", s->got);
		conclude(s, slot->row, CG_HELD_CHANGED, why);
		return;
	}
	if (slot->row->unit == CG_UNIT_CPULIST && read_effective(slot, &effective) == 0 &&
	    !CPU_EQUAL(&effective, &asked->set)) {
		cpulist_format(&effective, s->got, sizeof(s->got));
		snprintf(why, sizeof(why), "held, but only \"%.80s\" is in force", s->got);
		conclude(s, slot->row, CG_HELD_CHANGED, why);
		return;
	}
	s->held = CG_HELD_AS_ASKED;
	s->reason[0] = '\0';
}

/* The kernel said no: keep why, and what it holds instead. */
static void refused(const struct cg_slot *slot, struct cg_setting *s, int errnum, const char *more)
{
	struct cg_value got;
	char why[160];

	if (read_value(slot, &got) == 0)
		cg_value_text(slot->row, &got, s->got, sizeof(s->got));
	if (*more)
		snprintf(why, sizeof(why), "%s", more);
	else if (errnum == ENOENT)
		snprintf(why, sizeof(why), "this kernel has no %s here",
			 slot->v2 ? slot->row->v2_file : slot->row->v1_file);
	else
		snprintf(why, sizeof(why), "the kernel refuses it: %s", strerror(errnum));
	conclude(s, slot->row, errnum == ENOENT ? CG_HELD_ABSENT : CG_HELD_REFUSED, why);
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
	if (strlen(value) >= sizeof(setting.asked))
		return error_input(err,
				   "%s \"%.60s...\": longer than %zu characters; write it "
				   "shorter, as a range",
				   row->name, value, sizeof(setting.asked) - 1);
	if (cg_value_ask(row, value, &asked, err) < 0)
		return error_prefix(err, "%s", row->name);
	snprintf(setting.asked, sizeof(setting.asked), "%s", value);
	if (!find(cell, row, &slot, why, sizeof(why))) {
		conclude(&setting, row, CG_HELD_ABSENT, why);
	} else {
		rc = write_value(&slot, &asked, why, sizeof(why));
		if (rc < 0)
			refused(&slot, &setting, -rc, why);
		else
			compare(&slot, &setting, &asked);
	}
	cell->settings[knob] = setting;
	return 0;
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
		if (find(cell, row, &slot, why, sizeof(why)))
			compare(&slot, s, &asked);
		else
			conclude(s, row, CG_HELD_CHANGED, why);
	}
	return 0;
}
