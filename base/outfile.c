/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/own.h"

/* As many as the kernel follows (path_resolution(7)). */
enum { LINKS_MAX = 40 };

/* What SQLite keeps beside a database (sqlite.org/tempfiles.html). */
static const char *const beside[] = {"-wal", "-shm", "-journal"};

static int refuse(const struct outfile *o, const char *why, struct error *err)
{
	return error_input(err, "%s %s: %s", o->option, o->path, why);
}

static int refuse_errno(const struct outfile *o, const char *what, struct error *err)
{
	return error_set(err, ERROR_INPUT, errno, "%s %s: %s", o->option, o->path, what);
}

/* -- databases -- */

/* sqlite.org/fileformat2.html: of the file itself, its write-ahead log (both byte orders of its
 * checksums) and its rollback journal. */
static bool is_database(int fd)
{
	static const struct {
		const char *magic;
		size_t size;
	} heads[] = {{"SQLite format 3", 16},
		     {"\x37\x7f\x06\x82", 4},
		     {"\x37\x7f\x06\x83", 4},
		     {"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8}};
	char head[16];
	ssize_t n = pread(fd, head, sizeof(head), 0);

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (n >= (ssize_t)heads[i].size && memcmp(head, heads[i].magic, heads[i].size) == 0)
			return true;
	return false;
}

/* "x.db-wal" where x.db is a database: SQLite would take the file for its own. */
static bool is_beside_database(const struct outfile *o)
{
	size_t length = strlen(o->name);

	for (size_t i = 0; i < ARRAY_SIZE(beside); i++) {
		size_t suffix = strlen(beside[i]);
		char stem[NAME_MAX + 1];
		cleanup_fd int fd = -1;

		if (length <= suffix || strcmp(o->name + length - suffix, beside[i]) != 0)
			continue;
		snprintf(stem, sizeof(stem), "%.*s", (int)(length - suffix), o->name);
		fd = openat(o->dirfd, stem, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0 && is_database(fd))
			return true;
	}
	return false;
}

static bool is_same(const struct outfile *o, const char *path, const char *suffix)
{
	cleanup_free char *name = NULL;
	struct stat st;

	return asprintf(&name, "%s%s", path, suffix) >= 0 && stat(name, &st) == 0 &&
	       st.st_dev == o->is.st_dev && st.st_ino == o->is.st_ino;
}

static int check_store(const struct outfile *o, const char *store, struct error *err)
{
	bool same = store && o->exists && is_same(o, store, "");

	for (size_t i = 0; i < ARRAY_SIZE(beside) && store && o->exists; i++)
		same |= is_same(o, store, beside[i]);
	return same ? refuse(o, "the store itself; name another file", err) : 0;
}

/* -- what a path names -- */

/* The directory of a path becomes *dirfd, its last part the name. */
static int enter(struct outfile *o, const char *path)
{
	const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
	char dir[PATH_MAX] = ".";
	int fd;

	if (slash)
		snprintf(dir, sizeof(dir), "%.*s", (int)(last - path), path);
	fd = openat(o->dirfd < 0 ? AT_FDCWD : o->dirfd, dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	own_close(&o->dirfd);
	o->dirfd = fd;
	errno = ENAMETOOLONG;
	return snprintf(o->name, sizeof(o->name), "%s", last) < (int)sizeof(o->name) ? 0 : -1;
}

/* As fs.protected_symlinks and protected_regular of proc(5) have it: where all may make files and
 * links, only those of the directory's owner, our own and the user's are taken. */
static int check_owner(const struct outfile *o, struct error *err)
{
	const mode_t open_to_all = S_ISVTX | S_IWOTH;
	struct stat dir;

	if (fstat(o->dirfd, &dir) < 0)
		return refuse_errno(o, "its directory can't be looked at", err);
	if ((dir.st_mode & open_to_all) != open_to_all || o->is.st_uid == dir.st_uid ||
	    o->is.st_uid == geteuid() || o->is.st_uid == o->uid)
		return 0;
	return refuse(o, "another user's, in a directory that all may write to", err);
}

/* A link of procfs (/dev/stdout leads there) is no path. Where it stands for a descriptor of ours,
 * that is taken. */
static int take_descriptor(struct outfile *o, struct error *err)
{
	char *end;
	long fd = strtol(o->name, &end, 10);
	struct stat st;
	int flags;

	if (fstatat(o->dirfd, o->name, &o->is, 0) < 0)
		return refuse_errno(o, "cannot be opened", err);
	if (*end || fstat((int)fd, &st) < 0 || st.st_dev != o->is.st_dev ||
	    st.st_ino != o->is.st_ino)
		return refuse(o, "a link of procfs; name a file", err);
	flags = fcntl((int)fd, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		return refuse(o, "not open for writing", err);
	if (fd == STDOUT_FILENO) {
		o->to = stdout;
		return 0;
	}
	o->fd = fcntl((int)fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return o->fd < 0 ? refuse_errno(o, "cannot be opened", err) : 0;
}

static int resolve(struct outfile *o, struct error *err)
{
	char path[PATH_MAX];
	struct statfs fs;
	ssize_t n;

	snprintf(path, sizeof(path), "%s", o->path);
	for (int links = 0; links < LINKS_MAX; links++) {
		if (enter(o, path) < 0)
			return refuse_errno(o, "cannot make a file there", err);
		if (!*o->name)
			return refuse(o, "not the name of a file", err);
		o->exists = fstatat(o->dirfd, o->name, &o->is, AT_SYMLINK_NOFOLLOW) == 0;
		if (!o->exists && errno != ENOENT)
			return refuse_errno(o, "cannot be looked at", err);
		if (!o->exists)
			return 0;
		if (S_ISLNK(o->is.st_mode) && fstatfs(o->dirfd, &fs) == 0 &&
		    fs.f_type == PROC_SUPER_MAGIC)
			return take_descriptor(o, err);
		if (check_owner(o, err) < 0)
			return -1;
		if (!S_ISLNK(o->is.st_mode))
			return 0;
		n = readlinkat(o->dirfd, o->name, path, sizeof(path) - 1);
		if (n < 0)
			return refuse_errno(o, "a link that can't be read", err);
		path[n] = '\0';
	}
	errno = ELOOP;
	return refuse_errno(o, "cannot be found", err);
}

/* -- opening -- */

static int make_part(struct outfile *o)
{
	/* The name of a file that was longer would be too long with ours behind it. */
	snprintf(o->part, sizeof(o->part), "%.200s.part-%d", o->name, getpid());
	o->fd = openat(o->dirfd, o->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		       o->exists ? 0600 : 0666);
	if (o->fd < 0)
		o->part[0] = '\0';
	return o->fd < 0 ? -1 : 0;
}

static void drop_part(struct outfile *o)
{
	own_close(&o->fd);
	if (o->part[0])
		unlinkat(o->dirfd, o->part, 0);
	o->part[0] = '\0';
}

/* Nothing can be renamed over a file that something is mounted on. */
static bool is_mount_point(const struct outfile *o)
{
	struct statx st;

	return statx(o->dirfd, o->name, AT_SYMLINK_NOFOLLOW, 0, &st) == 0 &&
	       st.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

static int check_regular(struct outfile *o, struct error *err)
{
	cleanup_fd int fd = -1;

	if (o->exists) {
		fd = openat(o->dirfd, o->name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			return refuse_errno(o, "cannot be replaced", err);
	}
	if (is_beside_database(o) || (fd >= 0 && is_database(fd)))
		return refuse(o,
			      "an SQLite database, or what belongs to one; it is never "
			      "replaced: name another file",
			      err);
	if (fd >= 0 && is_mount_point(o))
		return refuse(o, "a mount point, which can't be replaced; name another file", err);
	/* The surest way to learn whether that can be done. */
	if (make_part(o) < 0)
		return refuse_errno(o, "cannot make a file there", err);
	drop_part(o);
	return 0;
}

/* Opened before anything is started: to open a FIFO waits, and can be interrupted. */
static int open_in_place(struct outfile *o, struct error *err)
{
	struct stat st;

	o->fd = openat(o->dirfd, o->name, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	if (o->fd < 0 || fstat(o->fd, &st) < 0)
		return refuse_errno(o, "cannot be opened", err);
	if (st.st_dev != o->is.st_dev || st.st_ino != o->is.st_ino)
		return refuse(o, "was replaced meanwhile", err);
	return 0;
}

static int open_named(struct outfile *o, struct error *err)
{
	if (!o->exists)
		return check_regular(o, err);
	switch (o->is.st_mode & S_IFMT) {
	case S_IFREG:
		return check_regular(o, err);
	case S_IFCHR:
	case S_IFIFO:
		return open_in_place(o, err);
	case S_IFDIR:
		return refuse(o, "a directory, not the name of a file", err);
	default:
		return refuse(o, "a block device or a socket; name a file", err);
	}
}

/* A descriptor of the caller's is written to where it stands: not into a database. */
static int check_descriptor(int fd)
{
	char path[40];
	struct stat st;
	cleanup_fd int file = -1;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	file = open(path, O_RDONLY | O_CLOEXEC);
	return file >= 0 && is_database(file) ? -1 : 0;
}

int outfile_init(struct outfile *o, const char *option, const char *path, const char *store,
		 uid_t uid, gid_t gid, struct error *err)
{
	*o = OUTFILE_INIT;
	o->option = option;
	o->path = path;
	o->uid = uid;
	o->gid = gid;
	if (strlen(path) >= PATH_MAX)
		return error_input(err, "%s \"%.80s...\": the path is too long", option, path);
	if (strcmp(path, "-") == 0) {
		o->to = stdout;
		o->exists = fstat(STDOUT_FILENO, &o->is) == 0;
		return check_store(o, store, err);
	}
	if (resolve(o, err) < 0 || check_store(o, store, err) < 0)
		return -1;
	if (o->fd >= 0 && check_descriptor(o->fd) < 0)
		return refuse(o, "an SQLite database; it is never written over", err);
	return o->to || o->fd >= 0 ? 0 : open_named(o, err);
}

int outfile_check_standard(int *say, struct error *err)
{
	static const char *const names[] = {"standard output", "standard error"};
	int ret = 0;

	*say = -1;
	for (int i = 0; i < 2; i++) {
		if (check_descriptor(STDOUT_FILENO + i) == 0)
			*say = STDOUT_FILENO + i;
		else
			ret = error_input(err, "%s: an SQLite database; it is never written over",
					  names[i]);
	}
	return ret;
}

/* -- writing -- */

int outfile_begin(struct outfile *o, struct error *err)
{
	if (o->to)
		return 0;
	if (o->fd < 0 && make_part(o) < 0)
		return error_host(err, errno, "%s %s: cannot write", o->option, o->path);
	o->to = stream_open(&o->stream, o->fd);
	if (o->to)
		return 0;
	drop_part(o);
	return error_host(err, ENOMEM, "%s %s: cannot write", o->option, o->path);
}

/* The part gets whom the file belongs to. Who is not root may not give it away: then it is theirs,
 * as the file was, or its directory. */
static int replace(struct outfile *o)
{
	uid_t uid = o->exists ? o->is.st_uid : o->uid;
	gid_t gid = o->exists ? o->is.st_gid : o->gid;

	if (fchown(o->fd, uid, gid) < 0 && errno != EPERM)
		return -1;
	if (o->exists && fchmod(o->fd, o->is.st_mode & 0777) < 0)
		return -1;
	if (fsync(o->fd) < 0 && errno != EINVAL)
		return -1;
	if (renameat(o->dirfd, o->part, o->dirfd, o->name) < 0)
		return -1;
	o->part[0] = '\0';
	return 0;
}

int outfile_end(struct outfile *o, struct error *err)
{
	int ret = 0;

	if (o->to == stdout)
		return 0;
	if (stream_flush(&o->stream, o->to, o->path, err) < 0)
		ret = error_prefix(err, "%s", o->option);
	else if (o->part[0] && replace(o) < 0)
		ret = error_host(err, errno, "%s %s: cannot write", o->option, o->path);
	outfile_destroy(o);
	return ret;
}

void outfile_destroy(struct outfile *o)
{
	if (o->to && o->to != stdout)
		fclose(o->to);
	o->to = NULL;
	drop_part(o);
	own_close(&o->dirfd);
}
