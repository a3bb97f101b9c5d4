/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/text/grid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"

#define LABEL_MIN 12 /* of a plain table, whose labels are cut to what the columns leave */

/* A table while it is printed. */
struct drawing {
	const struct grid *grid;
	const struct style *style;
	const char *across, *down, *cross; /* the signs of which the frame is made */
	size_t rows;
	int label;           /* widths of the parts: columns of the terminal */
	int *middle, *range; /* by column */
};

int grid_init(struct grid *grid, size_t rows, size_t columns, struct error *err)
{
	*grid = (struct grid){.rows_count = rows, .columns_count = columns};
	grid->rows = calloc(rows + 1, sizeof(*grid->rows));
	grid->heads = calloc(columns + 1, sizeof(*grid->heads));
	grid->cells = calloc(rows * columns + 1, sizeof(*grid->cells));
	if (grid->rows && grid->heads && grid->cells)
		return 0;
	grid_destroy(grid);
	return error_host(err, ENOMEM, "no memory for a table of %zu rows", rows);
}

void grid_destroy(struct grid *grid)
{
	for (size_t i = 0; i < grid->notes_count; i++)
		free(grid->notes[i]);
	free(grid->notes);
	free(grid->rows);
	free(grid->heads);
	free(grid->cells);
	*grid = (struct grid){0};
}

struct grid_cell *grid_cell(const struct grid *grid, size_t row, size_t column)
{
	return &grid->cells[row * grid->columns_count + column];
}

int grid_note(struct grid *grid, const char *text, struct error *err)
{
	char **grown;

	for (size_t i = 0; i < grid->notes_count; i++)
		if (strcmp(grid->notes[i], text) == 0)
			return (int)i + 1;
	grown = reallocarray(grid->notes, grid->notes_count + 1, sizeof(*grown));
	if (grown) {
		grid->notes = grown;
		grown[grid->notes_count] = strdup(text);
	}
	if (!grown || !grown[grid->notes_count])
		return error_host(err, ENOMEM, "no memory for note %zu", grid->notes_count + 1);
	return (int)++grid->notes_count;
}

void grid_print_notes(const struct grid *grid, const struct style *style)
{
	for (size_t i = 0; i < grid->notes_count; i++) {
		int at = fprintf(style->to, "(%zu) ", i + 1);

		text_fold(style, at, at, grid->notes[i]);
	}
}

int grid_larger(int a, int b)
{
	return a > b ? a : b;
}

static void measure(struct drawing *d)
{
	const struct grid *grid = d->grid;

	d->label = grid->corner ? text_width(grid->corner) : 0;
	for (size_t r = 0; r < d->rows; r++) {
		d->label = grid_larger(d->label, text_width(grid->rows[r].label));
		for (size_t c = 0; c < grid->columns_count; c++) {
			const struct grid_cell *cell = grid_cell(grid, r, c);

			d->middle[c] = grid_larger(d->middle[c], text_width(cell->middle));
			d->range[c] = grid_larger(d->range[c], text_width(cell->range));
		}
	}
	for (size_t c = 0; c < grid->columns_count; c++) {
		int head = text_width(grid->heads[c]);

		if (grid->plain)
			d->middle[c] = grid_larger(d->middle[c], head);
		else
			d->range[c] = grid_larger(d->range[c], head - d->middle[c] - 1);
	}
}

/* What a range takes, with the blank behind it; a mark of a plain table stands in that blank. */
static int range_width(const struct drawing *d, size_t c)
{
	return d->grid->plain ? grid_larger(d->range[c], 1) : d->range[c] + 1;
}

/* With what stands between it and the next. */
static int column_width(const struct drawing *d, size_t c)
{
	return text_width(d->down) + d->middle[c] + !d->grid->plain + range_width(d, c);
}

/* printf's field width counts bytes; this counts columns. */
static void padded(FILE *to, const char *text, int width, bool right)
{
	int blanks = grid_larger(width - text_width(text), 0);

	fprintf(to, "%*s%s%*s", right ? blanks : 0, "", text, right ? 0 : blanks, "");
}

static void print_label(const struct drawing *d, FILE *to, const char *label, int width)
{
	const char *more = d->style->utf8 ? "…" : "..";
	char cut[64];
	size_t used = 0;
	uint32_t c;

	snprintf(cut, sizeof(cut), "%s", label);
	if (text_width(label) > width) {
		for (int i = 0; i < width - text_width(more); i++)
			used += text_next(cut + used, &c);
		snprintf(cut + used, sizeof(cut) - used, "%s", more);
	}
	padded(to, cut, width, false);
}

static void print_cell(const struct drawing *d, FILE *to, size_t row, size_t c)
{
	const struct grid_cell *cell = grid_cell(d->grid, row, c);

	fputs(d->down, to);
	padded(to, "", d->middle[c] - text_width(cell->middle), false);
	fprintf(to, "%s%s%s%s%s", cell->mark ? style_mark(d->style, cell->mark) : "", cell->middle,
		d->grid->plain ? "" : " ", cell->range,
		cell->mark ? style_mark(d->style, STYLE_PLAIN) : "");
	padded(to, "", range_width(d, c) - text_width(cell->range), false);
}

static void print_head(const struct drawing *d, FILE *to, size_t c)
{
	int middle = d->grid->plain ? d->middle[c] : 0;

	fputs(d->down, to);
	padded(to, d->grid->heads[c], middle, true);
	padded(to, "",
	       column_width(d, c) - text_width(d->down) -
		   grid_larger(middle, text_width(d->grid->heads[c])),
	       false);
}

static void print_rule(const struct drawing *d, int label, size_t from, size_t end)
{
	for (int i = 0; i <= label; i++)
		fputs(d->across, d->style->to);
	for (size_t c = from; c < end; c++) {
		fputs(d->cross, d->style->to);
		for (int i = column_width(d, c) - 1 - (c + 1 == end); i > 0; i--)
			fputs(d->across, d->style->to);
	}
	fputc('\n', d->style->to);
}

/* A line, without the blanks that would stand at its end. row -1: the heads. */
static int print_line(const struct drawing *d, int label, ssize_t row, size_t from, size_t end)
{
	cleanup_free char *line = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&line, &size);

	if (!to)
		return -1;
	print_label(d, to,
		    row >= 0          ? d->grid->rows[row].label
		    : d->grid->corner ? d->grid->corner
				      : "",
		    label);
	fputs(d->grid->plain ? "" : " ", to);
	for (size_t c = from; c < end; c++) {
		if (row >= 0)
			print_cell(d, to, (size_t)row, c);
		else
			print_head(d, to, c);
	}
	if (fclose(to) != 0)
		return -1;
	while (size && line[size - 1] == ' ')
		size--;
	fprintf(d->style->to, "%.*s\n", (int)size, line);
	return 0;
}

/* As many columns as fit, at least one; *left: what they leave for the labels. The last blank
 * behind a column is never printed. */
static size_t panel_end(const struct drawing *d, size_t from, int *left)
{
	int least = d->grid->plain && d->label > LABEL_MIN ? LABEL_MIN : d->label;
	size_t c = from;

	*left = d->style->width - !d->grid->plain;
	while (c < d->grid->columns_count) {
		bool blank = !d->grid->plain || d->range[c] == 0;

		if (c > from && *left - column_width(d, c) + blank < least)
			break;
		*left -= column_width(d, c++);
	}
	*left += c > from && (!d->grid->plain || d->range[c - 1] == 0);
	return c;
}

static int print_panels(const struct drawing *d)
{
	int label;

	for (size_t from = 0, end; from < d->grid->columns_count; from = end) {
		end = panel_end(d, from, &label);
		label =
		    d->grid->plain && label < d->label ? grid_larger(label, LABEL_MIN) : d->label;
		if (from)
			fputc('\n', d->style->to);
		if (print_line(d, label, -1, from, end) < 0)
			return -1;
		for (size_t r = 0; r < d->rows; r++) {
			if (d->grid->rows[r].rule)
				print_rule(d, label, from, end);
			if (print_line(d, label, (ssize_t)r, from, end) < 0)
				return -1;
		}
	}
	return 0;
}

int grid_print(const struct grid *grid, size_t rows, const struct style *style, struct error *err)
{
	cleanup_free int *middle = calloc(grid->columns_count + 1, sizeof(int));
	cleanup_free int *range = calloc(grid->columns_count + 1, sizeof(int));
	struct drawing d = {grid, style, "-", "| ", "+", rows, 0, middle, range};

	if (style->utf8) {
		d.across = "─";
		d.down = "│ ";
		d.cross = "┼";
	}
	if (grid->plain)
		d.down = " ";
	if (middle && range)
		measure(&d);
	if (!middle || !range || print_panels(&d) < 0)
		return error_host(err, ENOMEM, "no memory for a table");
	return 0;
}
