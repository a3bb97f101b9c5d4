/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/knob.h"

#include "base/own.h"

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
