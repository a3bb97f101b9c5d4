/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "rig/report/json/json.h"
#include "rig/result/compared.h"

static json_t *known(bool known, double value)
{
	return known && isfinite(value) ? json_number(value) : json_null();
}

static json_t *row_json(const void *item, const void *of)
{
	const struct compared_row *row = item;
	const struct compared *c = of;
	const struct comparison *s = &row->comparison;
	bool any = s->pairs > 0;

	return json_pack(
	    "{s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:o, s:s, s:I, s:o, s:I, s:I, s:b, s:s, s:o}",
	    "metric", json_text(row->metric), "baseline",
	    json_text(c->result->variants[c->baseline].name), "variant",
	    json_text(c->result->variants[row->variant].name), "ratio", known(any, s->ratio), "low",
	    known(s->has_interval, s->low), "high", known(s->has_interval, s->high), "level",
	    c->level, "p", known(any, s->p), "verdict", comparison_verdict_text(s->verdict),
	    "pairs", (json_int_t)s->pairs, "needed",
	    s->needed ? json_integer((json_int_t)s->needed) : json_null(), "left_out_unknown",
	    (json_int_t)row->unknown, "left_out_grades", (json_int_t)row->mixed, "exploratory",
	    c->exploratory, "estimand", compared_estimand(c), "reason", json_text(row->reason));
}

static json_t *rows_json(const struct compared *c)
{
	return json_list(c->rows, c->count, sizeof(*c->rows), row_json, c);
}

json_t *json_comparisons(const struct result *result, struct error *err)
{
	struct compared c;
	int declared = compared_declared(&c, result, err);
	json_t *rows = declared < 0 ? NULL : declared ? rows_json(&c) : json_array();

	compared_destroy(&c);
	return rows;
}

json_t *json_compared(const struct compared *c)
{
	const struct run_summary *s = &c->result->view->summary;

	return json_pack("{s:i, s:o, s:o, s:f, s:o}", "format", JSON_FORMAT, "run",
			 json_text(s->id), "experiment", json_text(s->experiment), "margin",
			 c->margin, "comparisons", rows_json(c));
}
