/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/record/run_record.h"

#include <stdlib.h>

void host_record_destroy(struct host_record *host)
{
	while (host->count)
		free(host->facts[--host->count].value);
}
