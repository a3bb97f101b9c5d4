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

	"poolrig/gopool/internal/compute"
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

// Left is what there is of the pool at an instant.
type Left struct {
	Unfinished uint64 // tasks: begun to be submitted, not refused, and not done
	Goroutines int    // more than before the pool was opened
}

// Totals of the window. Offered = Completed + Rejected + Abandoned.
type Totals struct {
	Offered, Completed, Rejected, Abandoned uint64
	Unsubmitted                             uint64 // of the abandoned: those that the pool was not even asked for
	Discarded                               uint64 // of the rejected: those that a stopped pool left undone
	Before, After                           Left   // when all had been submitted; when the pool's closing had returned
	Spawned, CallerRan                      uint64
	Leaked                                  int // goroutines that closing the pool left
	Closed                                  bool
	IterationsPerNs                         float64 // cpu tasks; 0 for others
	Workers                                 *int    // the most, where the pool reports it
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
	Submitted       chan struct{} // closed when everything has been submitted
	goroutines      int           // before the pool was opened
	stop            atomic.Bool
	Self            *self.Watch
	Evidence        Evidence
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
	b := &Bench{setup: setup, start: make(chan int64, 1), Submitted: make(chan struct{})}
	var err error
	if b.recorder, err = newRecorder(setup.WarmupNs, setup.WindowNs); err != nil {
		return nil, err
	}
	if setup.Params.Task == "cpu" {
		b.iterationsPerNs = compute.PerNs()
	}
	b.Self = self.New(setup.WarmupNs, setup.WindowNs)
	if err := b.openEvidence(); err != nil {
		return nil, err
	}
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
	b.Self.Pool = b.pool
	b.submitter.b = b
	if setup.Params.Submit != "direct" {
		b.relay = make(chan handed, relayRoom)
		go b.submitter.relayed()
	}
	return b, nil
}

// Start at an instant of CLOCK_MONOTONIC.
func (b *Bench) Start(startNs int64) {
	b.start <- startNs
	go b.Self.Run(startNs)
	b.startEvidence(startNs)
	b.armFailure(startNs)
}

// Completed tasks since the start, warm-up included; any goroutine.
func (b *Bench) Completed() uint64 { return b.finished.Load() }

// endLoad is the generator's last act.
func (b *Bench) endLoad() {
	if b.relay != nil {
		close(b.relay)
	} else {
		b.endSubmits()
	}
}

// endSubmits is the last act of the goroutine that begins all submits.
func (b *Bench) endSubmits() {
	b.Totals.Before = b.left()
	close(b.Submitted)
}

// left is asked by a goroutine that will be no more when the bench is done.
func (b *Bench) left() Left {
	known := b.goroutines + 1
	if !b.Self.Over.Load() {
		known++
	}
	return Left{b.submitter.unfinished(), max(runtime.NumGoroutine()-known, 0)}
}

// LimitNs is when everything must have been submitted, from the load's start: a pool that holds a submitter for longer is stuck.
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

// Intervals of the window, when it is over.
func (b *Bench) Intervals() []Interval { return b.recorder.intervals }

var errOnPurpose = errors.New("fail: panic: as the parameters want it")
