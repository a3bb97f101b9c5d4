// SPDX-License-Identifier: GPL-3.0-or-later

package pools

import (
	"sync"
	"sync/atomic"

	"poolrig/gopool/internal/params"
)

// selfmade is what the self-made pools have: a channel without room, from which workers receive until end is closed.
// The channel holds no task, so what was taken runs already: all ways to close such a pool are the same.
type selfmade struct {
	tasks chan func()
	end   chan func() // closed once
	once  sync.Once
	ended sync.WaitGroup
}

func (s *selfmade) Close() {
	s.once.Do(func() { close(s.end) })
	s.ended.Wait()
}

func (s *selfmade) Stop() { s.Close() }

func (s *selfmade) StopWait(int64) { s.Close() }

func (s *selfmade) KeepsWorkers() {}

// naive starts a new goroutine whenever none receives. There is no limit, and no goroutine ends before the pool.
type naive struct {
	selfmade
	workers atomic.Int64
}

func newNaive(*params.Params) (Pool, error) {
	tasks := make(chan func())
	return &naive{selfmade: selfmade{tasks: tasks, end: tasks}}, nil
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

func (n *naive) Workers() int { return int(n.workers.Load()) }

// fixed has size workers. Submit waits until one of them receives, and does not look at end: a submitter that still waits
// when the workers have ended never returns.
type fixed struct {
	selfmade
	workers int
}

func newFixed(p *params.Params) (Pool, error) {
	f := &fixed{selfmade{tasks: make(chan func()), end: make(chan func())}, int(p.Size)}
	for range f.workers {
		f.ended.Go(f.work)
	}
	return f, nil
}

func (f *fixed) work() {
	for {
		select {
		case task := <-f.tasks:
			task()
		case <-f.end:
			return
		}
	}
}

func (f *fixed) Submit(task func()) bool {
	f.tasks <- task
	return true
}

func (f *fixed) Workers() int { return f.workers }

// raw is no pool: a goroutine a task.
type raw struct {
	running sync.WaitGroup
}

func newRaw(*params.Params) (Pool, error) { return &raw{}, nil }

func (r *raw) Submit(task func()) bool {
	r.running.Add(1)
	go func() {
		task()
		r.running.Done()
	}()
	return true
}

func (r *raw) Close() { r.running.Wait() }
