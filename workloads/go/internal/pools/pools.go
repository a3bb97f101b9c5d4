// SPDX-License-Identifier: GPL-3.0-or-later

// Package pools puts the pools under test behind one face. Each adapter is as thin as its library lets it
// be: what it costs is measured as the pool's.
package pools

import (
	"fmt"
	"sync"

	"poolrig/gopool/internal/params"
)

// Pool runs tasks. Submit is called by one goroutine at a time, but for those pools that params lets have
// submitters of their own for each task.
type Pool interface {
	// Submit hands a task over, and waits for it where the pool does. false: the pool refuses it.
	Submit(task func()) bool
	// Close gives up what has not begun, where the pool can, and waits for what runs.
	Close()
}

// Watched pools report what they have; any goroutine may ask.
type Watched interface {
	Workers() int
}

// Queueing pools report what waits in them; any goroutine may ask.
type Queueing interface {
	Queued() int
}

// Stopping pools can be closed as their users do it. Close may follow either.
type Stopping interface {
	// Stop is the library's short way: it need not wait for anything.
	Stop()
	// StopWait runs all that was taken, and waits for it: where the library has a limit to that, no longer.
	StopWait(limitNs int64)
}

// Kept are pools whose workers only ever grow in number, so that the last is the most.
type Kept interface {
	Watched
	KeepsWorkers()
}

var kinds = map[string]func(p *params.Params) (Pool, error){
	"naive":      newNaive,
	"fixed":      newFixed,
	"raw":        newRaw,
	"workerpool": newWorkerpool,
	"ants":       newAnts,
	"errgroup":   newErrgroup,
}

// Open the pool that p chooses, with its workers made as far as p wants.
func Open(p *params.Params) (Pool, error) {
	pool, err := kinds[p.Pool](p)
	if err != nil {
		return nil, fmt.Errorf("pool %q of size %d: cannot open: %w", p.Pool, p.Size, err)
	}
	made, release := hold(pool, int(p.Prewarm))
	release()
	if made < int(p.Prewarm) {
		pool.Close()
		return nil, fmt.Errorf("pool %q: prewarm %d: it refused after %d", p.Pool, p.Prewarm, made)
	}
	return pool, nil
}

// hold has n tasks run at a time, so that there are as many workers, until they are released. Returns how many it took.
func hold(pool Pool, n int) (taken int, release func()) {
	var running, done sync.WaitGroup
	released := make(chan struct{})
	for ; taken < n; taken++ {
		running.Add(1)
		done.Add(1)
		if !pool.Submit(func() {
			running.Done()
			<-released
			done.Done()
		}) {
			running.Done()
			done.Done()
			break
		}
	}
	running.Wait()
	return taken, func() {
		close(released)
		done.Wait()
	}
}
