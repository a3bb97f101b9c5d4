// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import (
	"sync"
	"testing"
)

// A slot is in one hand at a time, and is used again.
func TestSlots(t *testing.T) {
	b := &Bench{setup: &Setup{}}
	b.setup.Params.Task = "cpu"
	seen := map[*slot]bool{}
	for range 100 {
		var running sync.WaitGroup
		taken := map[*slot]bool{}
		for range 50 {
			at := b.slots.take(b)
			if taken[at] {
				t.Fatal("a slot was taken twice")
			}
			taken[at], seen[at] = true, true
		}
		for at := range taken {
			running.Go(at.task)
		}
		running.Wait()
	}
	if len(seen) != 50 {
		t.Errorf("%d slots for 50 at a time", len(seen))
	}
	if b.finished.Load() != 5000 {
		t.Errorf("%d of 5000 tasks ended", b.finished.Load())
	}
}
