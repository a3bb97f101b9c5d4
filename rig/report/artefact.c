/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/artefact.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* The last attempt's, if any attempt has it; *stored: there is such a trial at all. */
static const struct trial_artefact *find(const struct run_view *view, int position,
					 const char *name, bool *stored)
{
	const struct trial_artefact *found = NULL;

	*stored = false;
	for (size_t i = 0; i < view->trials_count; i++) {
		const struct trial_record *trial = &view->trials[i];

		if (trial->position != position)
			continue;
		*stored = true;
		for (size_t a = 0; a < trial->artefacts_count; a++)
			if (strcmp(trial->artefacts[a].name, name) == 0)
				found = &trial->artefacts[a];
	}
	return found;
}

static int none(const struct run_view *view, int position, const char *name, struct error *err)
{
	char list[sizeof(err->text)] = ""; /* where it is cut, so is the error */

	for (size_t i = 0; i < view->trials_count; i++) {
		const struct trial_record *trial = &view->trials[i];

		for (size_t a = 0; trial->position == position && a < trial->artefacts_count; a++)
			snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
				 list[0] ? ", " : "", trial->artefacts[a].name);
	}
	if (!list[0])
		return error_input(err,
				   "artefact \"%s\": trial %d has none at all; workloads that "
				   "speak the protocol may make them (docs/protocol.md)",
				   name, position);
	return error_input(err, "artefact \"%s\": trial %d has no such; it has %s", name, position,
			   list);
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

int artefact_write(struct store *store, const struct run_view *view, int position, const char *name,
		   FILE *to, struct error *err)
{
	struct sink sink = {.to = to};
	bool stored;
	const struct trial_artefact *artefact = find(view, position, name, &stored);

	if (!stored)
		return error_input(err,
				   "run %s: trial %d: not stored; %d were planned, counted from 0",
				   view->summary.id, position, view->summary.planned);
	if (!artefact)
		return none(view, position, name, err);
	if (isatty(fileno(to)) && strncmp(artefact->media, "text/", 5) != 0 &&
	    strcmp(artefact->media, "application/json") != 0)
		return error_input(err,
				   "artefact \"%s\": %s is nothing for a terminal; write it to a "
				   "file: > %s",
				   name, artefact->media, name);
	if (store_read_artefact(store, view->summary.id, position, name, write_part, &sink, err) <
	    0)
		return -1;
	if (ferror(to))
		return 0; /* whoever flushes it says why */
	if (sink.written != artefact->bytes)
		return error_host(err, 0,
				  "artefact %s: %" PRIu64 " of its %" PRIu64
				  " bytes are in the store; it is damaged or was edited",
				  name, sink.written, artefact->bytes);
	return 0;
}
