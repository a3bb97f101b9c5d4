/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/own.h"
#include "rig/metric/metric.h"
#include "rig/report/text/grid.h"
#include "rig/report/text/text.h"

/* A value as it stands in a column: "68.4 µs", "100k/s". */
static void show(const struct result_value *value, const char *metric, bool utf8,
		 struct grid_cell *cell)
{
	char *unit;

	if (!value->spread.count) {
		strcpy(cell->middle, "n/a");
		return;
	}
	units_show(metric_kind_of(metric), value->spread.median, utf8, cell->middle,
		   sizeof(cell->middle));
	unit = strstr(cell->middle, " tasks/s");
	if (unit)
		strcpy(unit, "/s");
}

/* What stands in the table besides values. */
struct signs {
	bool best, word;
};

static void fill_column(struct grid *grid, size_t c, const struct result *result,
			const char *metric, bool utf8, struct signs *signs)
{
	const struct metric_row *row = metric_find(metric);
	char label[sizeof(grid->heads[c])];

	if (row && row->column && strcmp(row->name, metric) == 0)
		snprintf(label, sizeof(label), "%s", row->column);
	else
		metric_label(metric, label, sizeof(label));
	text_clean(label, utf8, grid->heads[c], sizeof(grid->heads[c]));
	for (size_t v = 0; v < result->variants_count; v++) {
		struct result_value value = result_value(result, v, metric);
		struct grid_cell *cell = grid_cell(grid, v, c);

		show(&value, metric, utf8, cell);
		if (result_is_best(result, v, metric)) {
			strcpy(cell->range, "*");
			cell->mark = STYLE_BOLD;
			signs->best = true;
		}
		if (value.word) {
			strcat(cell->range, "+");
			signs->word = true;
		}
	}
}

static void fill_trials(struct grid *grid, size_t c, const struct result *result)
{
	strcpy(grid->heads[c], "trials");
	for (size_t v = 0; v < result->variants_count; v++) {
		const int *n = result->variants[v].outcomes;
		int failed = n[TRIAL_WORKLOAD_FAILED] + n[TRIAL_RIG_FAILED];
		struct grid_cell *cell = grid_cell(grid, v, c);

		snprintf(cell->middle, sizeof(cell->middle), "%d/%d/%d", n[TRIAL_OK], n[TRIAL_VOID],
			 failed);
		cell->mark = failed ? STYLE_BAD : n[TRIAL_VOID] ? STYLE_WARNING : STYLE_PLAIN;
	}
}

/* A row a variant, a column a metric. */
static int make_grid(struct grid *grid, const struct result *result, const char *const *metrics,
		     size_t count, bool utf8, struct signs *signs, struct error *err)
{
	const char *usual[RESULT_COLUMNS_MAX];

	if (!count) {
		count = result_columns(result, usual);
		metrics = usual;
	}
	if (grid_init(grid, result->variants_count, count + 1, err) < 0)
		return -1;
	grid->plain = true;
	grid->corner = "variant";
	for (size_t v = 0; v < result->variants_count; v++)
		text_clean(result->variants[v].name, utf8, grid->rows[v].label,
			   sizeof(grid->rows[v].label));
	for (size_t c = 0; c < count; c++)
		fill_column(grid, c, result, metrics[c], utf8, signs);
	fill_trials(grid, count, result);
	return 0;
}

/* Those that found no room are named, in two lines, with how to see them. */
static void print_rest(const struct result *result, const struct style *style, size_t shown)
{
	size_t count = result->variants_count, v = shown;
	char text[512] = "not shown:";

	if (shown == count)
		return;
	for (; v < count && text_width(text) < style->width; v++)
		text_add(text, sizeof(text), "%s %s", v > shown ? "," : "",
			 result->variants[v].name);
	if (v < count)
		text_add(text, sizeof(text), ", and %zu more", count - v);
	text_say(style, 0, 2, "%s; --all shows all", text);
}

/* Add a line of interference, where it fits. */
static bool add_interference(const struct interference *line, const struct style *style, char *text,
			     size_t size)
{
	char entry[160], amount[UNITS_SHOW_SIZE + 20];

	snprintf(entry, sizeof(entry), "%s %s %s", strchr(text, ' ') ? "," : "", line->name,
		 section_amount(line, line->spread.median, style, amount, sizeof(amount)));
	if (text_width(text) + text_width(entry) + (int)strlen(", and 99 more") > style->width ||
	    strlen(text) + strlen(entry) >= size)
		return false;
	strcat(text, entry);
	return true;
}

/* One line: the medians of what is not 0 in most trials, times before counts. */
static void print_interference(const struct result *result, const struct style *style)
{
	char text[512] = "interference:";
	size_t left = 0, unknown = 0;

	for (int counts = 0; counts < 2; counts++)
		for (size_t i = 0; i < result->interference_count; i++) {
			const struct interference *line = &result->interference[i];
			bool time = metric_kind_of(line->unit) == UNITS_SECONDS;

			if (time == counts)
				continue;
			unknown += line->spread.count == 0;
			if (line->spread.count && line->spread.median > 0)
				left += !add_interference(line, style, text, sizeof(text));
		}
	if (!strchr(text, ' '))
		strcat(text, unknown ? " none that is known" : " none in most trials");
	if (left)
		text_add(text, sizeof(text), ", and %zu more", left);
	text_fold(style, 0, 2, text);
}

static void print_grades(const struct result *result, const struct style *style)
{
	bool bad = memchr(result->levels, 'C', sizeof(result->levels));
	char text[256];

	fprintf(style->to, "grades: %s", bad ? style_mark(style, STYLE_WARNING) : "");
	text_put(style->to, style->utf8,
		 describe_grades(result, result->levels, text, sizeof(text)));
	fprintf(style->to, "%s\n", bad ? style_mark(style, STYLE_PLAIN) : "");
}

/* The first ending of trials that failed, with where their output is. */
static void print_failed(const struct result *result, const struct style *style)
{
	for (size_t i = 0; i < result->endings_count; i++) {
		const struct ending *e = &result->endings[i];

		if (e->outcome == TRIAL_VOID)
			continue;
		fputs("failed:\n", style->to);
		section_ending(result, e, style);
		return;
	}
}

static void print_findings(const struct result *result, const struct style *style)
{
	if (!result->findings_count)
		return;
	fprintf(style->to, "findings: ");
	for (int i = 0; i < FINDING_VERDICTS; i++)
		fprintf(style->to, "%s%zu %s", i ? ", " : "",
			finding_count(result, (enum finding_verdict)i),
			finding_verdict_text((enum finding_verdict)i));
	fputc('\n', style->to);
}

/* The whole, with the first `shown` variants and `verdicts`, into text. Returns how many lines it
 * has, or -1. */
static int draw(const struct result *result, const struct grid *grid, size_t shown, size_t verdicts,
		struct signs signs, const struct style *style, char **text, struct error *err)
{
	struct style memory = *style;
	size_t size = 0;
	int failed, lines = 0;

	memory.to = open_memstream(text, &size);
	if (!memory.to)
		return error_host(err, ENOMEM, "no memory for a table");
	section_head(result, false, &memory);
	fputc('\n', memory.to);
	failed = grid_print(grid, shown, &memory, err);
	print_rest(result, &memory, shown);
	if (signs.word)
		fputs("+ the workload's word: the rig has nothing to check it by\n", memory.to);
	fprintf(memory.to, "%sMedians of valid trials%s; trials: valid/void/failed\n\n",
		signs.best ? "* best. " : "", result->searched ? " at the capacity" : "");
	if (!failed)
		failed = section_verdicts(result, verdicts, &memory, err);
	print_failed(result, &memory);
	print_interference(result, &memory);
	print_grades(result, &memory);
	print_findings(result, &memory);
	text_print(&memory, "more: poolrig show %s --all|--trial N|--metrics LIST|--json",
		   result->view->summary.id);
	fputc('\n', memory.to);
	if (fclose(memory.to) != 0 && !failed)
		failed = error_host(err, ENOMEM, "no memory for a table");
	for (const char *at = *text; !failed && *at; at++)
		lines += *at == '\n';
	return failed ? -1 : lines;
}

int screen_print(const struct result *result, const char *const *metrics, size_t count,
		 const struct style *style, struct error *err)
{
	size_t shown = result->variants_count, verdicts = VERDICTS_SHOWN;
	struct grid grid = {0};
	struct signs signs = {0};
	int lines = make_grid(&grid, result, metrics, count, style->utf8, &signs, err);

	/* As many variants as the lines allow, and then verdicts; all of them where the columns
	 * were asked for. */
	while (lines >= 0) {
		cleanup_free char *text = NULL;

		lines = draw(result, &grid, shown, verdicts, signs, style, &text, err);
		if (lines > SCREEN_LINES && verdicts > 1 && !count) {
			verdicts--;
			continue;
		}
		if (lines >= 0 && (lines <= SCREEN_LINES || shown <= 1 || count)) {
			fputs(text, style->to);
			break;
		}
		shown--;
	}
	grid_destroy(&grid);
	return lines < 0 ? -1 : 0;
}
