/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A part of an artefact as the store keeps it; internal to rig/store/. */
#ifndef POOLRIG_RIG_STORE_PART_H
#define POOLRIG_RIG_STORE_PART_H

/* How much of an artefact a row holds, before it is compressed. Compression is zlib's fastest:
 * traces and text come to a quarter, what is compressed already stays as it is. */
#define PART_BYTES (1 << 20)
#define PART_LEVEL 1

#endif
