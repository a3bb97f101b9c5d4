/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/lib.h"

#include <errno.h>
#include <libcgroup.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/io.h"

/* libcgroup's last complaint, without its newline. */
struct complaint {
	char text[160];
};

static void keep(void *userdata, int level, const char *fmt, va_list ap)
{
	struct complaint *c = userdata;

	(void)level;
	if (!c)
		return;
	vsnprintf(c->text, sizeof(c->text), fmt, ap);
	c->text[strcspn(c->text, "\n")] = '\0';
}

/* cgroup_init() sets a logger to stdout where there is none, so there must always be ours. */
static void listen_to(struct complaint *c)
{
	cgroup_set_logger(keep, CGROUP_LOG_ERROR, c);
}

const char *cg_lib_reason(char *text)
{
	static const char between[] = ": ";
	const char *none = strerror(0);
	size_t len = strlen(text), tail = strlen(none);

	if (len < tail || strcmp(text + len - tail, none) != 0)
		return text;
	len -= tail;
	text[len] = '\0';
	if (len >= strlen(between) && strcmp(text + len - strlen(between), between) == 0)
		text[len - strlen(between)] = '\0';
	return text[0] ? text : "it gives no reason";
}

/* libcgroup's words for why a call failed. */
static const char *reason_of(struct complaint *c, int rc)
{
	if (!c->text[0])
		snprintf(c->text, sizeof(c->text), "%s", cgroup_strerror(rc));
	return cg_lib_reason(c->text);
}

/* By what is really there: another file system can be mounted over what the table lists. */
enum kind { NO_CGROUP, CGROUP_V1, CGROUP_V2 };

static int kind_of(const char *path, enum kind *kind, struct error *err)
{
	struct statfs fs = {0};

	/* Not there at all: something is mounted over what it is below. What can't be looked at for
	 * another reason may hold the limits that are asked for, and is not passed over. */
	if (statfs(path, &fs) < 0 && errno != ENOENT && errno != ENOTDIR)
		return error_host(err, errno, "%s: cannot look at the hierarchy", path);
	*kind = fs.f_type == CGROUP2_SUPER_MAGIC  ? CGROUP_V2
		: fs.f_type == CGROUP_SUPER_MAGIC ? CGROUP_V1
						  : NO_CGROUP;
	return 0;
}

/* The mount's place in the list, added where it is new; NULL with a reason where it can't be. */
static struct cg_mount *mount_of(struct cg_mount *mounts, int *count, const char *path,
				 enum kind kind, const char **why)
{
	struct cg_mount *m;

	for (int i = 0; i < *count; i++)
		if (strcmp(mounts[i].path, path) == 0)
			return &mounts[i];
	*why = kind == NO_CGROUP                 ? "something else is mounted over it"
	       : *count == CG_HIERARCHIES_MAX    ? "there are too many hierarchies"
	       : strlen(path) >= sizeof(m->path) ? "its path is too long"
						 : NULL;
	if (*why)
		return NULL;
	m = &mounts[(*count)++];
	*m = (struct cg_mount){.v2 = kind == CGROUP_V2};
	snprintf(m->path, sizeof(m->path), "%s", path);
	return m;
}

static bool has_v2(const struct cg_mount *mounts, int count)
{
	for (int i = 0; i < count; i++)
		if (mounts[i].v2)
			return true;
	return false;
}

static int add(struct cg_mount *mounts, int *count, const char *path, uint32_t controllers,
	       char *note, size_t note_size, struct error *err)
{
	const char *why = NULL;
	enum kind kind = NO_CGROUP;
	struct cg_mount *m;

	if (kind_of(path, &kind, err) < 0)
		return -1;
	m = mount_of(mounts, count, path, kind, &why);
	if (m)
		m->controllers |= controllers;
	else
		cg_note(note, note_size, "%s is not used: %s.", path, why);
	return 0;
}

static int add_known(struct cg_mount *mounts, int *count, char *note, size_t note_size,
		     struct error *err)
{
	struct cgroup_mount_point info;
	void *handle = NULL;
	int rc, failed = 0;

	for (rc = cgroup_get_controller_begin(&handle, &info); rc == 0 && failed == 0;
	     rc = cgroup_get_controller_next(&handle, &info)) {
		uint32_t bit = cg_controllers_parse(info.name);

		if (bit)
			failed = add(mounts, count, info.path, bit, note, note_size, err);
	}
	cgroup_get_controller_end(&handle);
	return failed;
}

/* What libcgroup does not give, from the mount table. libcgroup 2.0 knows a mount only by the
 * controllers on it, and so passes over a v2 tree that has none, which is just what a hybrid host
 * has. And it gives up altogether where one mount can't be read, because something else is mounted
 * over it, or where /proc/cgroups is missing: then v1 (whose controllers are its mount options)
 * comes from the table, too. */
static int add_from_table(struct cg_mount *mounts, int *count, bool v1, char *note,
			  size_t note_size, struct error *err)
{
	FILE *table = setmntent("/proc/self/mounts", "re");
	struct mntent entry;
	char buf[4096];
	int failed = 0;
	bool cut;

	if (!table)
		return error_host(err, errno, "/proc/self/mounts: cannot open");
	while (failed == 0 && getmntent_r(table, &entry, buf, sizeof(buf))) {
		bool v2 = strcmp(entry.mnt_type, "cgroup2") == 0;
		uint32_t set = 0;

		if (v1 && strcmp(entry.mnt_type, "cgroup") == 0)
			set = cg_controllers_parse(entry.mnt_opts);
		if (set || (v2 && !has_v2(mounts, *count)))
			failed = add(mounts, count, entry.mnt_dir, set, note, note_size, err);
	}
	cut = ferror(table);
	endmntent(table);
	if (failed)
		return -1;
	return cut ? error_host(err, EIO, "/proc/self/mounts: cannot read") : 0;
}

int cg_lib_discover(struct cg_mount mounts[CG_HIERARCHIES_MAX], char *note, size_t note_size,
		    struct error *err)
{
	struct complaint complaint = {""};
	int count = 0, ret = 0, rc;
	bool failed;

	listen_to(&complaint);
	rc = cgroup_init();
	failed = rc && rc != ECGROUPNOTMOUNTED; /* no mount with a controller: no failure */
	if (rc == 0)
		ret = add_known(mounts, &count, note, note_size, err);
	else if (failed)
		cg_note(note, note_size, "libcgroup cannot look at this host: %s.",
			reason_of(&complaint, rc));
	listen_to(NULL);
	if (ret < 0 || add_from_table(mounts, &count, failed, note, note_size, err) < 0)
		return -1;
	return count;
}

/* On v2, libcgroup writes to the cgroup.subtree_control of every group on the way down, other
 * people's too: what is enabled there already, enabled again, or enabled for the first time. So
 * below a parent, the group is made by hand; and below the root, only with what the root hands
 * down. */
static int add_enabled(struct cgroup *group, const struct cg_tree *tree, uint32_t *made)
{
	for (int i = 0; i < tree->count; i++) {
		const struct cg_hierarchy *h = &tree->hierarchies[i];
		uint32_t set = h->controllers;
		char list[512];

		if (h->v2 && tree->parent[1])
			continue;
		if (h->v2)
			set = io_read_at(h->rootfd, "cgroup.subtree_control", list, sizeof(list),
					 NULL) < 0
				  ? 0
				  : set & cg_controllers_parse(list);
		for (int c = 0; c < CG_CONTROLLERS; c++) {
			if (!(set & (1u << c)) || tree->of_controller[c] != i)
				continue;
			if (!cgroup_add_controller(group,
						   cg_controller_name((enum cg_controller)c)))
				return -1;
			*made |= 1u << i;
		}
	}
	return 0;
}

/* A v2 group without controllers can't be made by libcgroup 2.0 (a struct cgroup without
 * controllers makes nothing), so it is made by hand. So is what libcgroup fails at: its errors are
 * a few words without a path ("operation not allowed"), while the kernel gives the reason. */
static int make_rest(const struct cg_ops *ops, const struct cg_tree *tree, const char *name,
		     uint32_t made, struct error *err)
{
	for (int i = 0; i < tree->count; i++) {
		int rc = made & (1u << i) ? 0 : ops->make(ops, tree->hierarchies[i].rootfd, name);

		if (rc < 0 && rc != -EEXIST)
			return error_host(err, -rc, "%s%s/%s: cannot make the group",
					  tree->hierarchies[i].mount,
					  tree->parent[1] ? tree->parent : "", name);
	}
	return 0;
}

int cg_lib_make_run(const struct cg_ops *ops, const struct cg_tree *tree, const char *name,
		    struct error *err)
{
	char path[sizeof(tree->parent) + 128];
	struct complaint unheard = {""};
	struct cgroup *group;
	uint32_t made = 0;

	snprintf(path, sizeof(path), "%s/%s", strcmp(tree->parent, "/") == 0 ? "" : tree->parent,
		 name);
	group = cgroup_new_cgroup(path + 1);
	if (!group)
		return error_host(err, ENOMEM, "%s: libcgroup", path);
	listen_to(&unheard);
	if (add_enabled(group, tree, &made) < 0 || (made && cgroup_create_cgroup(group, 1)))
		made = 0;
	listen_to(NULL);
	cgroup_free(&group);
	return make_rest(ops, tree, name, made, err);
}
