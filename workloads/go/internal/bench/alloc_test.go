// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import (
	"runtime/debug"
	"testing"
)

// calls of the allocator that an alloc task makes.
func calls(pattern string, size int64) float64 {
	b := &Bench{setup: &Setup{}}
	b.setup.Params.Task, b.setup.Params.Pattern, b.setup.Params.AllocBytes = "alloc", pattern, size
	return testing.AllocsPerRun(100, func() { b.work(0, 0) })
}

// One where the size is known, none where a buffer comes back, one a growth by append.
func TestPatterns(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection empties a sync.Pool
	for pattern, expected := range map[string][2]float64{
		"fresh": {1, 1}, "prealloc": {1, 1}, "pooled": {0, 0},
		"append": {5, 16}, // Go may have the first few words on the stack, and doubles only what is small
	} {
		for _, size := range []int64{1000, 4096, 16384} {
			if n := calls(pattern, size); n < expected[0] || n > expected[1] {
				t.Errorf("%s: %v calls for %d bytes", pattern, n, size)
			}
		}
	}
}

func TestFill(t *testing.T) {
	for size, want := range map[int64]int{1: 1, 8: 1, 9: 2, 4096: 512} {
		values := fill(nil, size)
		if len(values) != want || values[want-1] != uint64(want-1) {
			t.Errorf("%d bytes: %d words, expected %d: %v", size, len(values), want, values)
		}
	}
}
