// SPDX-License-Identifier: GPL-3.0-or-later

// Package provoke makes long stops of a cause that is known, for tests of the diagnosis and for people who want
// to see one. What the diagnosis says comes from the trace alone; it does not know what was provoked.
package provoke

import (
	"runtime"
	"sync/atomic"
	"time"

	"poolrig/gopool/internal/compute"
)

// Causes that can be provoked.
var Causes = []string{"mark-termination", "sweep-termination", "safe-point", "finalizer"}

// Godebug is what the environment's GODEBUG must have for it; Go reads it before main.
//
//   - gccheckmark=1: Go marks a second time while the world is stopped, at the end of each cycle.
//   - asyncpreemptoff=1: a loop without calls can't be interrupted, as any section that Go may not interrupt.
func Godebug(cause string) string {
	switch cause {
	case "mark-termination":
		return "gccheckmark=1"
	case "safe-point", "finalizer":
		return "asyncpreemptoff=1"
	}
	return ""
}

const (
	nodes    = 1 << 20               // that gccheckmark marks again
	deferred = 1_500_000             // calls whose records sweep termination drops
	hold     = 40 * time.Millisecond // on a core of one's own; longer where others run, too
	// Looks, about 100 ms: where the world is being stopped already, no thread asks and waits for this loop.
	patience = 1 << 28
)

type node struct {
	next *node
	_    [2]uintptr
}

// Provoker of one cause. For one goroutine.
type Provoker struct {
	cause string
	steps int64 // that take as long as hold
	heap  []*node
}

// New takes all memory that it needs: 32 MiB for mark termination. What Once takes for sweep termination, about
// 100 MiB, is garbage afterwards.
func New(cause string) *Provoker {
	p := &Provoker{cause: cause}
	switch cause {
	case "mark-termination":
		p.heap = make([]*node, nodes)
		for i := range p.heap {
			p.heap[i] = &node{}
			if i > 0 {
				p.heap[i].next = p.heap[i/2]
			}
		}
	case "safe-point", "finalizer":
		p.steps = int64(compute.PerNs() * float64(hold))
	}
	return p
}

// Once provokes one stop or a few, and returns when they are over.
func (p *Provoker) Once() {
	switch p.cause {
	case "mark-termination":
		runtime.GC()
		runtime.KeepAlive(p.heap)
	case "sweep-termination":
		deferMany()
		runtime.GC()
	case "safe-point":
		p.holdUpCollection()
	case "finalizer":
		p.finalize()
	}
}

// untilAsked waits, without a safe point, until a thread is about to stop the world.
//
//go:noinline
func untilAsked(asked *atomic.Bool) {
	for i := 0; !asked.Load() && i < patience; i++ {
	}
}

// holdUpCollection is late to its safe point: another goroutine asks for a collection, which must stop the world
// first, and this one computes on.
func (p *Provoker) holdUpCollection() {
	var asked atomic.Bool
	collected := make(chan struct{})
	go func() {
		asked.Store(true)
		runtime.GC()
		close(collected)
	}()
	untilAsked(&asked)
	compute.Steps(p.steps)
	<-collected
}

// deferMany calls leaves as many records of deferred calls for use again. The next collection drops those that are
// shared, one by one, in its first stop of the world.
func deferMany() {
	var kept atomic.Int64
	for range deferred {
		defer kept.Add(1)
	}
}

type finalized struct{ _ [64]byte }

// finalize two objects, whose finalizers are what is late.
func (p *Provoker) finalize() {
	const objects = 2
	done := make(chan struct{}, objects)
	for range objects {
		runtime.SetFinalizer(&finalized{}, func(*finalized) {
			p.holdUpCollection()
			done <- struct{}{}
		})
	}
	runtime.GC()
	for range objects {
		<-done
	}
}
