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

/* All that are entries; where one can't be set, none is left. */
static int set_all(struct environment *e, char *const *entries, struct error *err)
{
	for (; *entries; entries++)
		if (strchr(*entries, '=') > *entries && environment_set(e, *entries, err) < 0) {
			environment_destroy(e);
			return -1;
		}
	return 0;
}

int environment_init(struct environment *e, const struct person *person, char *const *keep,
		     struct error *err)
{
	char home[sizeof("HOME=") + sizeof(person->home)];
	char user[sizeof("USER=") + sizeof(person->name)];
	char *const clean[] = {CLEAN_PATH, home, user, "LANG=C.UTF-8", "TMPDIR=/tmp", NULL};

	*e = (struct environment){.entries = calloc(1, sizeof(*e->entries))};
	if (!e->entries)
		return error_host(err, ENOMEM, "environment");
	snprintf(home, sizeof(home), "HOME=%s", person->home);
	snprintf(user, sizeof(user), "USER=%s", person->name);
	return set_all(e, keep ? keep : clean, err);
}

const char *environment_get(const struct environment *e, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < e->count; i++)
		if (strncmp(e->entries[i], key, len) == 0 && e->entries[i][len] == '=')
			return e->entries[i] + len + 1;
	return NULL;
}

void environment_destroy(struct environment *e)
{
	for (size_t i = 0; i < e->count; i++)
		free(e->entries[i]);
	free(e->entries);
	*e = (struct environment){0};
}
