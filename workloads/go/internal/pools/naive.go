// SPDX-License-Identifier: GPL-3.0-or-later

package pools

import (
	"sync"
	"sync/atomic"

	"poolrig/gopool/internal/params"
)

// naive is the self-made pool: a channel without room, and a new goroutine whenever none receives. There
// is no limit, and no goroutine ever ends.
type naive struct {
	tasks   chan func()
	workers atomic.Int64
	once    sync.Once
	ended   sync.WaitGroup
}

func newNaive(*params.Params) (Pool, error) {
	return &naive{tasks: make(chan func(), 0)}, nil
}

func (n *naive) Submit(task func()) bool {
	select {
	case n.tasks <- task:
	default:
		n.workers.Add(1)
		n.ended.Add(1)
		go n.work(task)
	}
	return true
}

func (n *naive) work(task func()) {
	defer n.ended.Done()
	task()
	for task := range n.tasks {
		task()
	}
}

func (n *naive) Close() {
	n.once.Do(func() { close(n.tasks) })
	n.ended.Wait()
}

func (n *naive) Stop() { n.Close() }

// StopWait is the same: a channel without room holds no task, so what was taken runs already.
func (n *naive) StopWait(int64) { n.Close() }

func (n *naive) Workers() int { return int(n.workers.Load()) }

func (n *naive) KeepsWorkers() {}
