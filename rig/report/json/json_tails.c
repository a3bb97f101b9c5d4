/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/json/json.h"
#include "rig/result/tails.h"

static json_t *known(bool known, double value)
{
	return known ? json_number(value) : json_null();
}

static json_t *quantile_json(const struct tail_quantile *q, double of)
{
	static const char *const sources[] = {NULL, "ranks", "fit"};
	bool any = q->source != TAIL_UNKNOWN;

	return json_pack("{s:f, s:o, s:o, s:o, s:o, s:I}", "quantile", of, "value",
			 known(any, q->value), "low", known(any, q->low), "high",
			 known(any, q->high), "source", json_text(sources[q->source]), "least",
			 (json_int_t)q->least);
}

static json_t *fit_json(const struct tail *t)
{
	return json_pack(
	    "{s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I}", "threshold",
	    json_number(t->threshold), "above", (json_int_t)t->above, "shape",
	    json_number(t->fit.shape), "shape_low", known(t->shape.has_low, t->shape.low),
	    "shape_high", known(t->shape.has_high, t->shape.high), "scale",
	    json_number(t->fit.scale), "shape_by_moments", known(t->has_moments, t->moments.shape),
	    "scale_by_moments", known(t->has_moments, t->moments.scale), "anderson_darling",
	    json_number(t->statistic), "p", json_number(t->p), "thresholds_tried",
	    (json_int_t)t->rejected + 1, "thresholds_rejected", (json_int_t)t->rejected);
}

static json_t *row_json(const void *item, const void *of)
{
	const struct tails_row *row = item;
	const struct tails *tails = of;
	json_t *quantiles = json_array();

	for (int i = 0; i < TAILS_QUANTILES && row->values; i++)
		quantiles =
		    json_added(quantiles, quantile_json(&row->quantiles[i], tails_quantiles[i]));
	return json_pack("{s:o, s:i, s:i, s:I, s:o, s:o, s:o}", "variant",
			 json_text(tails->result->variants[row->variant].name), "trials",
			 row->trials, "trials_without", row->without, "values",
			 (json_int_t)row->values, "quantiles", quantiles, "tail",
			 row->has_tail ? fit_json(&row->tail) : json_null(), "reason",
			 json_text(row->reason[0] ? row->reason : NULL));
}

json_t *json_tails(const struct tails *tails)
{
	const struct run_summary *s = &tails->result->view->summary;

	return json_pack(
	    "{s:i, s:o, s:o, s:o, s:f, s:o}", "format", JSON_FORMAT, "run", json_text(s->id),
	    "experiment", json_text(s->experiment), "metric", json_text(tails->metric), "level",
	    TAILS_LEVEL, "variants",
	    json_list(tails->rows, tails->count, sizeof(*tails->rows), row_json, tails));
}
