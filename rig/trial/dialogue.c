/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the trial does with the messages of a workload. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "rig/protocol/artefact.h"
#include "rig/trial/state.h"

/* From go to the start instant: time for the workload to read the message and stand ready. */
#define START_AHEAD_NS (50 * NS_PER_MS)

static int on_hello(struct trial *t, struct error *err)
{
	return protocol_configure(&t->protocol, &t->setup->protocol, err);
}

/* All that walks through /proc happens now, before the start instant is fixed. */
static int on_ready(struct trial *t, struct error *err)
{
	const struct protocol_setup *protocol = &t->setup->protocol;
	int64_t startup = clock_now() - t->command.page->exec_at_ns;

	if (trial_metric(t->record, "startup_seconds", (double)startup / 1e9, err) < 0)
		return -1;
	probes_ready(&t->probes);
	t->start_ns = clock_now() + START_AHEAD_NS;
	t->record->start_ns = t->start_ns;
	if (protocol_go(&t->protocol, t->start_ns, protocol->warmup_ns, protocol->window_ns, err) <
	    0)
		return -1;
	trial_enter(t, PHASE_WARMUP, 0);
	if (trial_set_border(t, t->start_ns + protocol->warmup_ns) < 0)
		return error_host(err, 0, "cannot set the timer of the window");
	return 0;
}

static void on_progress(struct trial *t, const struct workload_record *at)
{
	double span = (double)(at->to_ns - t->progress_at_ns) / 1e9;

	if (span > 0)
		t->last_rate = (at->value - t->progress_completed) / span;
	t->progress_at_ns = at->to_ns;
	t->progress_completed = at->value;
}

static int on_record(struct trial *t, struct workload_record *record, struct error *err)
{
	int ret;

	if (tally_add(&t->tally, record, err) < 0)
		return -1;
	ret = trial_workload_record(t->record, record, err);
	record->hdr = NULL; /* it is the trial record's now */
	return ret;
}

static int on_event(struct trial *t, const struct trial_event *e, struct error *err)
{
	return trial_event(t->record, e->at_ns, "cell", e->kind, err, "%s", e->text);
}

/* Within the window, making it and handing it over would interfere with what is measured. */
static int on_artefact(struct trial *t, struct trial_artefact *artefact, struct error *err)
{
	const struct protocol_setup *protocol = &t->setup->protocol;
	int ret = 0;

	if (clock_now() < t->start_ns + protocol->warmup_ns + protocol->window_ns)
		ret = error_set(err, ERROR_WORKLOAD, 0,
				"protocol: artefact \"%s\": before the window's end; send it after",
				artefact->name);
	if (ret == 0)
		ret = artefact_room(t->record, artefact, err);
	if (ret == 0)
		return trial_artefact(t->record, artefact, err);
	own_close(&artefact->fd);
	return ret;
}

static int on_done(struct trial *t)
{
	/* A workload may be done before the rig's timer for the border has come round. */
	if (t->phase == PHASE_WINDOW)
		probes_end(&t->probes);
	counters_read_rss(counters_of(&t->probes));
	trial_enter(t, PHASE_EXIT, EXIT_LIMIT_NS);
	return 0;
}

/* Take all messages that are there. 0: go on; 1: the workload closed its end; -1: t->failure is
 * set. */
int trial_receive(struct trial *t)
{
	struct error err = ERROR_INIT;
	int ret = 0;

	while (ret == 0) {
		struct protocol_received received = {0};

		switch (protocol_receive(&t->protocol, &received, &err)) {
		case PROTOCOL_GOT_NOTHING:
			return 0;
		case PROTOCOL_GOT_END:
			return 1;
		case PROTOCOL_GOT_HELLO:
			ret = on_hello(t, &err);
			break;
		case PROTOCOL_GOT_READY:
			ret = on_ready(t, &err);
			break;
		case PROTOCOL_GOT_PROGRESS:
			on_progress(t, &received.record);
			break;
		case PROTOCOL_GOT_RECORD:
			ret = on_record(t, &received.record, &err);
			break;
		case PROTOCOL_GOT_EVENT:
			ret = on_event(t, &received.event, &err);
			break;
		case PROTOCOL_GOT_ARTEFACT:
			ret = on_artefact(t, &received.artefact, &err);
			break;
		case PROTOCOL_GOT_DONE:
			ret = on_done(t);
			break;
		default:
			ret = -1;
		}
		free(received.record.hdr);
	}
	trial_fail(t, &err);
	return -1;
}
