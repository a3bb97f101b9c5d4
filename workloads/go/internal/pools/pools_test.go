// SPDX-License-Identifier: GPL-3.0-or-later

package pools

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"poolrig/gopool/internal/params"
)

func open(t *testing.T, object string) Pool {
	t.Helper()
	p, err := params.Parse([]byte(object))
	if err != nil {
		t.Fatal(err)
	}
	pool, err := Open(&p)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

// Every task that is taken is run once.
func TestAllRunOnce(t *testing.T) {
	for _, object := range []string{
		`{"pool": "naive"}`, `{"pool": "naive", "prewarm": 5}`, `{"pool": "raw"}`, `{"pool": "fixed", "size": 3}`,
		`{"pool": "workerpool", "size": 3}`, `{"pool": "workerpool", "size": 3, "prewarm": "all"}`,
		`{"pool": "ants", "size": 3}`, `{"pool": "ants"}`, `{"pool": "ants", "size": 9, "prealloc": true, "prewarm": 4}`,
		`{"pool": "ants", "size": 3, "nonblocking": true}`, `{"pool": "ants", "size": 3, "expiry": "0"}`,
		`{"pool": "errgroup", "size": 3}`, `{"pool": "errgroup"}`, `{"pool": "errgroup", "size": 3, "nonblocking": true}`,
	} {
		const tasks = 500
		pool := open(t, object)
		var ran [tasks]atomic.Int32
		var done sync.WaitGroup
		taken := 0
		for i := range tasks {
			done.Add(1)
			if pool.Submit(func() { ran[i].Add(1); done.Done() }) {
				taken++
				continue
			}
			done.Done()
			ran[i].Add(1) // refused: no other may
		}
		done.Wait()
		pool.Close()
		for i := range ran {
			if n := ran[i].Load(); n != 1 {
				t.Errorf("%s: task %d was run %d times", object, i, n)
			}
		}
		if taken == 0 {
			t.Errorf("%s: took no task", object)
		}
	}
}

// As many tasks are taken as there is room for, and as many workers do them.
func TestRoom(t *testing.T) {
	for object, room := range map[string]int{
		`{"pool": "naive"}`: 100, `{"pool": "raw"}`: 100, `{"pool": "ants"}`: 100, `{"pool": "errgroup"}`: 100,
		`{"pool": "ants", "size": 2, "nonblocking": true}`: 2, `{"pool": "errgroup", "size": 2, "nonblocking": true}`: 2,
	} {
		pool := open(t, object)
		taken, end := hold(pool, 100)
		if taken != room {
			t.Errorf("%s: took %d of 100, with room for %d", object, taken, room)
		}
		if watched, ok := pool.(Watched); ok && watched.Workers() != room {
			t.Errorf("%s: %d workers for %d tasks at a time", object, watched.Workers(), room)
		}
		end()
		pool.Close()
	}
}

// workerpool queues: it takes more than its size, and runs no more than that at a time.
func TestQueue(t *testing.T) {
	pool := open(t, `{"pool": "workerpool", "size": 2}`)
	_, end := hold(pool, 2)
	var done sync.WaitGroup
	var ran atomic.Int32
	for range 3 {
		done.Add(1)
		pool.Submit(func() { ran.Add(1); done.Done() })
	}
	if n := ran.Load(); n != 0 {
		t.Errorf("%d tasks ran while both workers were busy", n)
	}
	end()
	done.Wait()
	pool.Close()
}

func TestPrewarmThatIsRefused(t *testing.T) {
	p := params.Params{Pool: "ants", Size: 2, Prewarm: 3, Nonblocking: true}
	if pool, err := Open(&p); err == nil {
		pool.Close()
		t.Error("three workers of two were made")
	}
}

// A submitter to a fixed pool waits for a worker, and never returns where the workers have ended.
func TestFixedBlocks(t *testing.T) {
	pool := open(t, `{"pool": "fixed", "size": 2}`)
	_, end := hold(pool, 2)
	var ran atomic.Int32
	returned := make(chan bool)
	waits := func(why string) {
		go func() { returned <- pool.Submit(func() { ran.Add(1) }) }()
		select {
		case <-returned:
			t.Errorf("a submit did not wait, though %s", why)
		case <-time.After(20 * time.Millisecond):
		}
	}
	waits("both workers were busy")
	end()
	if taken := <-returned; !taken {
		t.Error("a fixed pool refused")
	}
	pool.(Stopping).Stop()
	if n := ran.Load(); n != 1 {
		t.Errorf("stopped, while %d of 1 tasks had run", n)
	}
	waits("no worker is left") // it never comes back: it leaks, which is the trap
}

// What is queued is dropped by workerpool's Stop and run by its StopWait.
func TestStopDropsAndStopWaitRuns(t *testing.T) {
	const tasks = 1000 // half a second of them, which Stop does not take, however late it is run
	for _, wait := range []bool{false, true} {
		pool := open(t, `{"pool": "workerpool", "size": 2}`).(gammazero)
		_, end := hold(pool, 2)
		var ran atomic.Int32
		for range tasks {
			pool.Submit(func() { time.Sleep(time.Millisecond); ran.Add(1) })
		}
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			if wait {
				pool.StopWait(0)
			} else {
				pool.Stop()
			}
		}()
		for !pool.Stopped() {
			time.Sleep(time.Millisecond)
		}
		end()
		<-stopped
		if n := ran.Load(); (n == tasks) != wait {
			t.Errorf("wait %v: %d of %d queued tasks ran", wait, n, tasks)
		}
	}
}

// ants' Release returns while tasks run; ReleaseTimeout waits for them, up to its limit.
func TestReleaseReturnsAndReleaseTimeoutWaits(t *testing.T) {
	open := func() (antsPool, func()) {
		pool := open(t, `{"pool": "ants", "size": 3}`).(antsPool)
		_, end := hold(pool, 3)
		return pool, end
	}
	pool, end := open()
	pool.Stop()
	if n := pool.Workers(); n != 3 {
		t.Errorf("%d of 3 workers when Release had returned", n)
	}
	if pool.Submit(func() {}) {
		t.Error("a released pool took a task")
	}
	end()
	pool.Close()

	pool, end = open()
	time.AfterFunc(20*time.Millisecond, end)
	if pool.StopWait(60e9); pool.Workers() != 0 {
		t.Errorf("%d workers when ReleaseTimeout had returned", pool.Workers())
	}

	pool, end = open()
	if pool.StopWait(1e6); pool.Workers() != 3 {
		t.Errorf("%d of 3 workers when ReleaseTimeout had come to its limit", pool.Workers())
	}
	end()
	pool.Close()
}
