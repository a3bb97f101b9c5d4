/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the trial does with the messages of a workload. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/own.h"
#include "rig/protocol/artefact.h"
#include "rig/trial/state.h"

/* From go to the start instant: time for the workload to read the message and stand ready. */
#define START_AHEAD_NS (50 * NS_PER_MS)

static int64_t since_start(const struct trial *t)
{
	return clock_now() - t->start_ns;
}

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
	t->claims.closed = t->protocol.closed;
	probes_ready(&t->probes);
	delay_excuse(&t->delays, clock_now());
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

static int on_progress(struct trial *t, struct error *err)
{
	const struct workload_record *at = &t->received.record;
	double span = ((double)at->to_ns - (double)t->progress_at_ns) / 1e9;

	(void)err;
	if (span > 0)
		t->last_rate = (at->value - t->progress_completed) / span;
	t->progress_at_ns = at->to_ns;
	t->progress_completed = at->value;
	return 0;
}

static int on_record(struct trial *t, struct error *err)
{
	struct workload_record *record = &t->received.record;
	int ret;

	if (claims_add(&t->claims, record, since_start(t), err) < 0 ||
	    tally_add(&t->tally, record, err) < 0)
		return -1;
	ret = trial_workload_record(t->record, record, err);
	record->hdr = NULL; /* it is the trial record's now */
	return ret;
}

static int on_event(struct trial *t, struct error *err)
{
	const struct trial_event *e = &t->received.event;

	if (claims_event(&t->claims, e, since_start(t), err) < 0)
		return -1;
	return trial_event(t->record, e->at_ns, "cell", e->kind, err, "%s", e->text);
}

/* Within the window, making it and handing it over would interfere with what is measured. */
static int on_artefact(struct trial *t, struct error *err)
{
	const struct protocol_setup *protocol = &t->setup->protocol;
	struct trial_artefact *artefact = &t->received.artefact;
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

static int on_done(struct trial *t, struct error *err)
{
	if (claims_done(&t->claims, since_start(t), err) < 0)
		return -1;
	/* A workload may be done before the rig's timer for the border has come round. */
	if (t->phase == PHASE_WINDOW)
		trial_end_window(t);
	counters_read_rss(counters_of(&t->probes));
	trial_enter(t, PHASE_EXIT, EXIT_LIMIT_NS);
	return 0;
}

int trial_receive(struct trial *t, int most)
{
	static int (*const on[])(struct trial * t, struct error * err) = {
	    [PROTOCOL_GOT_HELLO] = on_hello,       [PROTOCOL_GOT_READY] = on_ready,
	    [PROTOCOL_GOT_PROGRESS] = on_progress, [PROTOCOL_GOT_RECORD] = on_record,
	    [PROTOCOL_GOT_EVENT] = on_event,       [PROTOCOL_GOT_ARTEFACT] = on_artefact,
	    [PROTOCOL_GOT_DONE] = on_done,
	};
	struct error err = ERROR_INIT;
	int got, ret;

	do {
		t->received = (struct protocol_received){0};
		got = protocol_receive(&t->protocol, &t->received, &err);
		if (got == PROTOCOL_GOT_NOTHING || got == PROTOCOL_GOT_END)
			return got == PROTOCOL_GOT_END;
		ret = got < 0 ? -1 : on[got](t, &err);
		free(t->received.record.hdr);
	} while (ret == 0 && --most > 0);
	if (ret == 0)
		return 0;
	error_keep(&t->failure, &err);
	return -1;
}
