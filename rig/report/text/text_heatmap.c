/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/units.h"
#include "rig/record/metric_of.h"
#include "rig/report/text/text.h"
#include "rig/result/heatmap.h"

#define NS 1e-9
/* What a row's label takes at most, with the line behind it. */
#define GUTTER 12
/* A few columns are drawn wide, so that they don't look lost. */
#define CELL_WIDTH_MAX 4
#define TICK_EVERY     8

static const char *const shades[2][HEATMAP_SHADES + 1] = {
    {" ", ".", ":", "-", "=", "+", "*", "#", "@"}, {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}};

/* Where a band begins: "500 µs", and for what is no time "500 k". */
static void edge_text(const struct heatmap *map, int band, bool utf8, char *buf, size_t size)
{
	double value = (double)heatmap_edge(band), seconds = metric_seconds_of(map->unit);
	int decade = (band - 1) / 3;
	char *point;

	if (seconds > 0) {
		units_show(UNITS_SECONDS, value * seconds, utf8, buf, size);
		/* An edge has one digit that says something: "2.00 ms" is "2 ms". */
		point = strpbrk(buf, ". ");
		memmove(point, strchr(buf, ' '), strlen(strchr(buf, ' ')) + 1);
		return;
	}
	for (int i = decade / 3; i > 0; i--)
		value /= 1000;
	snprintf(buf, size, "%.4g%s%.1s", value, decade >= 3 ? " " : "",
		 decade >= 3 ? &" kMGTPE"[decade / 3] : "");
}

/* What lies in the lowest band can't be told from 0: its label is where it ends. */
static void label(const struct heatmap *map, int band, bool utf8, char *buf, size_t size)
{
	bool below = band == map->floor;

	buf[0] = '<';
	edge_text(map, band + below, utf8, buf + below, size - below);
}

static int gutter(const struct heatmap *map, bool utf8)
{
	int width = 0;

	for (int band = map->lowest; band <= map->highest; band++) {
		char text[32];
		int w;

		label(map, band, utf8, text, sizeof(text));
		w = text_width(text);
		width = w > width ? w : width;
	}
	return width;
}

static const char *cell(const struct heatmap *map, int column, int band, bool utf8)
{
	int64_t values = map->cells[(size_t)column * HEATMAP_BANDS + (size_t)band];

	return map->recorded[column] ? shades[utf8][heatmap_shade(map, values)] : "?";
}

static void row(const struct heatmap *map, int band, int indent, int cell_width,
		const struct style *style)
{
	char text[32];
	int last = map->columns - 1;

	label(map, band, style->utf8, text, sizeof(text));
	fprintf(style->to, "%*s%s %s", indent - text_width(text), "", text,
		style->utf8 ? "│" : "|");
	while (last >= 0 && strcmp(cell(map, last, band, style->utf8), " ") == 0)
		last--;
	for (int i = 0; i < (last + 1) * cell_width; i++)
		fputs(cell(map, i / cell_width, band, style->utf8), style->to);
	fputc('\n', style->to);
}

/* Columns from one mark to the next: 1, 2, 5, 10 ... and no label runs into the next one. */
static int tick_of(int cell_width)
{
	int band = 1;

	while (heatmap_edge(band) * cell_width < TICK_EVERY)
		band++;
	return (int)heatmap_edge(band);
}

static void axis(const struct heatmap *map, int indent, int cell_width, const struct style *style)
{
	const char *corner = style->utf8 ? "└" : "+", *line = style->utf8 ? "─" : "-",
		   *mark = style->utf8 ? "┬" : "+";
	int tick = tick_of(cell_width), at = 0;

	fprintf(style->to, "%*s%s", indent + 1, "", corner);
	for (int i = 0; i < map->columns * cell_width; i++)
		fputs(i % (tick * cell_width) ? line : mark, style->to);
	fprintf(style->to, "\n%*s", indent + 2, "");
	for (int column = 0; column < map->columns; column += tick) {
		char text[32];
		int width =
		    snprintf(text, sizeof(text), "%.6g s",
			     ((double)map->from_ns + (double)column * (double)map->column_ns) * NS);
		int blanks = column * cell_width - at;

		if (indent + 2 + at + blanks + width > style->width || (column && blanks < 1))
			continue;
		fprintf(style->to, "%*s%s", blanks, "", text);
		at += blanks + width;
	}
	fputc('\n', style->to);
}

static void legend(const struct heatmap *map, const struct style *style)
{
	static const char head[] = "values from (log scale):";
	int at = (int)strlen(head);

	fputs(head, style->to);
	for (int i = 0; i < HEATMAP_SHADES; i++) {
		char number[40];
		int width;

		/* A shade that no number of values has: there are fewer numbers than shades. */
		if (i + 1 < HEATMAP_SHADES && map->least[i] == map->least[i + 1])
			continue;
		units_show(UNITS_COUNT, (double)map->least[i], false, number, sizeof(number));
		width = 4 + (int)strlen(number);
		if (at + width > style->width) {
			fputs("\n ", style->to);
			at = 1;
		}
		fprintf(style->to, "  %s %s", shades[style->utf8][i + 1], number);
		at += width;
	}
	fputc('\n', style->to);
}

/* How much of it is not there, and why. */
static void gaps(const struct heatmap *map, const struct style *style)
{
	bool empty = false;

	for (int column = 0; column < map->columns; column++)
		empty = empty || !map->recorded[column];
	if (empty && map->total)
		fputs("?: nothing was recorded there\n", style->to);
	if (map->unknown)
		text_say(style, 0, 2, "%d of %d intervals are unknown: %s", map->unknown,
			 map->intervals,
			 map->reason[0] ? map->reason : "the workload gave no reason");
}

static void counts(const struct heatmap *map, const struct style *style)
{
	char number[40];

	text_say(
	    style, 0, 2,
	    "%s value%s in %d interval%s, %.6g s to %.6g s after the start; a column is %.6g s",
	    units_show(UNITS_COUNT, (double)map->total, false, number, sizeof(number)),
	    map->total == 1 ? "" : "s", map->intervals, map->intervals == 1 ? "" : "s",
	    (double)map->from_ns * NS, (double)map->to_ns * NS, (double)map->column_ns * NS);
}

static void print(const struct heatmap *map, const struct style *style)
{
	int indent = gutter(map, style->utf8);
	int cell_width = (style->width - indent - 2) / map->columns;

	counts(map, style);
	if (map->total) {
		cell_width = cell_width < 1                ? 1
			     : cell_width > CELL_WIDTH_MAX ? CELL_WIDTH_MAX
							   : cell_width;
		for (int band = map->highest; band >= map->lowest; band--)
			row(map, band, indent, cell_width, style);
		axis(map, indent, cell_width, style);
		legend(map, style);
	} else {
		fputs("nothing to draw: it is empty\n", style->to);
	}
	gaps(map, style);
}

static int draw(const struct trial_record *trial, const char *name, const struct style *style,
		struct error *err)
{
	struct heatmap map;
	char text[256];

	snprintf(text, sizeof(text), "trial %d, %s, attempt %d, %s: ", result_trial_number(trial),
		 trial->variant, trial->attempt + 1, trial_outcome_name(trial->outcome));
	if (!heatmap_has(trial, name)) {
		text_say(style, 0, 2, "%sno histogram %s", text, name);
		return 0;
	}
	if (heatmap_init(&map, trial, name, style->width - GUTTER, err) < 0)
		return error_wrap(err, "trial %d, attempt %d", result_trial_number(trial),
				  trial->attempt + 1);
	text_say(style, 0, 2, "%s%s, recorded in %s", text, map.name, map.unit);
	print(&map, style);
	heatmap_destroy(&map);
	return 0;
}

int heatmap_of_trial(const struct run_view *view, int number, const char *name,
		     const struct style *style, struct error *err)
{
	bool any = false;

	if (heatmap_check(view, number, name, err) < 0)
		return -1;
	for (size_t i = 0; i < view->trials_count; i++) {
		if (result_trial_number(&view->trials[i]) != number)
			continue;
		if (any)
			fputc('\n', style->to);
		any = true;
		if (draw(&view->trials[i], name, style, err) < 0)
			return -1;
	}
	return 0;
}

void section_heatmaps(const struct result *result, const struct style *style)
{
	const char *name = result_plan(result, "report.heatmap");
	struct error why = ERROR_INIT;

	if (!name || !name[0])
		return;
	fputs("\nHeat maps\n", style->to);
	for (size_t i = 0; i < result->variants_count; i++) {
		const char *variant = result->variants[i].name;
		const struct trial_record *trial = result_first_valid(result, variant);

		if (i)
			fputc('\n', style->to);
		if (trial && draw(trial, name, style, &why) == 0)
			continue;
		text_say(style, 0, 2, "%s: %s", variant,
			 trial ? why.text : "no trial of it is valid");
		error_clear(&why);
	}
}
