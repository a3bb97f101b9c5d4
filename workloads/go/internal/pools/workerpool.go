// SPDX-License-Identifier: GPL-3.0-or-later

package pools

import (
	"github.com/gammazero/workerpool"

	"poolrig/gopool/internal/params"
)

// gammazero queues without a limit in front of size workers.
type gammazero struct {
	pool *workerpool.WorkerPool
}

func newWorkerpool(p *params.Params) (Pool, error) {
	return gammazero{workerpool.New(int(p.Size))}, nil
}

func (g gammazero) Submit(task func()) bool {
	g.pool.Submit(task)
	return true
}

func (g gammazero) Close() { g.pool.Stop() }

// Stop waits for what runs, and drops what is queued.
func (g gammazero) Stop() { g.pool.Stop() }

// StopWait has no limit of its own.
func (g gammazero) StopWait(int64) { g.pool.StopWait() }

func (g gammazero) Queued() int { return g.pool.WaitingQueueSize() }
