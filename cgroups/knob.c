/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/knob.h"

#include <errno.h>
#include <string.h>

#include "base/cpulist.h"
#include "base/own.h"
#include "base/text.h"

#define ROW(id, name, controller, v2, v1, unit, absence, grade)                                    \
	{CG_KNOB_##id, name, CG_##controller, v2, v1, CG_UNIT_##unit, absence, grade},
static const struct cg_knob_row rows[CG_KNOBS] = {CG_KNOB_TABLE(ROW)};
#undef ROW

const struct cg_knob_row *cg_knob_row(enum cg_knob knob)
{
	return (unsigned)knob < CG_KNOBS ? &rows[knob] : NULL;
}

const char *cg_held_name(enum cg_held held)
{
	static const char *const names[] = {
	    [CG_HELD_UNSET] = "unset",     [CG_HELD_AS_ASKED] = "held",
	    [CG_HELD_CHANGED] = "changed", [CG_HELD_REFUSED] = "refused",
	    [CG_HELD_ABSENT] = "absent",
	};

	return (unsigned)held < ARRAY_SIZE(names) ? names[held] : "?";
}

int cg_setting_copy(struct cg_setting *to, const struct cg_setting *from, struct error *err)
{
	struct cg_setting copy = *from;

	copy.asked = from->asked ? strdup(from->asked) : NULL;
	copy.got = from->got ? strdup(from->got) : NULL;
	cg_settings_destroy(to, 1);
	*to = copy;
	if (!copy.asked == !from->asked && !copy.got == !from->got)
		return 0;
	cg_settings_destroy(to, 1);
	return error_host(err, ENOMEM, "no memory for a cgroup setting");
}

void cg_settings_destroy(struct cg_setting *settings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(settings[i].asked);
		free(settings[i].got);
		settings[i] = (struct cg_setting){.held = CG_HELD_UNSET};
	}
}

const char *cg_setting_show(const struct cg_knob_row *row, const char *value,
			    char buf[static CG_SHOW_SIZE])
{
	cpu_set_t set;

	_Static_assert(CG_SHOW_SIZE == CPULIST_SHOW_SIZE, "a list of CPUs fits");
	if (strlen(value) < CG_SHOW_SIZE)
		return strcpy(buf, value);
	if (row->unit == CG_UNIT_CPULIST && cpulist_parse(value, &set, NULL) == 0)
		return cpulist_show(&set, buf);
	return text_shorten(value, buf, CG_SHOW_SIZE);
}
