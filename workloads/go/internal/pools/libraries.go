// SPDX-License-Identifier: GPL-3.0-or-later

package pools

import (
	"cmp"
	"time"

	"github.com/gammazero/workerpool"
	"github.com/panjf2000/ants/v2"
	"golang.org/x/sync/errgroup"

	"poolrig/gopool/internal/params"
)

// unlimited is what ants and errgroup take for a size without a limit.
const unlimited = -1

type antsPool struct {
	pool *ants.Pool
}

func newAnts(p *params.Params) (Pool, error) {
	options := []ants.Option{
		ants.WithNonblocking(p.Nonblocking),
		ants.WithPreAlloc(p.Prealloc),
		ants.WithMaxBlockingTasks(int(p.MaxBlocking)),
	}
	switch {
	case p.ExpiryNs < 0: // the library's own
	case p.ExpiryNs == 0:
		options = append(options, ants.WithDisablePurge(true))
	default:
		options = append(options, ants.WithExpiryDuration(time.Duration(p.ExpiryNs)))
	}
	pool, err := ants.NewPool(cmp.Or(int(p.Size), unlimited), options...)
	if err != nil {
		return nil, err
	}
	return antsPool{pool}, nil
}

func (a antsPool) Submit(task func()) bool { return a.pool.Submit(task) == nil }

// Close waits for what runs; ants itself does so only up to a limit.
func (a antsPool) Close() {
	a.pool.Release()
	for a.pool.Running() > 0 {
		time.Sleep(time.Millisecond)
	}
}

// Stop returns at once: what runs goes on.
func (a antsPool) Stop() { a.pool.Release() }

// StopWait ends at the limit with an error, and then what runs is still to be seen.
func (a antsPool) StopWait(limitNs int64) { _ = a.pool.ReleaseTimeout(time.Duration(limitNs)) }

func (a antsPool) Workers() int { return a.pool.Running() }

// gammazero queues without a limit in front of size workers.
type gammazero struct {
	*workerpool.WorkerPool // whose Stop waits for what runs, and drops what is queued
}

func newWorkerpool(p *params.Params) (Pool, error) {
	return gammazero{workerpool.New(int(p.Size))}, nil
}

func (g gammazero) Submit(task func()) bool {
	g.WorkerPool.Submit(task)
	return true
}

func (g gammazero) Close() { g.Stop() }

// StopWait has no limit of its own.
func (g gammazero) StopWait(int64) { g.WorkerPool.StopWait() }

func (g gammazero) Queued() int { return g.WaitingQueueSize() }

// group is a goroutine a task, at most size at a time.
type group struct {
	errgroup.Group
	nonblocking bool
}

func newErrgroup(p *params.Params) (Pool, error) {
	g := &group{nonblocking: p.Nonblocking}
	g.SetLimit(cmp.Or(int(p.Size), unlimited))
	return g, nil
}

func (g *group) Submit(task func()) bool {
	run := func() error {
		task()
		return nil
	}
	if g.nonblocking {
		return g.TryGo(run)
	}
	g.Go(run)
	return true
}

func (g *group) Close() { _ = g.Wait() }
