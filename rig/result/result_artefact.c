/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"
#include "base/stream.h"
#include "base/text.h"
#include "rig/result/result.h"

/* The last attempt's, if any attempt has it; NULL: there is none, and *err says what there is. */
static const struct trial_artefact *find(const struct run_view *view, int number, const char *name,
					 struct error *err)
{
	const struct trial_artefact *found = NULL;
	char list[sizeof(err->text)] = ""; /* where it is cut, so is the error */

	for (size_t i = 0; i < view->trials_count; i++) {
		const struct trial_record *trial = &view->trials[i];

		if (result_trial_number(trial) != number)
			continue;
		for (size_t a = 0; a < trial->artefacts_count; a++) {
			if (strcmp(trial->artefacts[a].name, name) == 0)
				found = &trial->artefacts[a];
			text_add(list, sizeof(list), "%s%s", list[0] ? ", " : "",
				 trial->artefacts[a].name);
		}
	}
	if (!found)
		result_no_such(view, number, "artefact", name, list, err);
	return found;
}

struct sink {
	FILE *to;
	uint64_t written;
};

static int write_part(const void *bytes, size_t size, void *arg)
{
	struct sink *sink = arg;

	if (fwrite(bytes, 1, size, sink->to) != size)
		return -1;
	sink->written += size;
	return 0;
}

/* A workload's text is not for a terminal to obey. */
static void print_lines(FILE *to, char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		text[i] = text[i] ? text[i] : '?';
	text_lines(&(struct style){.to = to, .utf8 = true}, 0, text);
}

int artefact_write(struct store *store, const struct run_view *view, int number, const char *name,
		   FILE *to, struct error *err)
{
	const struct trial_artefact *artefact = find(view, number, name, err);
	struct sink sink = {.to = to};
	bool terminal = isatty(stream_fd(to));
	cleanup_free char *text = NULL;
	size_t size = 0;
	int failed;

	if (!artefact)
		return -1;
	if (terminal && strncmp(artefact->media, "text/", 5) != 0 &&
	    strcmp(artefact->media, "application/json") != 0)
		return error_input(err,
				   "artefact \"%s\": %s is nothing for a terminal; write it to a "
				   "file: > %s",
				   name, artefact->media, name);
	if (terminal)
		sink.to = open_memstream(&text, &size);
	if (!sink.to)
		return error_host(err, ENOMEM, "artefact %s: no memory to print it", name);
	failed =
	    store_read_artefact(store, view->summary.id, number - 1, name, write_part, &sink, err);
	if (terminal && fclose(sink.to) == 0)
		print_lines(to, text, size);
	if (failed)
		return -1;
	if (ferror(to))
		return 0; /* the caller, who flushes it, says why */
	if (sink.written != artefact->bytes)
		return error_host(err, 0,
				  "artefact %s: %" PRIu64 " of its %" PRIu64
				  " bytes are in the store; it is damaged or was edited",
				  name, sink.written, artefact->bytes);
	return 0;
}
