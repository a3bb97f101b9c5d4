// SPDX-License-Identifier: GPL-3.0-or-later

package self

import (
	"fmt"
	"runtime"

	"poolrig/gopool/internal/hdr"
)

// Record that is to be sent. Sum is a histogram's; Value otherwise, or Reason why there is none.
type Record struct {
	Name, Kind, Unit string
	FromNs, ToNs     int64
	Value            any
	Reason           string
	Sum              *hdr.Sum
}

// Gauges of each second.
var gauges = []struct {
	name, unit string
	sample     int
}{
	{"heap_alloc_bytes", "bytes", heapObjects},
	{"next_gc_bytes", "bytes", heapGoal},
	{"heap_live_bytes", "bytes", heapLive},
	{"heap_released_bytes", "bytes", heapReleased},
	{"goroutines", "goroutines", goroutines},
	{"threads", "threads", threads},
}

// In the order of the samples from `pauses` on.
var histogramNames = [histograms]string{"gc_pause", "gc_stopping", "sched_latency"}

// Names of all records that Records makes.
func Names() []string {
	names := []string{"gc_cycles", "gc_cycles_per_minute", "gc_cpu_share", "next_gc_ratio", "allocator_bytes",
		"allocator_calls", "workers", "queued"}
	names = append(names, histogramNames[:]...)
	for _, g := range gauges {
		names = append(names, g.name)
	}
	return names
}

func missing(sample int) string {
	return fmt.Sprintf("%s has no metric %s", runtime.Version(), sampleNames[sample])
}

// Records of all that was read.
func (w *Watch) Records() []Record {
	records := []Record{}
	for i := 1; i < len(w.looks); i++ {
		records = append(records, w.second(i)...)
	}
	return append(records, w.whole()...)
}

// second is the interval that ends with look i.
func (w *Watch) second(i int) []Record {
	from := w.beginNs + int64(i-1)*second
	to := min(from+second, w.endNs)
	before, after := &w.looks[i-1], &w.looks[i]
	record := func(name, kind, unit string, value any, reason string) Record {
		return Record{Name: name, Kind: kind, Unit: unit, FromNs: from, ToNs: to, Value: value, Reason: reason}
	}
	records := []Record{w.difference("gc_cycles", "cycles", from, to, before, after, cycles)}
	for _, g := range gauges {
		if after.ok[g.sample] {
			records = append(records, record(g.name, "gauge", g.unit, int64(after.value[g.sample]), ""))
		} else {
			records = append(records, record(g.name, "gauge", g.unit, nil, missing(g.sample)))
		}
	}
	if live := after.value[heapLive]; live > 0 {
		records = append(records, record("next_gc_ratio", "gauge", "ratio", after.value[heapGoal]/live, ""))
	} else {
		records = append(records, record("next_gc_ratio", "gauge", "ratio", nil, "no collection has ended, so that what is alive is unknown"))
	}
	if w.Workers != nil {
		records = append(records, record("workers", "gauge", "goroutines", after.workers, ""))
	}
	if w.Queued != nil {
		records = append(records, record("queued", "gauge", "tasks", after.queued, ""))
	}
	return records
}

// difference of one sample between two looks, as a counter.
func (w *Watch) difference(name, unit string, from, to int64, before, after *look, samples ...int) Record {
	r := Record{Name: name, Kind: "counter", Unit: unit, FromNs: from, ToNs: to}
	sum := 0.0
	for _, sample := range samples {
		if !after.ok[sample] {
			r.Reason = missing(sample)
			return r
		}
		sum += after.value[sample] - before.value[sample]
	}
	r.Value = int64(sum)
	return r
}

// quarters are the pauses of each quarter of a second.
func (w *Watch) quarters() []Record {
	records := make([]Record, 0, len(w.pauses))
	for i := 1; i < len(w.pauses); i++ {
		from := w.beginNs + int64(i-1)*pausesEvery
		sum := spread(w.buckets[0], w.pauses[i-1], w.pauses[i])
		records = append(records, Record{Name: histogramNames[0], Kind: "histogram", Unit: "ns", FromNs: from,
			ToNs: min(from+pausesEvery, w.endNs), Sum: &sum})
	}
	return records
}

// whole are the records of the window as one.
func (w *Watch) whole() []Record {
	first, end := &w.looks[0], &w.looks[len(w.looks)-1]
	gauge := func(name, unit string) Record {
		return Record{Name: name, Kind: "gauge", Unit: unit, FromNs: w.beginNs, ToNs: w.endNs}
	}
	perMinute := gauge("gc_cycles_per_minute", "cycles/min")
	if end.ok[cycles] {
		perMinute.Value = (end.value[cycles] - first.value[cycles]) / (float64(w.endNs-w.beginNs) / (60 * second))
	} else {
		perMinute.Reason = missing(cycles)
	}
	share := gauge("gc_cpu_share", "ratio")
	if total := end.value[cpuTotal] - first.value[cpuTotal]; total > 0 {
		share.Value = (end.value[cpuGC] - first.value[cpuGC]) / total
	} else {
		share.Reason = "Go adds its CPU times up at each collection, and none ended in the window"
	}
	records := []Record{
		perMinute, share,
		w.difference("allocator_bytes", "bytes", w.beginNs, w.endNs, first, &w.last, allocBytes),
		w.difference("allocator_calls", "calls", w.beginNs, w.endNs, first, &w.last, allocObjects, allocTiny),
	}
	records = append(records, w.quarters()...)
	for i, name := range histogramNames {
		if i == 0 {
			continue // the quarters
		}
		sum := spread(w.buckets[i], first.histograms[i], end.histograms[i])
		records = append(records, Record{Name: name, Kind: "histogram", Unit: "ns", FromNs: w.beginNs, ToNs: w.endNs, Sum: &sum})
	}
	return records
}
