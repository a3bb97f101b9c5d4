/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a workload sends, one message a line; each is a packet of its own. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/own.h"
#include "rig/protocol/artefact.h"
#include "rig/protocol/message.h"
#include "rig/protocol/protocol.h"
#include "rig/record/metric_of.h"
#include "rig/stats/summary.h"
#include "tests/fuzz/fuzz.h"

#define SECOND_NS INT64_C(1000000000)

static void drain(int fd)
{
	char buf[4096];

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
}

static int answer(struct protocol *t, enum protocol_got got, struct error *err)
{
	cleanup_fd int schedule = memfd_create("fuzz", MFD_CLOEXEC);
	struct protocol_setup setup = {.window_ns = SECOND_NS, .schedule_fd = schedule};
	cpu_set_t cpus;
	int ret = 0;

	CPU_ZERO(&cpus);
	CPU_SET(1, &cpus);
	setup.work = setup.load = setup.housekeeping = &cpus;
	if (got == PROTOCOL_GOT_HELLO)
		ret = protocol_configure(t, &setup, err);
	if (got == PROTOCOL_GOT_READY)
		ret = protocol_go(t, SECOND_NS, SECOND_NS, SECOND_NS, err);
	drain(t->far_fd);
	return ret;
}

/* Of what was taken: whatever is known is a number, and every interval is one. */
static void check_records(struct trial_record *r)
{
	struct trial_record summary = {0};
	struct error err = ERROR_INIT;
	char name[64];

	for (size_t i = 0; i < r->records_count; i++) {
		const struct workload_record *w = &r->records[i];
		struct hdr h = {0};

		FUZZ_MUST(!w->known || w->hdr || isfinite(w->value));
		FUZZ_MUST(metric_of(w, name) > 0);
		metric_in_window(w, SECOND_NS);
		if (w->hdr && message_histogram(w, &h, &err) < 0)
			fuzz_error(&err);
		hdr_destroy(&h);
	}
	if (summary_init(&summary, r, SECOND_NS, &err) < 0)
		fuzz_error(&err);
	for (size_t i = 0; i < summary.metrics_count; i++)
		FUZZ_MUST_OF(!summary.metrics[i].known || isfinite(summary.metrics[i].value),
			     summary.metrics[i].name);
	trial_record_destroy(&summary);
}

/* false: the conversation is over. */
static bool take(struct protocol *t, struct trial_record *r)
{
	struct protocol_received received = {0};
	struct error err = ERROR_INIT;
	int got = protocol_receive(t, &received, &err);

	if (got < 0) {
		fuzz_error(&err);
		FUZZ_MUST_OF(err.kind == ERROR_WORKLOAD, err.text);
		return false;
	}
	if (got == PROTOCOL_GOT_RECORD)
		trial_workload_record(r, &received.record, &err);
	if (got == PROTOCOL_GOT_EVENT)
		trial_event(r, received.event.at_ns, received.event.cell, received.event.kind, &err,
			    "%s", received.event.text);
	if (got == PROTOCOL_GOT_ARTEFACT)
		own_close(&received.artefact.fd);
	return answer(t, (enum protocol_got)got, &err) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	struct error err = ERROR_INIT;
	struct trial_record r;
	struct protocol t;
	bool more = true;

	trial_record_init(&r);
	FUZZ_MUST(protocol_init(&t, &err) == 0);
	while (more && data < end) {
		const uint8_t *newline = memchr(data, '\n', (size_t)(end - data));
		size_t length = (size_t)((newline ? newline : end) - data);

		if (send(t.far_fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			break;
		more = take(&t, &r);
		data += length + (newline != NULL);
	}
	check_records(&r);
	trial_record_destroy(&r);
	protocol_destroy(&t);
	return 0;
}
