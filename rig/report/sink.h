/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a verb's output goes. */
#ifndef POOLRIG_RIG_REPORT_SINK_H
#define POOLRIG_RIG_REPORT_SINK_H

#include <stdio.h>

#include "base/error.h"

/* Flush, and say whether all of it arrived. A reader that went away (`| head`) is no error. `name`
 * is for the text: "standard output", or the file. */
int sink_flush(FILE *to, const char *name, struct error *err);

#endif
