// SPDX-License-Identifier: GPL-3.0-or-later

package session

import (
	"slices"

	"poolrig/gopool/internal/bench"
	"poolrig/gopool/internal/diagnose"
	"poolrig/gopool/internal/link"
	"poolrig/gopool/internal/record"
	"poolrig/gopool/internal/self"
)

// intervals of the window, each with these.
var intervals = record.Table[*bench.Interval]{
	record.Counter("offered", "tasks", func(i *bench.Interval) any { return i.Offered }),
	record.Counter("completed", "tasks", func(i *bench.Interval) any { return i.Completed() }),
	record.Counter("rejected", "tasks", func(i *bench.Interval) any { return i.Rejected }),
	record.Histogram("start_latency", histogram(bench.StartLatency)),
	record.Histogram("sojourn", histogram(bench.Sojourn)),
	record.Histogram("generator_lateness", histogram(bench.GeneratorLateness)),
	record.Histogram("submit", histogram(bench.Submit)),
}

func histogram(series int) func(*bench.Interval) any {
	return func(i *bench.Interval) any { return i.Histogram(series) }
}

// totals of the window.
var totals = record.Table[*bench.Totals]{
	record.Counter("offered_total", "tasks", func(t *bench.Totals) any { return t.Offered }),
	record.Counter("completed_total", "tasks", func(t *bench.Totals) any { return t.Completed }),
	record.Counter("rejected_total", "tasks", func(t *bench.Totals) any { return t.Rejected }),
	record.Counter("abandoned", "tasks", func(t *bench.Totals) any { return t.Abandoned }),
	record.Counter("unsubmitted", "tasks", func(t *bench.Totals) any { return t.Unsubmitted }),
	record.Counter("discarded", "tasks", func(t *bench.Totals) any { return t.Discarded }),
	record.Counter("spawned", "tasks", func(t *bench.Totals) any { return t.Spawned }),
	record.Counter("caller_ran", "tasks", func(t *bench.Totals) any { return t.CallerRan }),
	record.Gauge("workers_peak", "goroutines", func(t *bench.Totals) any {
		if t.Workers == nil {
			return record.Missing("the library does not count its most workers")
		}
		return *t.Workers
	}),
	record.Gauge("unfinished_at_close", "tasks", func(t *bench.Totals) any { return t.Before.Unfinished }),
	record.Gauge("goroutines_at_close", "goroutines", func(t *bench.Totals) any { return t.Before.Goroutines }),
	record.Gauge("unfinished_after_close", "tasks", closed(func(t *bench.Totals) any { return t.After.Unfinished })),
	record.Gauge("goroutines_after_close", "goroutines", closed(func(t *bench.Totals) any { return t.After.Goroutines })),
	record.Gauge("goroutines_leaked", "goroutines", closed(func(t *bench.Totals) any { return t.Leaked })),
	record.Gauge("cpu_iterations_per_ns", "iterations/ns", func(t *bench.Totals) any {
		if t.IterationsPerNs == 0 {
			return record.Missing("only cpu tasks are calibrated")
		}
		return t.IterationsPerNs
	}),
}

// closed is a value that is known where the pool could be closed.
func closed(value func(*bench.Totals) any) func(*bench.Totals) any {
	return func(t *bench.Totals) any {
		if !t.Closed {
			return record.Missing("the pool could not be closed: tasks of it did not end")
		}
		return value(t)
	}
}

// stops of a trial that was traced.
var stops = record.Table[*diagnose.Result]{
	record.Counter("stops_mark_termination", "stops", stopsBy(diagnose.MarkTermination)),
	record.Counter("stops_sweep_termination", "stops", stopsBy(diagnose.SweepTermination)),
	record.Counter("stops_safe_point", "stops", stopsBy(diagnose.SafePoint)),
	record.Counter("stops_finalizers", "stops", stopsBy(diagnose.Finalizers)),
	record.Counter("stops_other", "stops", stopsBy(diagnose.Other)),
}

func stopsBy(cause string) func(*diagnose.Result) any {
	return func(r *diagnose.Result) any { return r.Count(cause) }
}

func recordNames() []string {
	return slices.Concat(intervals.Names(), totals.Names(), stops.Names(), self.Names())
}

// outbox sends messages until the first error.
type outbox struct {
	link *link.Link
	err  error
}

func (o *outbox) send(message any, fds ...int) {
	if o.err == nil {
		o.err = o.link.Send(message, fds...)
	}
}

func (o *outbox) records(records []record.Record) {
	for i := range records {
		o.send(&records[i])
	}
}

// report all that the bench has recorded.
func (o *outbox) report(b *bench.Bench, from, until int64) {
	for _, interval := range b.Intervals() {
		o.records(intervals.Of(&interval, interval.FromNs, interval.ToNs))
	}
	o.records(totals.Of(&b.Totals, from, until))
	o.records(b.Self.Records())
}
