/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/environment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLEAN_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

int environment_set(struct environment *e, const char *entry, struct error *err)
{
	const char *equals = strchr(entry, '=');
	char **grown;
	char *copy;

	if (!equals || equals == entry)
		return error_input(err, "environment \"%s\": not KEY=VALUE; write it as LANG=C",
				   entry);
	copy = strdup(entry);
	if (!copy)
		return error_host(err, ENOMEM, "environment");
	for (size_t i = 0; i < e->count; i++) {
		if (strncmp(e->entries[i], entry, (size_t)(equals - entry) + 1) != 0)
			continue;
		free(e->entries[i]);
		e->entries[i] = copy;
		return 0;
	}
	grown = e->count < ENVIRONMENT_MAX ? realloc(e->entries, (e->count + 2) * sizeof(*grown))
					   : NULL;
	if (!grown) {
		free(copy);
		return error_host(err, E2BIG, "environment: more than %d entries", ENVIRONMENT_MAX);
	}
	e->entries = grown;
	e->entries[e->count++] = copy;
	e->entries[e->count] = NULL;
	return 0;
}

static int set_pair(struct environment *e, const char *key, const char *value, struct error *err)
{
	char entry[512];

	snprintf(entry, sizeof(entry), "%s=%s", key, value);
	return environment_set(e, entry, err);
}

int environment_init(struct environment *e, const struct person *person, char *const *keep,
		     struct error *err)
{
	*e = (struct environment){0};
	for (; keep && *keep; keep++)
		if (strchr(*keep, '=') > *keep && environment_set(e, *keep, err) < 0)
			goto fail;
	if (e->count)
		return 0;
	if (environment_set(e, CLEAN_PATH, err) < 0 || set_pair(e, "HOME", person->home, err) < 0 ||
	    set_pair(e, "USER", person->name, err) < 0 ||
	    environment_set(e, "LANG=C.UTF-8", err) < 0 ||
	    environment_set(e, "TMPDIR=/tmp", err) < 0)
		goto fail;
	return 0;
fail:
	environment_destroy(e);
	return -1;
}

void environment_destroy(struct environment *e)
{
	for (size_t i = 0; i < e->count; i++)
		free(e->entries[i]);
	free(e->entries);
	*e = (struct environment){0};
}
