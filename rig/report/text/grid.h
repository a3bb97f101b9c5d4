/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table as text: a label in front of each row, numbered notes below. Columns that do not fit
 * beside each other go below, labels repeated. */
#ifndef POOLRIG_RIG_REPORT_TEXT_GRID_H
#define POOLRIG_RIG_REPORT_TEXT_GRID_H

#include <stddef.h>

#include "base/error.h"
#include "rig/report/text/text.h"

struct grid_cell {
	char middle[48]; /* aligned to the right: "1.23", "n/a (2)" */
	char range[96];  /* aligned to the left behind it: "[1.20…1.31]" */
	enum style_mark mark;
};

struct grid_row {
	char label[64];
	bool rule; /* a line above it: a new group begins */
};

struct grid {
	bool plain;         /* without lines: heads are aligned to the right, as middles */
	const char *corner; /* above the labels; NULL: nothing */
	size_t rows_count, columns_count;
	struct grid_row *rows;   /* owned */
	char (*heads)[64];       /* owned: of the columns */
	struct grid_cell *cells; /* owned: [row * columns_count + column] */
	size_t notes_count;
	char **notes; /* owned */
};

int grid_init(struct grid *grid, size_t rows, size_t columns, struct error *err);
void grid_destroy(struct grid *grid); /* takes a zeroed struct */
struct grid_cell *grid_cell(const struct grid *grid, size_t row, size_t column);
/* The number of the note with this text, made where it is new, from 1; -1: no memory. */
int grid_note(struct grid *grid, const char *text, struct error *err);
/* The first `rows` of its rows. */
int grid_print(const struct grid *grid, size_t rows, const struct style *style, struct error *err);
void grid_print_notes(const struct grid *grid, const struct style *style);

/* The larger of two widths. */
int grid_larger(int a, int b);

#endif
