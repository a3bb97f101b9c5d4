// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"poolrig/gopool/internal/self"
)

// held is a pool whose Submit waits until it is let.
type held struct {
	let    chan struct{}
	called atomic.Int32
}

func (h *held) Submit(task func()) bool {
	h.called.Add(1)
	<-h.let
	task()
	return true
}

func (h *held) Close() {}

// An errgroup's submits are over when each call of Submit has returned; those of goroutines when all have begun.
func TestWhenAllIsSubmitted(t *testing.T) {
	const tasks = 5
	for how, unfinished := range map[string]uint64{"errgroup": 0, "goroutine": tasks} {
		pool := &held{let: make(chan struct{})}
		b := &Bench{setup: &Setup{}, pool: pool, Submitted: make(chan struct{}), relay: make(chan handed, tasks),
			Self: self.New(0, second)}
		b.setup.Params.Submit = how
		b.submitter.b = b
		b.generator.limitNs = 1 << 62
		var ran sync.WaitGroup
		ran.Add(tasks)
		for range tasks {
			b.relay <- handed{func() { b.finished.Add(1); ran.Done() }, false}
		}
		go b.submitter.relayed()
		b.endLoad()
		if unfinished == 0 {
			for pool.called.Load() < tasks {
				time.Sleep(time.Millisecond)
			}
			select {
			case <-b.Submitted:
				t.Errorf("%s: it did not wait for Submit", how)
			case <-time.After(20 * time.Millisecond):
			}
			close(pool.let)
		}
		<-b.Submitted
		if n := b.Totals.Before.Unfinished; n != unfinished {
			t.Errorf("%s: %d tasks unfinished when all had been submitted, expected %d", how, n, unfinished)
		}
		if unfinished > 0 {
			close(pool.let)
		}
		ran.Wait()
	}
}
