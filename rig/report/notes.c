/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/notes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int notes_number(struct notes *notes, const char *text, struct error *err)
{
	char **grown;

	for (size_t i = 0; i < notes->count; i++)
		if (strcmp(notes->texts[i], text) == 0)
			return (int)i + 1;
	grown = reallocarray(notes->texts, notes->count + 1, sizeof(*grown));
	if (!grown)
		return error_host(err, ENOMEM, "no memory for note %zu", notes->count + 1);
	notes->texts = grown;
	grown[notes->count] = strdup(text);
	if (!grown[notes->count])
		return error_host(err, ENOMEM, "no memory for note %zu", notes->count + 1);
	return (int)++notes->count;
}

void notes_print(const struct notes *notes, const struct style *style)
{
	for (size_t i = 0; i < notes->count; i++) {
		int at = fprintf(style->to, "(%zu) ", i + 1);

		text_fold(style, at, at, notes->texts[i]);
	}
}

void notes_destroy(struct notes *notes)
{
	for (size_t i = 0; i < notes->count; i++)
		free(notes->texts[i]);
	free(notes->texts);
	*notes = (struct notes){0};
}
