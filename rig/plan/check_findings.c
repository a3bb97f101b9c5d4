/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "rig/metric/metric.h"
#include "rig/plan/finding.h"
#include "rig/plan/read.h"

/* One text of a finding while it is checked. */
struct checking {
	const struct experiment *e;
	const char *text;
	char path[40]; /* "findings.0.holds" */
	struct error *err;
};

static int failed(const struct checking *c, const char *why)
{
	const struct document *doc = c->e->document;

	return document_error(doc, document_find(doc, c->path), c->err, "%s: %s", c->path, why);
}

static int unknown_variant(const struct checking *c, const char *name)
{
	const struct experiment *e = c->e;
	const char *closest = e->variants[0].name;
	char why[640];

	for (size_t i = 1; i < e->variants_count; i++)
		if (closest_distance(e->variants[i].name, name) < closest_distance(closest, name))
			closest = e->variants[i].name;
	snprintf(why, sizeof(why), "no variant is called \"%s\";", name);
	if (closest_is_near(closest, name))
		text_add(why, sizeof(why), " did you mean \"%s\"?", closest);
	for (size_t i = 0; i < e->variants_count; i++)
		text_add(why, sizeof(why), "%s %s", i ? "," : " there are", e->variants[i].name);
	return failed(c, why);
}

/* "neighbour.NAME.cpu_seconds", of a neighbour that there is; or any other metric. */
static int check_metric(const struct experiment *e, const char *name, bool records,
			struct error *err)
{
	static const char prefix[] = "neighbour.";
	const char *own = name + strlen(prefix), *dot = strrchr(name, '.');
	char quoted[TEXT_QUOTE_SIZE];

	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return metric_check(name, records, err);
	for (size_t i = 0; i < e->neighbours_count; i++)
		if (strlen(e->neighbours[i].name) == (size_t)(dot - own) &&
		    strncmp(e->neighbours[i].name, own, (size_t)(dot - own)) == 0 &&
		    (strcmp(dot, ".cpu_seconds") == 0 || strcmp(dot, ".wall_seconds") == 0))
			return 0;
	return error_input(err,
			   "\"%s\": no such neighbour or metric; write neighbour.NAME.cpu_seconds "
			   "or neighbour.NAME.wall_seconds",
			   text_quote(name, quoted));
}

static int check_name(const struct checking *c, const struct finding_name *name)
{
	if (!name->variant[0])
		return 0;
	for (size_t i = 0; i < c->e->variants_count; i++) {
		const struct variant *v = &c->e->variants[i];
		struct error why = ERROR_INIT;

		if (strcmp(v->name, name->variant) != 0)
			continue;
		return check_metric(c->e, name->metric, v->protocol, &why) < 0 ? failed(c, why.text)
									       : 0;
	}
	return unknown_variant(c, name->variant);
}

static int check_found(const struct checking *c)
{
	struct error why = ERROR_INIT;
	struct finding_piece piece;
	const char *at = c->text;
	int places = 0, rc;

	while ((rc = finding_next_piece(&at, &piece, &why)) > 0) {
		if (check_name(c, &piece.name) < 0 || check_name(c, &piece.by) < 0)
			return -1;
		places += piece.place;
	}
	if (rc < 0)
		return failed(c, why.text);
	return places ? 0 : failed(c, "no number in it; write {VARIANT.METRIC} where one belongs");
}

static int check_holds(const struct checking *c)
{
	struct error why = ERROR_INIT;
	struct finding_comparison comparison;
	const char *at = c->text;
	int rc;

	while ((rc = finding_next_comparison(&at, &comparison, &why)) > 0) {
		const struct finding_name *left = &comparison.left.name,
					  *right = &comparison.right.name;

		if (check_name(c, left) < 0 || check_name(c, right) < 0)
			return -1;
		if (!left->variant[0] && !right->variant[0])
			return failed(c, "numbers on both sides; a comparison needs a "
					 "VARIANT.METRIC");
	}
	return rc < 0 ? failed(c, why.text) : 0;
}

static int check_text(const struct experiment *e, size_t i, const char *key, const char *text,
		      int (*check)(const struct checking *c), struct error *err)
{
	struct checking c = {.e = e, .text = text, .err = err};

	if (!text)
		return 0;
	snprintf(c.path, sizeof(c.path), "findings.%zu.%s", i, key);
	if (text[strspn(text, " \t\r\n")] == '\0')
		return failed(&c, "empty; docs/experiment.md says what it is");
	return check ? check(&c) : 0;
}

/* What is decided must have a better direction. */
static int check_direction(const char *name, struct error *err)
{
	char quoted[TEXT_QUOTE_SIZE];

	if (metric_better(name) != METRIC_NEUTRAL)
		return 0;
	return error_input(err, "\"%s\": neither more nor less of it is better",
			   text_quote(name, quoted));
}

/* A list of metrics, up to a NULL, that stands at `key`. */
static int check_metrics(const struct experiment *e, char *const *list, const char *key,
			 bool decided, struct error *err)
{
	bool records = false;

	for (size_t i = 0; i < e->variants_count; i++)
		records |= e->variants[i].protocol;
	for (size_t i = 0; list && list[i]; i++) {
		struct error why = ERROR_INIT;
		char path[40];

		snprintf(path, sizeof(path), "%s.%zu", key, i);
		if (check_metric(e, list[i], records, &why) < 0 ||
		    (decided && check_direction(list[i], &why) < 0))
			return document_error(e->document, document_find(e->document, path), err,
					      "%s %s", key, why.text);
	}
	return 0;
}

int check_findings(const struct experiment *e, struct error *err)
{
	struct error why = ERROR_INIT;

	if (check_metrics(e, e->metrics, "report.metrics", false, err) < 0 ||
	    check_metrics(e, e->compare, "compare", true, err) < 0)
		return -1;
	if (e->search_given && metric_check(e->search.metric, true, &why) < 0)
		return document_error(e->document, document_find(e->document, "search.metric"), err,
				      "search.metric %s", why.text);
	for (size_t i = 0; i < e->findings_count; i++) {
		const struct finding_spec *f = &e->findings[i];

		if (check_text(e, i, "claim", f->claim, NULL, err) < 0 ||
		    check_text(e, i, "source", f->source, NULL, err) < 0 ||
		    check_text(e, i, "found", f->found, check_found, err) < 0 ||
		    check_text(e, i, "holds", f->holds, check_holds, err) < 0)
			return -1;
	}
	return 0;
}
