/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people write as a value: quantities, lists of CPUs, limits, the two languages of a finding.
 * Each takes the whole text. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpulist.h"
#include "base/own.h"
#include "base/text.h"
#include "base/units.h"
#include "cgroups/value.h"
#include "rig/knob/knob.h"
#include "rig/plan/finding.h"
#include "rig/result/pattern.h"
#include "tests/fuzz/fuzz.h"

static void check_shown(double value)
{
	char text[UNITS_SHOW_SIZE];

	for (int kind = UNITS_COUNT; kind <= UNITS_RATE; kind++) {
		units_show((enum units_kind)kind, value, true, text, sizeof(text));
		FUZZ_MUST_OF(!strstr(text, "inf") && !strstr(text, "nan"), text);
	}
}

static void check_quantities(const char *text)
{
	struct error err = ERROR_INIT;
	uint64_t whole = 0;
	int64_t ns = 0, again = -1;
	double number = 0;
	char written[64];

	if (units_bytes(text, &whole, &err) == 0)
		check_shown((double)whole);
	if (units_count(text, &whole, &err) == 0)
		check_shown((double)whole);
	if (units_rate(text, &number, &err) == 0) {
		FUZZ_MUST(isfinite(number) && number >= 0);
		check_shown(number);
	}
	if (units_number(text, &number, &err) == 0) {
		FUZZ_MUST(isfinite(number) && number >= 0);
		check_shown(number);
	}
	if (units_share(text, &number, &err) == 0)
		FUZZ_MUST(isfinite(number) && number >= 0);
	if (units_duration(text, &ns, &err) < 0) {
		fuzz_error(&err);
		return;
	}
	FUZZ_MUST(ns >= 0);
	units_show_ns(ns, written, sizeof(written));
	units_write_duration(ns, written, sizeof(written));
	FUZZ_MUST_OF(units_duration(written, &again, &err) == 0 && again == ns, written);
}

static void check_cpus(const char *text)
{
	struct error err = ERROR_INIT;
	cpu_set_t set, again;
	char list[CPULIST_SIZE];

	if (cpulist_parse(text, &set, &err) < 0) {
		fuzz_error(&err);
		return;
	}
	cpulist_format(&set, list);
	FUZZ_MUST_OF(cpulist_parse(list, &again, &err) == 0 && CPU_EQUAL(&set, &again), list);
}

/* What is written into a kernel file is what was asked, and is read again as that. */
static void check_limits(const char *text)
{
	for (int i = 0; i < CG_KNOBS; i++) {
		const struct cg_knob_row *row = cg_knob_row((enum cg_knob)i);
		struct cg_value asked = {0}, got = {0};
		struct error err = ERROR_INIT;
		char file[CPULIST_SIZE];

		if (cg_value_ask(row, text, &asked, &err) < 0) {
			fuzz_error(&err);
			continue;
		}
		cg_value_text(row, &asked, file);
		FUZZ_MUST_OF(cg_value_read(row, file, &got) == 0, file);
		FUZZ_MUST_OF(cg_value_held(row, &asked, &got, 4096), file);
	}
}

static void check_rows(const struct field *rows, const char *text)
{
	for (const struct field *row = rows; row->type != FIELD_END; row++) {
		const struct knob_more *more = knob_more(row);
		struct error err = ERROR_INIT;

		if (more->rows)
			check_rows(more->rows, text);
		else if (more->kind == KNOB_VALUE && field_parse(row, text, NULL, &err) < 0)
			fuzz_error(&err);
	}
}

static void check_finding(const char *text)
{
	struct finding_comparison comparison;
	struct finding_piece piece;
	struct error err = ERROR_INIT;
	const char *at = text;
	size_t pieces = 0;
	int more;

	while ((more = finding_next_piece(&at, &piece, &err)) > 0)
		FUZZ_MUST(++pieces <= strlen(text) && piece.text >= text &&
			  piece.len <= strlen(piece.text));
	if (more < 0)
		fuzz_error(&err);
	at = text;
	err = (struct error)ERROR_INIT;
	while ((more = finding_next_comparison(&at, &comparison, &err)) > 0)
		FUZZ_MUST(isfinite(comparison.left.factor) && isfinite(comparison.right.factor) &&
			  at > text && at <= text + strlen(text));
	if (more < 0)
		fuzz_error(&err);
}

static void check_sentences(const char *text)
{
	char shown[PATTERN_TEXT_MAX], quoted[TEXT_QUOTE_SIZE], clean[256];
	size_t half = strlen(text) / 2;
	struct pattern p, other;

	pattern_init(&p, text, half);
	pattern_init(&other, text + half, strlen(text + half));
	pattern_add(&p, &other);
	pattern_text(&p, "..", shown, sizeof(shown));
	text_quote(text, quoted);
	text_clean(text, true, clean, sizeof(clean));
	for (const char *c = clean; *c; c++)
		FUZZ_MUST((unsigned char)*c >= ' ' && *c != 0x7f);
	for (const char *c = quoted; *c; c++)
		FUZZ_MUST((unsigned char)*c >= ' ' && *c != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = fuzz_text(data, size);

	check_quantities(text);
	check_cpus(text);
	check_limits(text);
	check_rows(knob_experiment, text);
	check_finding(text);
	check_sentences(text);
	return 0;
}
