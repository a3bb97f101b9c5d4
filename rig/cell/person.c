/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/person.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int env_id(const char *name, unsigned *id, struct error *err)
{
	const char *text = getenv(name);
	char *end;
	unsigned long value;

	if (!text)
		return 0;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value >= (unsigned)-1)
		return error_input(err,
				   "%s \"%s\": not a user or group id; unset it, or call by sudo",
				   name, text);
	*id = (unsigned)value;
	return 0;
}

int person_init(struct person *p, struct error *err)
{
	const struct passwd *entry;

	*p = (struct person){.uid = getuid(), .gid = getgid(), .home = "/"};
	if (p->uid == 0 &&
	    (env_id("SUDO_UID", &p->uid, err) < 0 || env_id("SUDO_GID", &p->gid, err) < 0))
		return -1;
	snprintf(p->name, sizeof(p->name), "%u", p->uid);
	entry = getpwuid(p->uid);
	if (!entry)
		return 0;
	snprintf(p->name, sizeof(p->name), "%s", entry->pw_name);
	if (strlen(entry->pw_dir) >= sizeof(p->home))
		return error_host(err, ENAMETOOLONG, "the home directory of user %s", p->name);
	strcpy(p->home, entry->pw_dir);
	p->groups_count = PERSON_GROUPS_MAX;
	if (getgrouplist(entry->pw_name, p->gid, p->groups, &p->groups_count) < 0)
		p->groups_count = PERSON_GROUPS_MAX; /* more than fit: the first ones count */
	return 0;
}
