// SPDX-License-Identifier: GPL-3.0-or-later

package self

import (
	"fmt"
	"runtime"
	"slices"

	"poolrig/gopool/internal/hdr"
	"poolrig/gopool/internal/record"
)

// span is what is between two looks.
type span struct {
	watch         *Watch
	before, after *look
}

// seconds of the window, each with these.
var seconds = record.Table[span]{
	record.Counter("gc_cycles", "cycles", difference(cycles)),
	record.Gauge("heap_alloc_bytes", "bytes", level(heapObjects)),
	record.Gauge("next_gc_bytes", "bytes", level(heapGoal)),
	record.Gauge("heap_live_bytes", "bytes", level(heapLive)),
	record.Gauge("heap_released_bytes", "bytes", level(heapReleased)),
	record.Gauge("goroutines", "goroutines", level(goroutines)),
	record.Gauge("threads", "threads", level(threads)),
	record.Gauge("next_gc_ratio", "ratio", func(s span) any {
		if s.after.value[heapLive] == 0 {
			return record.Missing("no collection has ended, so that what is alive is unknown")
		}
		return s.after.value[heapGoal] / s.after.value[heapLive]
	}),
	record.Gauge("workers", "goroutines", func(s span) any { return s.after.workers }),
	record.Gauge("queued", "tasks", func(s span) any { return s.after.queued }),
}

// quarters of a second.
var quarters = record.Table[hdr.Sum]{
	record.Histogram("gc_pause", func(sum hdr.Sum) any { return sum }),
}

// whole window.
var whole = record.Table[span]{
	record.Gauge("gc_cycles_per_minute", "cycles/min", func(s span) any {
		if !s.after.ok[cycles] {
			return missing(cycles)
		}
		return (s.after.value[cycles] - s.before.value[cycles]) / (float64(s.watch.endNs-s.watch.beginNs) / (60 * second))
	}),
	record.Gauge("gc_cpu_share", "ratio", func(s span) any {
		total := s.after.value[cpuTotal] - s.before.value[cpuTotal]
		if total <= 0 {
			return record.Missing("Go adds its CPU times up at each collection, and none ended in the window")
		}
		return (s.after.value[cpuGC] - s.before.value[cpuGC]) / total
	}),
	record.Histogram("gc_stopping", increase(stopping)),
	record.Histogram("sched_latency", increase(latencies)),
}

// drained is the window, and the time until all was done.
var drained = record.Table[span]{
	record.Counter("allocator_bytes", "bytes", difference(allocBytes)),
	record.Counter("allocator_calls", "calls", difference(allocObjects, allocTiny)),
}

func missing(sample int) record.Missing {
	return record.Missing(fmt.Sprintf("%s has no metric %s", runtime.Version(), sampleNames[sample]))
}

// level of a sample at the end.
func level(sample int) func(span) any {
	return func(s span) any {
		if !s.after.ok[sample] {
			return missing(sample)
		}
		return int64(s.after.value[sample])
	}
}

// difference of samples, added up.
func difference(samples ...int) func(span) any {
	return func(s span) any {
		sum := 0.0
		for _, sample := range samples {
			if !s.after.ok[sample] {
				return missing(sample)
			}
			sum += s.after.value[sample] - s.before.value[sample]
		}
		return int64(sum)
	}
}

// increase of a histogram.
func increase(sample int) func(span) any {
	i := sample - pauses
	return func(s span) any { return spread(s.watch.buckets[i], s.before.histograms[i], s.after.histograms[i]) }
}

// Names of all records that Records makes.
func Names() []string {
	return slices.Concat(seconds.Names(), quarters.Names(), whole.Names(), drained.Names())
}

// Records of all that was read.
func (w *Watch) Records() (records []record.Record) {
	for i := 1; i < len(w.looks); i++ {
		from := w.beginNs + int64(i-1)*second
		of := span{w, &w.looks[i-1], &w.looks[i]}
		records = append(records, seconds.Of(of, from, min(from+second, w.endNs))...)
	}
	for i := 1; i < len(w.pauses); i++ {
		from := w.beginNs + int64(i-1)*pausesEvery
		sum := spread(w.buckets[0], w.pauses[i-1], w.pauses[i])
		records = append(records, quarters.Of(sum, from, min(from+pausesEvery, w.endNs))...)
	}
	first := &w.looks[0]
	records = append(records, whole.Of(span{w, first, &w.looks[len(w.looks)-1]}, w.beginNs, w.endNs)...)
	return append(records, drained.Of(span{w, first, &w.last}, w.beginNs, w.endNs)...)
}
