// SPDX-License-Identifier: GPL-3.0-or-later

package pools

import (
	"time"

	"github.com/panjf2000/ants/v2"

	"poolrig/gopool/internal/params"
)

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
	size := int(p.Size)
	if size == 0 {
		size = -1 // ants' word for no limit
	}
	pool, err := ants.NewPool(size, options...)
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
