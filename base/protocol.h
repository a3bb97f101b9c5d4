/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The workload protocol in constants: what a C workload and the rig must agree on. Its contract,
 * for every language, is docs/protocol.md; the two are changed together.
 *
 * One JSON object a message on a SOCK_SEQPACKET descriptor:
 *
 *   workload -> hello      {"type":"hello","protocol":1,"name":"poolbench","version":"0.1",
 *                           "records":["start_latency", …]}
 *   rig      -> configure  {"type":"configure","params":{KEY:VALUE…},"window_ns":N,"warmup_ns":N,
 *                           "drain_ns":N,"roles":{"work":"1","load":"0","housekeeping":"0"}}
 *                          and the schedule's memfd by SCM_RIGHTS
 *   workload -> ready      {"type":"ready","loop":"open|closed"}: all is allocated, started,
 *                          pre-warmed; closed: it keeps no schedule; may be left out: open
 *   rig      -> go         {"type":"go","start_ns":N,"warmup_ns":N,"window_ns":N}
 *   workload -> progress   {"type":"progress","at_ns":N,"completed":N}: may be sent about once a
 *                           second while the load runs; it is shown, and not stored
 *   workload -> record     {"type":"record","name":…,"kind":"counter|gauge|histogram","unit":…,
 *                           "from_ns":N,"to_ns":N,"value":X or "hdr":BASE64 or
 *                           "value":null with "reason":…}
 *   workload -> event      {"type":"event","at_ns":N,"kind":"stop","text":…}: what the workload
 *                          noticed of an instant
 *   workload -> artefact   {"type":"artefact","name":"heap.pprof","media":…,"bytes":N,
 *                           "intrusive":false} and a sealed memfd by SCM_RIGHTS; after the window
 *   workload -> done       {"type":"done"}
 *   workload -> error      {"type":"error","text":…}: the workload gives up, and says why
 *
 * Instants are nanoseconds of CLOCK_MONOTONIC; from_ns and to_ns are relative to start_ns, so the
 * window of measurement is warmup_ns..warmup_ns+window_ns.
 */
#ifndef POOLRIG_BASE_PROTOCOL_H
#define POOLRIG_BASE_PROTOCOL_H

#include <stdint.h>

#define POOLRIG_PROTOCOL_VERSION     1
#define POOLRIG_PROTOCOL_FD_ENV      "POOLRIG_FD"
#define POOLRIG_PROTOCOL_MESSAGE_MAX (128 * 1024)

/* Limits of what a workload may leave of a trial; the bytes are those of all its artefacts
 * together. */
#define POOLRIG_PROTOCOL_EVENTS_MAX         1000
#define POOLRIG_PROTOCOL_ARTEFACTS_MAX      16
#define POOLRIG_PROTOCOL_ARTEFACT_BYTES_MAX (UINT64_C(256) << 20)

/* One of the params of `configure`. */
struct poolrig_protocol_param {
	const char *key, *value;
};

/*
 * The schedule: a sealed memfd, this header and then `count` arrivals. It covers `period_ns` and is
 * repeated cyclically: arrival i of round r is intended at start_ns + r * period_ns + start_ns[i].
 * Little-endian, as every host of this project.
 */
#define POOLRIG_SCHEDULE_MAGIC "PRSCHED1"

struct poolrig_schedule_header {
	char magic[8];
	uint64_t count;     /* arrivals that follow */
	uint64_t period_ns; /* length of one round */
	uint64_t seed;      /* that it was made from, for the record */
};

struct poolrig_schedule_arrival {
	uint64_t start_ns;   /* intended start, from the beginning of the round; ascending */
	uint64_t service_ns; /* service time of the task */
};

#endif
