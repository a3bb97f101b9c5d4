// SPDX-License-Identifier: GPL-3.0-or-later

package pools

import (
	"sync"

	"poolrig/gopool/internal/params"
)

// raw is no pool: a goroutine a task.
type raw struct {
	running sync.WaitGroup
}

func newRaw(*params.Params) (Pool, error) {
	return &raw{}, nil
}

func (r *raw) Submit(task func()) bool {
	r.running.Add(1)
	go func() {
		task()
		r.running.Done()
	}()
	return true
}

func (r *raw) Close() { r.running.Wait() }
