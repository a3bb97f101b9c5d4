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
	for _, size := range []int64{1000, 4096, 16384} {
		if n := calls("fresh", size); n != 1 {
			t.Errorf("fresh: %v calls for %d bytes", n, size)
		}
		if n := calls("prealloc", size); n != 1 {
			t.Errorf("prealloc: %v calls for %d bytes", n, size)
		}
		// Go may have the first few words on the stack, and doubles only what is small.
		if n := calls("append", size); n < 5 || n > 16 {
			t.Errorf("append: %v calls for %d bytes", n, size)
		}
	}
	if n := calls("pooled", 4096); n != 0 {
		t.Errorf("pooled: %v calls", n)
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
