/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/protocol/artefact.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/protocol.h"

static int wrong(const struct trial_artefact *artefact, const char *reason, struct error *err)
{
	return error_set(err, ERROR_WORKLOAD, 0, "protocol: artefact \"%s\": %s", artefact->name,
			 reason);
}

int artefact_check(int fd, const struct trial_artefact *artefact, struct error *err)
{
	static const int wanted = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int seals = fcntl(fd, F_GET_SEALS), flags = fcntl(fd, F_GETFL);
	struct stat st;

	/* Only files in memory know seals; O_PATH descriptors, which can't be read, know none. */
	if (seals < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return wrong(artefact, "its descriptor is no memfd", err);
	if ((seals & wanted) != wanted)
		return wrong(artefact,
			     "its memfd is not sealed; add F_SEAL_SHRINK, F_SEAL_GROW and "
			     "F_SEAL_WRITE",
			     err);
	if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY)
		return wrong(artefact, "its memfd was opened for writing only", err);
	if ((uint64_t)st.st_size != artefact->bytes)
		return error_set(err, ERROR_WORKLOAD, 0,
				 "protocol: artefact \"%s\": its memfd has %lld bytes, but %" PRIu64
				 " were said",
				 artefact->name, (long long)st.st_size, artefact->bytes);
	return 0;
}

int artefact_room(const struct trial_record *r, const struct trial_artefact *artefact,
		  struct error *err)
{
	uint64_t left = POOLRIG_PROTOCOL_ARTEFACT_BYTES_MAX;

	for (size_t i = 0; i < r->artefacts_count; i++) {
		if (strcmp(r->artefacts[i].name, artefact->name) == 0)
			return wrong(artefact, "there is one of that name already", err);
		left -= r->artefacts[i].bytes;
	}
	if (r->artefacts_count >= POOLRIG_PROTOCOL_ARTEFACTS_MAX)
		return error_set(err, ERROR_WORKLOAD, 0,
				 "protocol: artefact \"%s\": more than %d of a trial",
				 artefact->name, POOLRIG_PROTOCOL_ARTEFACTS_MAX);
	if (artefact->bytes > left)
		return error_set(
		    err, ERROR_WORKLOAD, 0,
		    "protocol: artefact \"%s\": its %" PRIu64
		    " bytes are too many; the artefacts of a trial may have %" PRIu64 " together",
		    artefact->name, artefact->bytes, POOLRIG_PROTOCOL_ARTEFACT_BYTES_MAX);
	return 0;
}
