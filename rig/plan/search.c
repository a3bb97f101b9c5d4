/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/search.h"

#include "rig/knob/knob.h"

int search_spec_read(const struct search_texts *t, struct search_spec *spec)
{
	const char *const given[] = {t->metric, t->bound,      t->from,
				     t->to,     t->resolution, t->confirm};

	*spec = (struct search_spec){0};
	for (size_t i = 0; knob_search[i].type != FIELD_END; i++) {
		const char *text = given[i] ? given[i] : knob_search[i].fallback;

		if (!text || field_parse(&knob_search[i], text, spec, NULL) < 0)
			return -1;
	}
	return spec->from < spec->to ? 0 : -1;
}
