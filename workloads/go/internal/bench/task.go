// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import (
	"sync/atomic"

	"poolrig/gopool/internal/clock"
	"poolrig/gopool/internal/compute"
)

// work is what a task does.
func (b *Bench) work(start, service int64) {
	switch b.setup.Params.Task {
	case "cpu":
		compute.Steps(int64(float64(service) * b.iterationsPerNs))
	case "alloc":
		b.allocate(start + service)
	default:
		clock.SleepUntil(start + service)
	}
}

// run is a task: intended when, for how long, and whether it counts.
func (b *Bench) run(intended, service int64, counted bool) {
	start := clock.Now()
	if b.failing.Load() {
		b.failNow()
	}
	b.work(start, service)
	if counted && !b.frozen.Load() {
		// Both at completion, so that they are of the same tasks.
		b.recorder.Record(StartLatency, start-intended)
		b.recorder.Record(Sojourn, clock.Now()-intended)
	}
	b.finished.Add(1)
}

// slot is a task whose closure is used again and again.
type slot struct {
	next              *slot
	intended, service int64
	counted           bool
	task              func()
}

// slots are taken by the generator alone, and always all at once, so that none can come back to a head
// that a thread has just read (no ABA).
type slots struct {
	free     *slot // the taker's
	returned atomic.Pointer[slot]
}

func (s *slots) take(b *Bench) *slot {
	if s.free == nil {
		s.free = s.returned.Swap(nil)
	}
	at := s.free
	if at == nil {
		at = &slot{}
		at.task = func() {
			b.run(at.intended, at.service, at.counted)
			b.slots.give(at)
		}
		return at
	}
	s.free = at.next
	return at
}

func (s *slots) give(at *slot) {
	for {
		head := s.returned.Load()
		at.next = head
		if s.returned.CompareAndSwap(head, at) {
			return
		}
	}
}

// closure of a task, as the variant wants it.
func (b *Bench) closure(intended, service int64, counted bool) func() {
	if b.setup.Params.Closures == "fresh" {
		return func() { b.run(intended, service, counted) }
	}
	at := b.slots.take(b)
	at.intended, at.service, at.counted = intended, service, counted
	return at.task
}
