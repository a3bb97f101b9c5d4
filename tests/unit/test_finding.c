/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two little languages of findings. tests/broken has what is refused in a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "base/random.h"
#include "rig/plan/experiment.h"
#include "rig/plan/finding.h"
#include "tests/unit/scratch.h"

static struct finding_piece piece_of(const char **at)
{
	struct error err = ERROR_INIT;
	struct finding_piece piece;

	if (finding_next_piece(at, &piece, &err) != 1)
		fail_msg("no piece: %s", err.text);
	return piece;
}

static void is_text(struct finding_piece piece, const char *text)
{
	assert_false(piece.place);
	assert_int_equal(piece.len, strlen(text));
	assert_memory_equal(piece.text, text, piece.len);
	assert_string_equal(piece.name.variant, "");
}

static void is_name(const struct finding_name *name, const char *variant, const char *metric)
{
	assert_string_equal(name->variant, variant);
	assert_string_equal(name->metric, metric);
}

static void a_sentence_falls_into_pieces(void **state)
{
	const char *at = "{a-1.rejected} of {a-1.psi.cpu.some_seconds}{x.y/z.v-w.p99} é.";
	struct error err = ERROR_INIT;
	struct finding_piece piece;

	(void)state;
	piece = piece_of(&at);
	assert_true(piece.place);
	is_name(&piece.name, "a-1", "rejected");
	is_name(&piece.by, "", "");
	is_text(piece_of(&at), " of ");
	piece = piece_of(&at);
	is_name(&piece.name, "a-1", "psi.cpu.some_seconds");
	piece = piece_of(&at);
	is_name(&piece.name, "x", "y");
	is_name(&piece.by, "z", "v-w.p99");
	is_text(piece_of(&at), " é.");
	assert_int_equal(finding_next_piece(&at, &piece, &err), 0);
	assert_string_equal(at, "");
}

static void what_is_no_place_is_refused(void **state)
{
	static const struct {
		const char *sentence, *why;
	} rows[] = {
	    {"{", "\"{\": this { has no }"},
	    {"{a.b", "\"{a.b\": this { has no }"},
	    {"{a.b{", "this { has no }"},
	    {"}", "\"}\": this } has no { before it"},
	    {"{}", "\"\": not VARIANT.METRIC"},
	    {"{a}", "\"a\": not VARIANT.METRIC"},
	    {"{.b}", "\".b\": not"},
	    {"{a.}", "\"a.\": not"},
	    {"{a..b}", "\"a..b\": not"},
	    {"{a.b.}", "\"a.b.\": not"},
	    {"{a.b }", "\"a.b \": not"},
	    {"{a.b/}", "\"\": not"},
	    {"{/a.b}", "\"\": not"},
	    {"{a.b/c.d/e.f}", "\"c.d/e.f\": not"},
	    {"{a.b/c}", "\"c\": not"},
	    {"{a2345678901234567890123456789012345678901234567890123456789012345.b}",
	     "longer than any"},
	    {"{a.b2345678901234567890123456789012345678901234567890123456789012345}",
	     "longer than any"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error err = ERROR_INIT;
		struct finding_piece piece;
		const char *at = rows[i].sentence;

		assert_int_equal(finding_next_piece(&at, &piece, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		if (!strstr(err.text, rows[i].why))
			fail_msg("%s: want %s, got %s", rows[i].sentence, rows[i].why, err.text);
	}
}

static struct finding_comparison comparison_of(const char **at)
{
	struct error err = ERROR_INIT;
	struct finding_comparison c;

	if (finding_next_comparison(at, &c, &err) != 1)
		fail_msg("no comparison: %s", err.text);
	return c;
}

static void comparisons_are_joined_by_and(void **state)
{
	const char *at = " naive.peak_rss_bytes>2.5*1-fixed.peak_rss_bytes and\n"
			 "0 == and.rejected and a.b != 1 * c.d.p99 ";
	struct finding_comparison c = comparison_of(&at);
	struct error err = ERROR_INIT;

	(void)state;
	is_name(&c.left.name, "naive", "peak_rss_bytes");
	assert_true(c.left.factor == 1);
	assert_int_equal(c.relation, FINDING_MORE);
	is_name(&c.right.name, "1-fixed", "peak_rss_bytes");
	assert_true(c.right.factor == 2.5);
	c = comparison_of(&at);
	is_name(&c.left.name, "", "");
	assert_true(c.left.factor == 0);
	assert_int_equal(c.relation, FINDING_EQUAL);
	is_name(&c.right.name, "and", "rejected"); /* a name, as it has a dot */
	c = comparison_of(&at);
	assert_int_equal(c.relation, FINDING_NOT_EQUAL);
	is_name(&c.right.name, "c", "d.p99");
	assert_int_equal(finding_next_comparison(&at, &c, &err), 0);
}

static void what_is_no_comparison_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
	    {"a.b", "it ends where <, <=, >, >=, == or != should follow"},
	    {"a.b >", "it ends where a number or VARIANT.METRIC should follow"},
	    {"> a.b", "\"> a.b\": here a number or VARIANT.METRIC should follow"},
	    {"a.b >> 1", "\">>\": unknown operator"},
	    {"a.b = 1", "\"=\": unknown operator"},
	    {"a.b =< 1", "\"=<\": unknown operator"},
	    {"a.b <> 1", "\"<>\": unknown operator"},
	    {"a.b ! 1", "\"!\": unknown operator"},
	    {"a.b is 1", "\"is\": unknown operator"},
	    {"a.b + 1 > 2", "\"+\": unknown operator"},
	    {"a > 1", "\"a\": not VARIANT.METRIC"},
	    {"1. > a.b", "\"1.\": not VARIANT.METRIC"},
	    {"a.b > 1e9", "\"1e9\": not VARIANT.METRIC"},
	    {"a.b > -1", "\"-1\": not VARIANT.METRIC"},
	    {"2 * 3 > a.b", "\"3 > a.b\": here VARIANT.METRIC should follow"},
	    {"2 * > a.b", "\"> a.b\": here VARIANT.METRIC should follow"},
	    {"2 *", "it ends where VARIANT.METRIC should follow"},
	    {"a.b * 2 > 1", "a factor stands in front, as in 2 * a.b"},
	    {"a.b > 1 or a.b < 2", "\"or a.b < 2\": comparisons are joined by \"and\""},
	    {"a.b > 1 andy", "comparisons are joined by \"and\""},
	    {"a.b > 1 and ", "it ends where a comparison should follow \"and\""},
	    {"0 < a.b < 2", "\"< 2\": comparisons are joined by \"and\""},
	    {"(a.b > 1)", "\"(a.b > 1)\": here a number or VARIANT.METRIC should follow"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error err = ERROR_INIT;
		struct finding_comparison c;
		const char *at = rows[i].text;

		assert_int_equal(finding_next_comparison(&at, &c, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		if (!strstr(err.text, rows[i].why))
			fail_msg("%s: want %s, got %s", rows[i].text, rows[i].why, err.text);
	}
}

static void relations_are_what_they_say(void **state)
{
	static const struct {
		const char *text;
		bool less, equal, more; /* of 1 and 2, 2 and 2, 3 and 2 */
	} rows[] = {
	    {"<", true, false, false}, {"<=", true, true, false},  {">", false, false, true},
	    {">=", false, true, true}, {"==", false, true, false}, {"!=", true, false, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[16];
		const char *at = text;
		enum finding_relation relation;

		snprintf(text, sizeof(text), "a.b %s 2", rows[i].text);
		relation = comparison_of(&at).relation;
		assert_string_equal(finding_relation_text(relation), rows[i].text);
		assert_int_equal(finding_compare(1, relation, 2), rows[i].less);
		assert_int_equal(finding_compare(2, relation, 2), rows[i].equal);
		assert_int_equal(finding_compare(3, relation, 2), rows[i].more);
	}
}

/* Whatever stands there, it is read to its end or refused, and nothing is read twice. */
static void noise_comes_to_an_end(void **state)
{
	static const char letters[] = "ab1.{}/<>=!* -and\n";
	struct random r;

	(void)state;
	random_init(&r, 7, 0);
	for (int round = 0; round < 20000; round++) {
		char text[24] = "";
		const char *at = text, *before = text;
		struct error err = ERROR_INIT;
		struct finding_comparison c;
		struct finding_piece piece;

		for (size_t i = 0; i < sizeof(text) - 1; i++)
			text[i] = letters[random_below(&r, sizeof(letters) - 1)];
		for (; finding_next_piece(&at, &piece, &err) > 0; before = at)
			assert_true(at > before && at <= text + strlen(text));
		at = before = text;
		for (; finding_next_comparison(&at, &c, &err) > 0; before = at)
			assert_true(at > before && at <= text + strlen(text));
	}
}

/* --set reaches them, too, and what is wrong then is said of it. */
static void overrides_are_checked(void **state)
{
	static const char yaml[] = "experiment: x\nvariants:\n"
				   "  - {name: a, command: [true], protocol: no}\n"
				   "findings:\n  - claim: c\n    found: \"{a.cpu_seconds}\"\n"
				   "    holds: a.cpu_seconds > 0\n";
	const char *good = "findings.0.holds=a.cpu_seconds > 1";
	const char *bad = "findings.0.holds=b.cpu_seconds > 1";
	struct error err = ERROR_INIT;
	struct experiment e;
	struct scratch s;

	(void)state;
	scratch_init(&s);
	scratch_text(&s, "x.yaml", yaml);
	if (experiment_load(&e, s.path, &good, 1, NULL, &err) < 0)
		fail_msg("%s", err.text);
	assert_non_null(strstr(e.yaml, "a.cpu_seconds > 1"));
	experiment_destroy(&e);
	assert_int_equal(experiment_load(&e, s.path, &bad, 1, NULL, &err), -1);
	assert_non_null(strstr(err.text, "--set findings.0.holds=b.cpu_seconds > 1: "
					 "findings.0.holds: no variant is called \"b\""));
	scratch_destroy(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sentence_falls_into_pieces),
	    cmocka_unit_test(what_is_no_place_is_refused),
	    cmocka_unit_test(comparisons_are_joined_by_and),
	    cmocka_unit_test(what_is_no_comparison_is_refused),
	    cmocka_unit_test(relations_are_what_they_say),
	    cmocka_unit_test(noise_comes_to_an_end),
	    cmocka_unit_test(overrides_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
