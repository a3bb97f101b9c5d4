/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/quantity.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/cpulist.h"
#include "base/units.h"

/* A longer text can't be a quantity, and would fill an error with itself. */
enum { TEXT_MAX = 64 };

static const char *const modes[] = {"in-process", NULL};
static const char *const arrivals[] = {
    [ARRIVALS_CONSTANT] = "constant",
    [ARRIVALS_POISSON] = "poisson",
    [ARRIVALS_BURST] = "burst",
    NULL,
};

#define RAW(member)  offsetof(struct raw_experiment, member)
#define INTO(member) offsetof(struct experiment, member)

/* clang-format off */
const struct quantity quantities[] = {
	{"load.mode", QUANTITY_WORD, RAW(load.mode), 0, 0, "in-process", NULL, NULL, modes},
	{"load.arrivals", QUANTITY_WORD, RAW(load.arrivals), INTO(load.arrivals), 0,
	 "constant", NULL, NULL, arrivals},
	{"load.rate", QUANTITY_RATE, RAW(load.rate), INTO(load.rate), 0, NULL, "0.001", "10M", NULL},
	{"load.service", QUANTITY_DURATION, RAW(load.service), INTO(load.service_ns), 0,
	 NULL, "0", "1h", NULL},
	{"load.warmup", QUANTITY_DURATION, RAW(load.warmup), INTO(load.warmup_ns), 0,
	 "2s", "0", "1h", NULL},
	{"load.measure", QUANTITY_DURATION, RAW(load.measure), INTO(load.measure_ns), 0,
	 NULL, "1ms", "1h", NULL},
	{"load.lateness", QUANTITY_DURATION, RAW(load.lateness), INTO(load.lateness_ns), 0,
	 "1ms", "1us", "1m", NULL},
	{"load.startup", QUANTITY_DURATION, RAW(load.startup), INTO(load.startup_ns), 0,
	 "1m", "1ms", "1h", NULL},
	{"load.drain", QUANTITY_DURATION, RAW(load.drain), INTO(load.drain_ns), 0,
	 "1m", "1ms", "1h", NULL},
	{"load.peak", QUANTITY_RATE, RAW(load.peak), INTO(load.burst.peak), 0,
	 NULL, "0.001", "10M", NULL},
	{"load.at", QUANTITY_MOMENT, RAW(load.at), INTO(load.burst.at_ns), 0,
	 "auto", "0", "1h", NULL},
	{"load.rise", QUANTITY_DURATION, RAW(load.rise), INTO(load.burst.rise_ns), 0,
	 "0", "0", "1h", NULL},
	{"load.hold", QUANTITY_DURATION, RAW(load.hold), INTO(load.burst.hold_ns), 0,
	 NULL, "0", "1h", NULL},
	{"cell.cpus.work", QUANTITY_CPUS, RAW(cell.cpus.work), INTO(cell.cpus.work),
	 INTO(cell.cpus.line_work), "auto", NULL, NULL, NULL},
	{"cell.cpus.load", QUANTITY_CPUS, RAW(cell.cpus.load), INTO(cell.cpus.load),
	 INTO(cell.cpus.line_load), "auto", NULL, NULL, NULL},
	{"cell.cpus.housekeeping", QUANTITY_CPUS, RAW(cell.cpus.housekeeping),
	 INTO(cell.cpus.housekeeping), INTO(cell.cpus.line_housekeeping), "auto", NULL, NULL, NULL},
	{"cell.memory", QUANTITY_BYTES, RAW(cell.memory), INTO(cell.memory_bytes),
	 INTO(cell.line_memory), "max", "1M", NULL, NULL},
	{"cell.swap", QUANTITY_BYTES, RAW(cell.swap), INTO(cell.swap_bytes),
	 INTO(cell.line_swap), "0", "0", NULL, NULL},
	{"cell.pids", QUANTITY_LIMIT, RAW(cell.pids), INTO(cell.pids),
	 INTO(cell.line_pids), "max", "1", "4194304", NULL},
	{"cell.net", QUANTITY_NET, RAW(cell.net), INTO(cell.net), 0, "private", NULL, NULL, NULL},
	{"search.bound", QUANTITY_DURATION, RAW(search.bound), INTO(search.bound_ns), 0,
	 NULL, "1ns", "1h", NULL},
	{"search.from", QUANTITY_RATE, RAW(search.from), INTO(search.from), 0,
	 NULL, "0.001", "10M", NULL},
	{"search.to", QUANTITY_RATE, RAW(search.to), INTO(search.to), 0,
	 NULL, "0.001", "10M", NULL},
	{"search.resolution", QUANTITY_SHARE, RAW(search.resolution), INTO(search.resolution), 0,
	 SEARCH_RESOLUTION, "1%", "100%", NULL},
	{"search.confirm", QUANTITY_INT, RAW(search.confirm), INTO(search.confirm), 0,
	 SEARCH_CONFIRM, "1", "100", NULL},
	{"trials.count", QUANTITY_INT, RAW(trials.count), INTO(trials), 0, "3", "1", "10000", NULL},
	{"trials.seed", QUANTITY_COUNT, RAW(trials.seed), INTO(seed), 0,
	 "1", "0", "9007199254740991", NULL},
	{"trials.retries", QUANTITY_INT, RAW(trials.retries), INTO(retries), 0,
	 SEARCH_RETRIES, "0", "1000", NULL},
	{NULL, QUANTITY_WORD, 0, 0, 0, NULL, NULL, NULL, NULL},
};
/* clang-format on */

/* What a text says, whatever its kind. Kinds that are ordered are compared by `number`. */
struct parsed {
	double number;
	uint64_t count; /* also bytes */
	int64_t ns;
	int word;
	enum netns_kind net;
	cpu_set_t cpus;
};

static int parse_word(const char *const *words, const char *text, int *word, struct error *err)
{
	char known[256] = "";
	size_t used = 0;

	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], text) == 0) {
			*word = i;
			return 0;
		}
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
					 i ? " or " : "", words[i]);
	}
	return error_input(err, "\"%s\": unknown; use %s", text, known);
}

static int parse_cpus(const char *text, cpu_set_t *set, struct error *err)
{
	CPU_ZERO(set);
	if (strcmp(text, "auto") == 0)
		return 0;
	if (cpulist_parse(text, set, err) < 0)
		return -1;
	if (CPU_COUNT(set) == 0)
		return error_input(err, "\"%s\": no CPU; write a list as 0-3,7, or auto", text);
	return 0;
}

static int parse(const struct quantity *row, const char *text, struct parsed *p, struct error *err)
{
	int rc = 0;

	switch (row->kind) {
	case QUANTITY_DURATION:
	case QUANTITY_MOMENT:
		rc = units_duration(text, &p->ns, err);
		p->number = (double)p->ns;
		return rc;
	case QUANTITY_BYTES:
		rc = units_bytes(text, &p->count, err);
		p->number = (double)p->count;
		return rc;
	case QUANTITY_LIMIT:
	case QUANTITY_COUNT:
	case QUANTITY_INT:
		rc = units_count(text, &p->count, err);
		p->number = (double)p->count;
		return rc;
	case QUANTITY_RATE:
		return units_rate(text, &p->number, err);
	case QUANTITY_SHARE:
		return units_share(text, &p->number, err);
	case QUANTITY_CPUS:
		return parse_cpus(text, &p->cpus, err);
	case QUANTITY_WORD:
		return parse_word(row->words, text, &p->word, err);
	case QUANTITY_NET:
		return netns_kind_parse(text, &p->net, err);
	}
	return error_input(err, "\"%s\": of no known kind", text);
}

static void store(const struct quantity *row, const struct parsed *p, void *to)
{
	switch (row->kind) {
	case QUANTITY_DURATION:
	case QUANTITY_MOMENT:
		*(int64_t *)to = p->ns;
		return;
	case QUANTITY_BYTES:
	case QUANTITY_LIMIT:
	case QUANTITY_COUNT:
		*(uint64_t *)to = p->count;
		return;
	case QUANTITY_INT:
		*(int *)to = (int)p->count; /* the table's ranges fit */
		return;
	case QUANTITY_RATE:
	case QUANTITY_SHARE:
		*(double *)to = p->number;
		return;
	case QUANTITY_CPUS:
		*(cpu_set_t *)to = p->cpus;
		return;
	case QUANTITY_WORD:
		memcpy(to, &p->word, sizeof(p->word));
		return;
	case QUANTITY_NET:
		*(enum netns_kind *)to = p->net;
		return;
	}
}

static int check_range(const struct quantity *row, const char *text, double number,
		       struct error *err)
{
	const char *or_word = row->kind == QUANTITY_MOMENT ? ", or auto"
			      : row->kind == QUANTITY_LIMIT || row->kind == QUANTITY_BYTES
				  ? ", or max"
				  : "";
	struct parsed low = {0}, high = {0};

	if (row->low && parse(row, row->low, &low, err) < 0)
		return -1;
	if (row->high && parse(row, row->high, &high, err) < 0)
		return -1;
	if ((!row->low || number >= low.number) && (!row->high || number <= high.number))
		return 0;
	if (!row->high)
		return error_input(err, "\"%s\": too small; use %s or more%s", text, row->low,
				   or_word);
	return error_input(err, "\"%s\": out of range; use %s to %s%s", text, row->low, row->high,
			   or_word);
}

/* Is it a text that an error can show as it stands? */
static int check_text(const char *text, struct error *err)
{
	char quoted[DOCUMENT_QUOTE_SIZE];
	size_t len = strlen(text);

	if (len > TEXT_MAX)
		return error_input(err, "\"%s\": %zu bytes long; no value of this key is",
				   document_quote(text, quoted), len);
	for (size_t i = 0; i < len; i++)
		if (iscntrl((unsigned char)text[i]))
			return error_input(err,
					   "\"%s\": a control character; write the value in one "
					   "line",
					   document_quote(text, quoted));
	return 0;
}

int quantity_parse(const struct quantity *row, const char *text, void *to, struct error *err)
{
	struct parsed p = {0};

	if (check_text(text, err) < 0)
		return -1;
	if ((row->kind == QUANTITY_LIMIT || row->kind == QUANTITY_BYTES) &&
	    strcmp(text, "max") == 0) {
		p.count = UNITS_MAX;
	} else if (row->kind == QUANTITY_MOMENT && strcmp(text, "auto") == 0) {
		p.ns = -1;
	} else {
		if (parse(row, text, &p, err) < 0 || check_range(row, text, p.number, err) < 0)
			return -1;
	}
	if (to)
		store(row, &p, to);
	return 0;
}

static bool is_of_burst(const struct quantity *row)
{
	return row->to >= INTO(load.burst) &&
	       row->to < INTO(load.burst) + sizeof(struct burst_spec);
}

/* Of what may be missing sometimes; of any other the schema says so. */
static int missing(const struct quantity *row, const struct document *doc, struct error *err)
{
	int load = 0;

	if (is_of_burst(row))
		return document_error(doc, document_find(doc, "load.arrivals"), err,
				      "%s: the key is missing, which a burst needs; "
				      "docs/experiment.md says what it is",
				      row->key);
	document_child(doc, DOCUMENT_ROOT, "load", &load);
	return document_error(doc, load, err,
			      "load: the key \"%s\" is missing; docs/experiment.md says what it is",
			      strchr(row->key, '.') + 1);
}

static int read_one(const struct quantity *row, struct experiment *e,
		    const struct raw_experiment *raw, const struct document *doc, struct error *err)
{
	const char *given = *(char *const *)((const char *)raw + row->raw);
	const char *text = given ? given : row->fallback;
	struct error why = ERROR_INIT;
	int id = given ? document_find(doc, row->key) : 0;

	if (!text)
		return missing(row, doc, err);
	if (quantity_parse(row, text, row->to ? (char *)e + row->to : NULL, &why) < 0)
		return document_error(doc, id, err, "%s %s", row->key, why.text);
	if (row->line)
		*(int *)((char *)e + row->line) = document_line(doc, id);
	return 0;
}

static int refuse_of_burst(const struct quantity *row, const struct document *doc,
			   struct error *err)
{
	char quoted[DOCUMENT_QUOTE_SIZE];
	int id = document_find(doc, row->key);

	if (!id)
		return 0;
	return document_error(
	    doc, id, err, "%s \"%s\": only a burst has it; write arrivals: burst, or take it out",
	    row->key, document_quote(document_scalar(doc, id), quoted));
}

/* Is it a key of something that the experiment does not have? The rate of a search is its own. */
static bool is_left_out(const struct quantity *row, const struct experiment *e)
{
	if (strncmp(row->key, "load.", 5) == 0)
		return !e->load_given || (e->search_given && strcmp(row->key, "load.rate") == 0);
	return strncmp(row->key, "search.", 7) == 0 && !e->search_given;
}

int quantities_read(struct experiment *e, const struct raw_experiment *raw,
		    const struct document *doc, struct error *err)
{
	for (const struct quantity *row = quantities; row->key; row++) {
		if (is_left_out(row, e))
			continue;
		if (is_of_burst(row) && e->load.arrivals != ARRIVALS_BURST) {
			if (refuse_of_burst(row, doc, err) < 0)
				return -1;
			continue;
		}
		if (read_one(row, e, raw, doc, err) < 0)
			return -1;
	}
	if (e->load.burst.at_ns < 0)
		e->load.burst.at_ns = e->load.measure_ns / 4;
	return 0;
}
