/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/search_check.h"

#include <stdio.h>

static int read_metric(struct search_spec *spec, const struct raw_search *raw,
		       const struct document *doc, struct error *err)
{
	const char *metric = raw->metric ? raw->metric : SEARCH_METRIC;
	char quoted[DOCUMENT_QUOTE_SIZE];
	struct error why = ERROR_INIT;

	/* What an error shows must be fit to be shown. */
	if (search_metric_check(document_quote(metric, quoted), &why) < 0)
		return document_error(doc, document_find(doc, "search.metric"), err,
				      "search.metric %s", why.text);
	snprintf(spec->metric, sizeof(spec->metric), "%s", metric);
	return 0;
}

static int refuse(const struct document *doc, const char *key, const char *why, struct error *err)
{
	char quoted[DOCUMENT_QUOTE_SIZE];
	int id = document_find(doc, key);

	return document_error(doc, id, err, "%s \"%s\": %s", key,
			      document_quote(document_scalar(doc, id), quoted), why);
}

static int check_variants(const struct experiment *e, const struct document *doc, struct error *err)
{
	for (size_t i = 0; i < e->variants_count; i++) {
		char path[32];

		if (!e->variants[i].plain)
			continue;
		snprintf(path, sizeof(path), "variants.%zu", i);
		return document_error(doc, document_find(doc, path), err,
				      "variants.%s: a plain command takes no load, so a search has "
				      "nothing to raise; take it or search out",
				      e->variants[i].name);
	}
	return 0;
}

static int check_load(const struct experiment *e, const struct document *doc, struct error *err)
{
	int key = 0;

	document_child(doc, DOCUMENT_ROOT, "search", &key);
	if (!e->load_given)
		return document_error(doc, key, err,
				      "search: there is no load whose rate could be raised; add "
				      "load, with service and measure");
	if (document_find(doc, "load.rate"))
		return refuse(doc, "load.rate",
			      "the search says which rates are tried; write it as search.from, or "
			      "take one of the two out",
			      err);
	if (e->load.arrivals == ARRIVALS_BURST)
		return refuse(doc, "load.arrivals",
			      "a burst has two rates, and a search raises one; use constant or "
			      "poisson, or take search out",
			      err);
	return 0;
}

int search_check(struct experiment *e, const struct raw_experiment *raw, const struct document *doc,
		 struct error *err)
{
	if (!e->search_given)
		return 0;
	if (check_load(e, doc, err) < 0 || check_variants(e, doc, err) < 0 ||
	    read_metric(&e->search, &raw->search, doc, err) < 0)
		return -1;
	if (document_find(doc, "trials.count"))
		return refuse(doc, "trials.count",
			      "a search makes as many trials as it needs; take it out, and see "
			      "search.confirm",
			      err);
	if (e->search.from >= e->search.to)
		return document_error(
		    doc, document_find(doc, "search.to"), err,
		    "search.to \"%.10g\": not above search.from (%.10g); raise it", e->search.to,
		    e->search.from);
	e->load.rate = e->search.from;
	return 0;
}
