// SPDX-License-Identifier: GPL-3.0-or-later

package self

import (
	"math"
	"runtime"
	"testing"

	"poolrig/gopool/internal/clock"
	"poolrig/gopool/internal/record"
)

// What was before the window is not in it; a value is never reported shorter than it was, nor by more than one
// of Go's buckets longer.
func TestSpread(t *testing.T) {
	buckets := []float64{math.Inf(-1), 0, 1e-6, 2e-6, 1, math.Inf(1)}
	sum := spread(buckets, []uint64{0, 5, 0, 0, 0}, []uint64{0, 5, 3, 1, 2})
	if sum.TotalCount() != 6 {
		t.Errorf("%d values, expected 6", sum.TotalCount())
	}
	if empty := spread(buckets, []uint64{0, 5, 0, 0, 0}, []uint64{0, 5, 0, 0, 0}); empty.TotalCount() != 0 {
		t.Errorf("%d values of none", empty.TotalCount())
	}
}

type pool struct{}

func (pool) Workers() int { return 42 }
func (pool) Queued() int  { return 7 }

// A window in which we collect: the runtime must report it, by every name that we promise.
func TestWatch(t *testing.T) {
	const windowNs = 50_000_000
	w := New(0, windowNs)
	w.Pool = pool{}
	start := clock.Now()
	go w.Run(start)
	for clock.Now() < start+windowNs/4 {
		runtime.Gosched()
	}
	for range 3 {
		runtime.GC()
	}
	w.Finish()
	got := map[string]record.Record{}
	for _, r := range w.Records() {
		got[r.Name] = r
		if r.FromNs != 0 || r.ToNs != windowNs {
			t.Errorf("%s is of %d..%d", r.Name, r.FromNs, r.ToNs)
		}
		if r.Value == nil && r.HDR == nil && r.Reason == "" {
			t.Errorf("%s has no value and no reason", r.Name)
		}
	}
	for _, name := range Names() {
		if _, ok := got[name]; !ok {
			t.Errorf("no record %s", name)
		}
	}
	// In a slow machine the window may be over before the last of them.
	cycles := got["gc_cycles"].Value.(int64)
	if perMinute := got["gc_cycles_per_minute"].Value.(float64); math.Abs(perMinute-float64(cycles)*60_000/50) > 1e-6*perMinute {
		t.Errorf("%d cycles in 50 ms are %f a minute", cycles, perMinute)
	}
	// Each cycle stops the world twice.
	if pauses := got["gc_pause"].HDR.TotalCount(); cycles > 0 && pauses < cycles {
		t.Errorf("%d pauses in %d cycles", pauses, cycles)
	}
	if got["workers"].Value != 42 || got["queued"].Value != 7 || got["heap_alloc_bytes"].Value.(int64) < 1000 {
		t.Errorf("%v", got)
	}
}
