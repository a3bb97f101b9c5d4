// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import (
	"runtime"

	"poolrig/gopool/internal/clock"
	"poolrig/gopool/internal/cores"
	"poolrig/gopool/internal/schedule"
)

const (
	slackNs = 3000       // until the next arrival: then a step of the recorder may be begun
	spinNs  = 20_000_000 // before the start: far more than a goroutine that sleeps is woken late
)

// generator submits each task of the schedule at its intended start, never earlier, and never waits for
// the pool but where Submit makes it. It spins on the clock, locked to a thread on the load cores: one
// that sleeps is woken by Go up to a millisecond late.
type generator struct {
	b       *Bench
	place   schedule.Place
	late    lateness
	startNs int64
	// The window's beginning and end, and when nothing is submitted any more; on CLOCK_MONOTONIC.
	windowNs, endNs, limitNs int64

	inWindow             bool
	offered, unsubmitted uint64
}

// live is the body of the generator's goroutine.
func (g *generator) live(pinned chan<- error, start <-chan int64) {
	runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, and with it its mask
	err := cores.Pin("load", g.b.setup.Load)
	pinned <- err
	if err != nil {
		return
	}
	defer g.b.endLoad()
	at, open := <-start
	if !open {
		return
	}
	g.startNs = at
	g.windowNs = at + g.b.setup.WarmupNs
	g.endNs = g.windowNs + g.b.setup.WindowNs
	g.limitNs = g.endNs + g.b.setup.Params.DrainNs
	clock.SleepUntil(at - spinNs)
	g.generate()
}

// waitUntil returns the clock at the first look after `at`, or earlier where it is stopped.
func (g *generator) waitUntil(at int64) int64 {
	r := g.b.recorder
	for {
		now := clock.Now()
		r.tick(now - g.startNs)
		if now >= at || g.b.stop.Load() {
			return now
		}
		if r.busy() && at-now > slackNs {
			r.step()
		}
	}
}

func (g *generator) next() (intended, service int64, more bool) {
	at, service := g.b.setup.Schedule.Next(&g.place)
	return g.startNs + at, service, g.startNs+at < g.endNs
}

func (g *generator) generate() {
	for intended, service, more := g.next(); more; intended, service, more = g.next() {
		// All is made ready before the instant; nothing but the submit is left for it.
		counted := intended >= g.windowNs
		task := g.b.closure(intended, service, counted)
		if counted && !g.inWindow {
			g.waitUntil(g.windowNs)
			g.inWindow = true
		}
		begin := g.waitUntil(intended)
		if g.b.stop.Load() {
			return
		}
		if begin > g.limitNs {
			g.leaveUnsubmitted(intended)
			return
		}
		g.submit(task, intended, begin)
	}
	// The window is as long as it was said to be, however sparse the arrivals.
	g.waitUntil(g.endNs)
}

// submit hands the task over: to the pool, or to the goroutine that does so on the work cores.
func (g *generator) submit(task func(), intended, begin int64) {
	counted := g.inWindow
	late := g.late.begin(intended, begin)
	if counted {
		g.b.recorder.offered++
		g.offered++
		g.b.recorder.Record(GeneratorLateness, late)
	}
	if g.b.relay != nil {
		g.b.relay <- handed{task, counted}
	} else {
		g.b.submitter.call(task, counted, begin)
	}
	g.late.end(begin, clock.Now())
}

// leaveUnsubmitted counts what was intended within the window and is not submitted any more: it was
// offered nevertheless.
func (g *generator) leaveUnsubmitted(intended int64) {
	for more := true; more; intended, _, more = g.next() {
		if intended >= g.windowNs {
			g.unsubmitted++
			g.offered++
			g.b.recorder.offered++
		}
	}
}
