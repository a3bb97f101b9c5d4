// SPDX-License-Identifier: GPL-3.0-or-later

// Package self asks Go's runtime what it knows of itself, once a second of the window. It reads by
// runtime/metrics, which stops nothing (runtime.ReadMemStats would stop the world), from a goroutine on
// the work cores, and keeps what it has read until the window is over: sending disturbs no measurement then.
package self

import (
	"math"
	"runtime/metrics"
	"slices"
	"sync/atomic"

	"poolrig/gopool/internal/clock"
	"poolrig/gopool/internal/hdr"
	"poolrig/gopool/internal/pools"
)

// What is read, in the order of the samples.
const (
	cycles = iota
	heapObjects
	heapGoal
	heapLive
	heapReleased
	goroutines
	threads
	allocBytes
	allocObjects
	allocTiny
	cpuGC
	cpuTotal
	pauses
	stopping
	latencies
	sampleCount
	histograms = sampleCount - pauses // the last samples are histograms
)

var sampleNames = [sampleCount]string{
	cycles:       "/gc/cycles/total:gc-cycles",
	heapObjects:  "/memory/classes/heap/objects:bytes",
	heapGoal:     "/gc/heap/goal:bytes",
	heapLive:     "/gc/heap/live:bytes",
	heapReleased: "/memory/classes/heap/released:bytes",
	goroutines:   "/sched/goroutines:goroutines",
	threads:      "/sched/threads/total:threads",
	allocBytes:   "/gc/heap/allocs:bytes",
	allocObjects: "/gc/heap/allocs:objects",
	allocTiny:    "/gc/heap/tiny/allocs:objects",
	cpuGC:        "/cpu/classes/gc/total:cpu-seconds",
	cpuTotal:     "/cpu/classes/total:cpu-seconds",
	pauses:       "/sched/pauses/total/gc:seconds",
	stopping:     "/sched/pauses/stopping/gc:seconds",
	latencies:    "/sched/latencies:seconds",
}

// look is one reading.
type look struct {
	ok              [sampleCount]bool
	value           [sampleCount]float64
	histograms      [histograms][]uint64 // counts of buckets
	workers, queued any                  // nil: unknown
}

const (
	second = 1_000_000_000
	// How often pauses are read, so that it can be seen when they were long.
	pausesEvery = second / 4
)

// Watch reads at the beginning of the window, at the end of each second of it, and when all is drained.
type Watch struct {
	Pool           any   // asked for its workers and for what is queued, where it can tell
	beginNs, endNs int64 // the window, relative to the start
	samples        []metrics.Sample
	looks          []look
	last           look
	pauses         [][]uint64 // at the beginning of the window, and every quarter of a second
	buckets        [histograms][]float64
	Over           atomic.Bool   // Run has ended
	done           chan struct{} // closed then
}

// New takes all memory that the readings need.
func New(warmupNs, windowNs int64) *Watch {
	w := &Watch{beginNs: warmupNs, endNs: warmupNs + windowNs, samples: make([]metrics.Sample, sampleCount),
		done: make(chan struct{})}
	for i, name := range sampleNames {
		w.samples[i].Name = name
	}
	w.looks = make([]look, 0, 2+(windowNs+second-1)/second)
	w.pauses = make([][]uint64, 0, 2+(windowNs+pausesEvery-1)/pausesEvery)
	var warm look
	w.read(&warm) // the library makes its tables at the first call
	for i := range w.buckets {
		// They came with the Go that go.mod wants.
		w.buckets[i] = w.samples[pauses+i].Value.Float64Histogram().Buckets
	}
	return w
}

func (w *Watch) read(to *look) {
	metrics.Read(w.samples)
	for i := range w.samples {
		switch value := w.samples[i].Value; value.Kind() {
		case metrics.KindUint64:
			to.value[i], to.ok[i] = float64(value.Uint64()), true
		case metrics.KindFloat64:
			to.value[i], to.ok[i] = value.Float64(), true
		case metrics.KindFloat64Histogram:
			to.ok[i] = true
			to.histograms[i-pauses] = slices.Clone(value.Float64Histogram().Counts)
		}
	}
	if watched, ok := w.Pool.(pools.Watched); ok {
		to.workers = watched.Workers()
	}
	if queueing, ok := w.Pool.(pools.Queueing); ok {
		to.queued = queueing.Queued()
	}
}

// Run for the window; a goroutine's body.
func (w *Watch) Run(startNs int64) {
	defer close(w.done)
	defer w.Over.Store(true)
	for at := w.beginNs; ; at = min(at+pausesEvery, w.endNs) {
		clock.SleepUntil(startNs + at)
		if (at-w.beginNs)%second != 0 && at != w.endNs {
			metrics.Read(w.samples[pauses : pauses+1])
			w.pauses = append(w.pauses, slices.Clone(w.samples[pauses].Value.Float64Histogram().Counts))
			continue
		}
		w.looks = w.looks[:len(w.looks)+1]
		now := &w.looks[len(w.looks)-1]
		w.read(now)
		w.pauses = append(w.pauses, now.histograms[0])
		if at == w.endNs {
			return
		}
	}
}

// Finish reads for the last time: what was taken in the window is done.
func (w *Watch) Finish() {
	<-w.done
	w.read(&w.last)
}

// spread is what came to a cumulative histogram of Go's, from the window's beginning to its end, as one of ours. A value
// counts at the upper end of Go's bucket (an eighth of a power of two wide), so it is never reported shorter
// than it was; in the last bucket, which has no end, at its lower one.
func spread(buckets []float64, before, after []uint64) hdr.Sum {
	counts := make([]int64, hdr.Len)
	for i := range after {
		n := after[i]
		if i < len(before) {
			n -= before[i]
		}
		edge := buckets[i+1]
		if math.IsInf(edge, 1) {
			edge = buckets[i]
		}
		if n > 0 {
			// Below 1 ns before the edge: a value that is the edge lies in the next bucket.
			counts[hdr.Index(int64(math.Ceil(edge*second))-1)] += int64(n)
		}
	}
	return hdr.Import(counts)
}
