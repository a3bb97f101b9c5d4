/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/inside.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(cap) (UINT64_C(1) << (cap))

/* What a root command keeps: files, ids, signals and ports of its own cell. */
static const uint64_t kept = BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER) |
			     BIT(CAP_FSETID) | BIT(CAP_KILL) | BIT(CAP_SETGID) | BIT(CAP_SETUID) |
			     BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_NET_RAW);

static int bound_capabilities(struct error *err)
{
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (!(kept & BIT(cap)) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 &&
		    errno != EINVAL)
			return error_host(err, errno, "cannot drop capability %d", cap);
	return 0;
}

/* The bounding set counts at exec only, and a program that sets its own inheritable set could keep
 * what it has: take it away here and now, too. */
static int cut_capabilities(struct error *err)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {{0}};

	data[0].effective = data[0].permitted = (uint32_t)kept;
	data[1].effective = data[1].permitted = kept >> 32;
	if (syscall(SYS_capset, &header, data) < 0)
		return error_host(err, errno, "cannot cut the capabilities");
	return 0;
}

int privileges_drop(const struct person *person, struct error *err)
{
	if (bound_capabilities(err) < 0)
		return -1;
	if (person->uid != 0) {
		if (setgroups((size_t)person->groups_count, person->groups) < 0 ||
		    setresgid(person->gid, person->gid, person->gid) < 0 ||
		    setresuid(person->uid, person->uid, person->uid) < 0)
			return error_host(err, errno, "cannot become user %s", person->name);
	} else if (cut_capabilities(err) < 0) {
		return -1;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_host(err, errno, "cannot set no_new_privs");
	return 0;
}
