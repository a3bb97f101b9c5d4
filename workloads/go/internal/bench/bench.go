// SPDX-License-Identifier: GPL-3.0-or-later

// Package bench is one bench: a pool, a generator that loads it, and what is recorded of both.
package bench

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"poolrig/gopool/internal/clock"
	"poolrig/gopool/internal/cores"
	"poolrig/gopool/internal/params"
	"poolrig/gopool/internal/pools"
	"poolrig/gopool/internal/schedule"
	"poolrig/gopool/internal/self"
)

// Setup of a trial.
type Setup struct {
	Params             params.Params
	Schedule           *schedule.Schedule
	WarmupNs, WindowNs int64
	Load               cores.Set // where the generator runs
}

// Totals of the window. Offered = Completed + Rejected + Abandoned.
type Totals struct {
	Offered, Completed, Rejected, Abandoned uint64
	Unsubmitted                             uint64 // of the abandoned: those that the pool was not even asked for
	Spawned, CallerRan                      uint64
	Leaked                                  int // goroutines that closing the pool left
	Closed                                  bool
	IterationsPerNs                         float64 // cpu tasks; 0 for others
	Workers                                 *int    // the most, where the pool can tell
}

// Bench is used by one goroutine, but for what its tasks do.
type Bench struct {
	setup           *Setup
	pool            pools.Pool
	recorder        *Recorder
	generator       generator
	submitter       submitter
	relay           chan handed // nil: the generator submits
	slots           slots
	buffers         sync.Pool // of *[]byte, for alloc tasks of pattern pooled
	iterationsPerNs float64
	start           chan int64
	submitted       chan struct{} // closed when everything has been submitted
	goroutines      int           // before the pool was opened
	stop            atomic.Bool
	Self            *self.Watch
	Totals          Totals

	_        [64]byte
	finished atomic.Uint64 // tasks done: the last that a task does
	_        [64]byte
	frozen   atomic.Bool // what completes now is not recorded any more
	failing  atomic.Bool
	failOnce atomic.Bool
}

// Open does everything that takes time or memory. The caller's threads are on the work cores already, and it
// will have so many other goroutines when the pool is closed, more than now.
func Open(setup *Setup, others int) (*Bench, error) {
	b := &Bench{setup: setup, start: make(chan int64, 1), submitted: make(chan struct{})}
	var err error
	if b.recorder, err = newRecorder(setup.WarmupNs, setup.WindowNs); err != nil {
		return nil, err
	}
	if setup.Params.Task == "cpu" {
		b.iterationsPerNs = calibrate()
	}
	b.Self = self.New(setup.WarmupNs, setup.WindowNs)
	b.generator.b = b
	pinned := make(chan error)
	go b.generator.live(pinned, b.start)
	if err := <-pinned; err != nil {
		return nil, err
	}
	// The generator's own will have ended; the caller has one more by then.
	b.goroutines = runtime.NumGoroutine() - 1 + others
	if b.pool, err = pools.Open(&setup.Params); err != nil {
		close(b.start)
		return nil, err
	}
	b.watchPool()
	b.submitter.b = b
	if setup.Params.Submit == "relay" {
		b.relay = make(chan handed, relayRoom)
		go b.submitter.relayed()
	}
	return b, nil
}

// watchPool lets the second's look at the runtime ask the pool, too.
func (b *Bench) watchPool() {
	if watched, ok := b.pool.(pools.Watched); ok {
		b.Self.Workers = watched.Workers
	}
	if queueing, ok := b.pool.(pools.Queueing); ok {
		b.Self.Queued = queueing.Queued
	}
}

// Start at an instant of CLOCK_MONOTONIC.
func (b *Bench) Start(startNs int64) {
	b.start <- startNs
	go b.Self.Run(startNs)
	b.armFailure(startNs)
}

// Completed tasks since the start, warm-up included; any goroutine.
func (b *Bench) Completed() uint64 { return b.finished.Load() }

// endLoad is the generator's last act.
func (b *Bench) endLoad() {
	if b.relay != nil {
		close(b.relay)
	} else {
		close(b.submitted)
	}
}

// Submitted is closed when everything has been submitted.
func (b *Bench) Submitted() <-chan struct{} { return b.submitted }

// LimitNs is when that must be, from the load's start: a pool that holds a submitter for longer is stuck.
func (b *Bench) LimitNs() int64 {
	return b.setup.WarmupNs + b.setup.WindowNs + b.setup.Params.DrainNs + int64(closeLimit)
}

// Stuck is what to say then.
func (b *Bench) Stuck() error {
	return fmt.Errorf("pool %q: a submit still waits %s after the window (drain %s); %d tasks have ended since the start",
		b.setup.Params.Pool, time.Duration(b.setup.Params.DrainNs)+closeLimit, time.Duration(b.setup.Params.DrainNs),
		b.finished.Load())
}

// Stop ends the load at once.
func (b *Bench) Stop() { b.stop.Store(true) }

// closeLimit is how long a pool may take to close when all of its tasks are done, or else are given up.
const closeLimit = 2 * time.Second

// Finish, after everything has been submitted, waits for what is under way, at most the drain limit, and closes
// the pool. Where gone is closed meanwhile it ends at once.
func (b *Bench) Finish(gone <-chan struct{}) error {
	g := &b.generator
	for b.finished.Load() != b.submitter.dispatched && clock.Now() < g.limitNs {
		select {
		case <-gone:
			return nil
		case <-time.After(time.Millisecond):
		}
	}
	b.Self.Finish()
	if kept, ok := b.pool.(pools.Kept); ok {
		workers := kept.Workers()
		b.Totals.Workers = &workers
	}
	b.closePool()
	b.frozen.Store(true)
	b.recorder.finish()
	return b.count()
}

// closePool has the pool give up what it has not begun. Tasks that never end would hold it for ever: then
// it is left as it is, and the process soon ends.
func (b *Bench) closePool() {
	closed := make(chan struct{})
	go func() {
		b.pool.Close()
		close(closed)
	}()
	select {
	case <-closed:
		b.Totals.Closed = true
	case <-time.After(closeLimit):
		return
	}
	// Goroutines end a little after their last task.
	for range 200 {
		b.Totals.Leaked = max(runtime.NumGoroutine()-b.goroutines, 0)
		if b.Totals.Leaked == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (b *Bench) count() error {
	t, g, by := &b.Totals, &b.generator, &b.submitter
	for i := range b.recorder.intervals {
		t.Completed += b.recorder.intervals[i].Completed()
	}
	t.Offered, t.Rejected, t.Unsubmitted = g.offered, by.rejected, g.unsubmitted+by.unsubmitted
	t.Spawned, t.CallerRan, t.IterationsPerNs = by.spawned, by.callerRan, b.iterationsPerNs
	if finished := b.finished.Load(); finished > by.dispatched {
		return fmt.Errorf("accounting: %d tasks ended, but %d were taken; the pool ran one twice", finished, by.dispatched)
	}
	if t.Completed+t.Rejected > t.Offered {
		return fmt.Errorf("accounting: offered %d is less than completed %d + rejected %d; the pool ran a task twice",
			t.Offered, t.Completed, t.Rejected)
	}
	t.Abandoned = t.Offered - t.Completed - t.Rejected
	if t.Leaked > 0 && b.setup.Params.Leak == "fail" {
		return fmt.Errorf("leak: %d goroutines more than before the pool was opened, a second after it was closed", t.Leaked)
	}
	return nil
}

// Intervals of the window, when it is over.
func (b *Bench) Intervals() []Interval { return b.recorder.Intervals() }

var errOnPurpose = errors.New("fail: panic: as the parameters want it")
