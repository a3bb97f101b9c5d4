// SPDX-License-Identifier: GPL-3.0-or-later

package session

import (
	"poolrig/gopool/internal/bench"
	"poolrig/gopool/internal/link"
	"poolrig/gopool/internal/self"
)

// record as the protocol has it.
type record struct {
	Type   string `json:"type"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Unit   string `json:"unit"`
	FromNs int64  `json:"from_ns"`
	ToNs   int64  `json:"to_ns"`
}

type valueRecord struct {
	record
	Value  any    `json:"value"` // nil: unknown, for a reason
	Reason string `json:"reason,omitempty"`
}

type histogramRecord struct {
	record
	HDR string `json:"hdr"`
}

// counters of each second.
var counters = []string{"offered", "completed", "rejected"}

const notClosed = "the pool could not be closed: tasks of it did not end"

// totals of the window: a row a name.
var totals = []struct {
	name, kind, unit string
	value            func(t *bench.Totals) (any, string)
}{
	{"offered_total", "counter", "tasks", func(t *bench.Totals) (any, string) { return t.Offered, "" }},
	{"completed_total", "counter", "tasks", func(t *bench.Totals) (any, string) { return t.Completed, "" }},
	{"rejected_total", "counter", "tasks", func(t *bench.Totals) (any, string) { return t.Rejected, "" }},
	{"abandoned", "counter", "tasks", func(t *bench.Totals) (any, string) { return t.Abandoned, "" }},
	{"unsubmitted", "counter", "tasks", func(t *bench.Totals) (any, string) { return t.Unsubmitted, "" }},
	{"discarded", "counter", "tasks", func(t *bench.Totals) (any, string) { return t.Discarded, "" }},
	{"spawned", "counter", "tasks", func(t *bench.Totals) (any, string) { return t.Spawned, "" }},
	{"caller_ran", "counter", "tasks", func(t *bench.Totals) (any, string) { return t.CallerRan, "" }},
	{"workers_peak", "gauge", "goroutines", func(t *bench.Totals) (any, string) {
		if t.Workers == nil {
			return nil, "the library does not count its most workers"
		}
		return *t.Workers, ""
	}},
	{"unfinished_at_close", "gauge", "tasks", func(t *bench.Totals) (any, string) { return t.Before.Unfinished, "" }},
	{"goroutines_at_close", "gauge", "goroutines", func(t *bench.Totals) (any, string) { return t.Before.Goroutines, "" }},
	{"unfinished_after_close", "gauge", "tasks", func(t *bench.Totals) (any, string) {
		if !t.Closed {
			return nil, notClosed
		}
		return t.After.Unfinished, ""
	}},
	{"goroutines_after_close", "gauge", "goroutines", func(t *bench.Totals) (any, string) {
		if !t.Closed {
			return nil, notClosed
		}
		return t.After.Goroutines, ""
	}},
	{"goroutines_leaked", "gauge", "goroutines", func(t *bench.Totals) (any, string) {
		if !t.Closed {
			return nil, notClosed
		}
		return t.Leaked, ""
	}},
	{"cpu_iterations_per_ns", "gauge", "iterations/ns", func(t *bench.Totals) (any, string) {
		if t.IterationsPerNs == 0 {
			return nil, "only cpu tasks are calibrated"
		}
		return t.IterationsPerNs, ""
	}},
}

func recordNames() []string {
	names := append([]string{}, bench.SeriesNames[:]...)
	names = append(names, counters...)
	for _, t := range totals {
		names = append(names, t.name)
	}
	for _, c := range stopCounters {
		names = append(names, c.name)
	}
	return append(names, self.Names()...)
}

func sendInterval(to *link.Link, at *bench.Interval) error {
	values := []uint64{at.Offered, at.Completed(), at.Rejected}
	for i, name := range counters {
		head := record{"record", name, "counter", "tasks", at.FromNs, at.ToNs}
		if err := to.Send(valueRecord{record: head, Value: values[i]}); err != nil {
			return err
		}
	}
	for series, name := range bench.SeriesNames {
		text, err := at.Histogram(series).Encode()
		if err != nil {
			return err
		}
		head := record{"record", name, "histogram", "ns", at.FromNs, at.ToNs}
		if err := to.Send(histogramRecord{head, text}); err != nil {
			return err
		}
	}
	return nil
}

func sendSelf(to *link.Link, r *self.Record) error {
	head := record{"record", r.Name, r.Kind, r.Unit, r.FromNs, r.ToNs}
	if r.Sum == nil {
		return to.Send(valueRecord{record: head, Value: r.Value, Reason: r.Reason})
	}
	text, err := r.Sum.Encode()
	if err != nil {
		return err
	}
	return to.Send(histogramRecord{head, text})
}

// report all that the bench has recorded.
func report(to *link.Link, b *bench.Bench, from, until int64) error {
	intervals := b.Intervals()
	for i := range intervals {
		if err := sendInterval(to, &intervals[i]); err != nil {
			return err
		}
	}
	for _, t := range totals {
		value, reason := t.value(&b.Totals)
		head := record{"record", t.name, t.kind, t.unit, from, until}
		if err := to.Send(valueRecord{head, value, reason}); err != nil {
			return err
		}
	}
	records := b.Self.Records()
	for i := range records {
		if err := sendSelf(to, &records[i]); err != nil {
			return err
		}
	}
	return nil
}
