// SPDX-License-Identifier: GPL-3.0-or-later

package pools

import (
	"sync"

	"poolrig/gopool/internal/params"
)

// fixed is the other self-made pool: size workers that receive from a channel without room. Submit waits until
// one of them does, and knows of no end: who still waits when the workers have been told to go waits for ever.
type fixed struct {
	tasks   chan func()
	quit    chan struct{}
	once    sync.Once
	workers int
	ended   sync.WaitGroup
}

func newFixed(p *params.Params) (Pool, error) {
	f := &fixed{tasks: make(chan func()), quit: make(chan struct{}), workers: int(p.Size)}
	for range f.workers {
		f.ended.Add(1)
		go f.work()
	}
	return f, nil
}

func (f *fixed) work() {
	defer f.ended.Done()
	for {
		select {
		case task := <-f.tasks:
			task()
		case <-f.quit:
			return
		}
	}
}

func (f *fixed) Submit(task func()) bool {
	f.tasks <- task
	return true
}

func (f *fixed) Close() {
	f.once.Do(func() { close(f.quit) })
	f.ended.Wait()
}

func (f *fixed) Stop() { f.Close() }

// StopWait is the same: a channel without room holds no task, so what was taken runs already.
func (f *fixed) StopWait(int64) { f.Close() }

func (f *fixed) Workers() int { return f.workers }

func (f *fixed) KeepsWorkers() {}
