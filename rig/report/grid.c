/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/grid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"

/* The widths of the parts: columns of the terminal. */
struct layout {
	int label, unit;
	int *middle, *range; /* by column */
};

/* The signs of which the frame is made. */
struct signs {
	const char *across, *down, *cross;
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
	free(grid->rows);
	free(grid->heads);
	free(grid->cells);
	*grid = (struct grid){0};
}

struct grid_cell *grid_cell(const struct grid *grid, size_t row, size_t column)
{
	return &grid->cells[row * grid->columns_count + column];
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

static void measure(const struct grid *grid, struct layout *layout)
{
	for (size_t r = 0; r < grid->rows_count; r++) {
		layout->label = larger(layout->label, text_width(grid->rows[r].label));
		layout->unit = larger(layout->unit, text_width(grid->rows[r].unit));
		for (size_t c = 0; c < grid->columns_count; c++) {
			const struct grid_cell *cell = grid_cell(grid, r, c);

			layout->middle[c] = larger(layout->middle[c], text_width(cell->middle));
			layout->range[c] = larger(layout->range[c], text_width(cell->range));
		}
	}
	for (size_t c = 0; c < grid->columns_count; c++) {
		int wanted = text_width(grid->heads[c]);
		int have = layout->middle[c] + 1 + layout->range[c];

		if (wanted > have)
			layout->range[c] += wanted - have;
	}
}

/* printf's field width counts bytes; this counts columns. */
static void padded(FILE *to, const char *text, int width, bool right)
{
	int blanks = width - text_width(text);

	fprintf(to, "%*s%s%*s", right && blanks > 0 ? blanks : 0, "", text,
		!right && blanks > 0 ? blanks : 0, "");
}

static int column_width(const struct layout *layout, size_t c)
{
	return layout->middle[c] + 1 + layout->range[c];
}

static void repeat(FILE *to, const char *sign, int times)
{
	while (times-- > 0)
		fputs(sign, to);
}

static void rule(FILE *to, const struct layout *layout, const struct signs *signs, size_t from,
		 size_t end)
{
	repeat(to, signs->across, layout->label + 1 + layout->unit + 1);
	for (size_t c = from; c < end; c++) {
		fputs(signs->cross, to);
		repeat(to, signs->across, column_width(layout, c) + 2);
	}
	fputc('\n', to);
}

/* A row without the blanks that would stand at its end. */
static void print_line(FILE *to, char *line)
{
	size_t len = strlen(line);

	while (len && line[len - 1] == ' ')
		len--;
	fprintf(to, "%.*s\n", (int)len, line);
}

static int print_row(const struct grid *grid, const struct layout *layout, FILE *to,
		     const struct signs *signs, size_t row, size_t from, size_t end)
{
	cleanup_free char *line = NULL;
	size_t size = 0;
	FILE *mem = open_memstream(&line, &size);

	if (!mem)
		return -1;
	padded(mem, grid->rows[row].label, layout->label + 1, false);
	padded(mem, grid->rows[row].unit, layout->unit + 1, false);
	for (size_t c = from; c < end; c++) {
		const struct grid_cell *cell = grid_cell(grid, row, c);

		fprintf(mem, "%s ", signs->down);
		padded(mem, cell->middle, layout->middle[c], true);
		fputc(' ', mem);
		padded(mem, cell->range, layout->range[c] + 1, false);
	}
	if (fclose(mem) != 0)
		return -1;
	print_line(to, line);
	return 0;
}

static void print_head(const struct grid *grid, const struct layout *layout, FILE *to,
		       const struct signs *signs, size_t from, size_t end)
{
	fprintf(to, "%*s", layout->label + 1 + layout->unit + 1, "");
	for (size_t c = from; c < end; c++) {
		fprintf(to, "%s ", signs->down);
		padded(to, grid->heads[c], c + 1 < end ? column_width(layout, c) + 1 : 0, false);
	}
	fputc('\n', to);
}

static int print_panel(const struct grid *grid, const struct layout *layout, FILE *to,
		       const struct signs *signs, size_t from, size_t end)
{
	print_head(grid, layout, to, signs, from, end);
	for (size_t r = 0; r < grid->rows_count; r++) {
		if (grid->rows[r].rule)
			rule(to, layout, signs, from, end);
		if (print_row(grid, layout, to, signs, r, from, end) < 0)
			return -1;
	}
	return 0;
}

/* As many columns as fit, at least one. */
static size_t panel_end(const struct grid *grid, const struct layout *layout, int width,
			size_t from)
{
	int used = layout->label + 1 + layout->unit + 1;
	size_t c = from;

	while (c < grid->columns_count) {
		used += 3 + column_width(layout, c);
		/* The last blank behind a column is never printed. */
		if (c > from && used - 1 > width)
			break;
		c++;
	}
	return c;
}

int grid_print(const struct grid *grid, const struct style *style, struct error *err)
{
	static const struct signs ascii = {"-", "|", "+"}, lines = {"─", "│", "┼"};
	cleanup_free int *middle = calloc(grid->columns_count + 1, sizeof(int));
	cleanup_free int *range = calloc(grid->columns_count + 1, sizeof(int));
	struct layout layout = {.middle = middle, .range = range};
	size_t from = 0;

	if (!middle || !range)
		return error_host(err, ENOMEM, "no memory for a table");
	measure(grid, &layout);
	while (from < grid->columns_count) {
		size_t end = panel_end(grid, &layout, style->width, from);

		if (from)
			fputc('\n', style->to);
		if (print_panel(grid, &layout, style->to, style->utf8 ? &lines : &ascii, from,
				end) < 0)
			return error_host(err, ENOMEM, "no memory for a table");
		from = end;
	}
	return 0;
}