// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import (
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"poolrig/gopool/internal/clock"
)

// relayRoom is how many tasks may be between generator and submitter. When it is full the pool is far
// behind, and the generator waits as a submitter would.
const relayRoom = 4096

// handed is a task on its way from the generator to the submitter.
type handed struct {
	task    func()
	counted bool
}

// submitter calls Pool.Submit: in the generator's thread, or (relayed) in a goroutine like any other, on the
// work cores, or in a goroutine for each task, as a server's handlers do.
type submitter struct {
	b                  *Bench
	begun, unsubmitted uint64        // the goroutine's that begins all submits
	refused, rejected  atomic.Uint64 // refused: warm-up included
	spawned, callerRan atomic.Uint64
	callers            sync.WaitGroup // submit: goroutine
	group              errgroup.Group // submit: errgroup
}

// relayed is the body of the submitter's goroutine. An errgroup waits for the calls of Submit, which is all that
// it knows of.
func (s *submitter) relayed() {
	defer s.b.endSubmits()
	defer s.group.Wait()
	for h := range s.b.relay {
		begin := clock.Now()
		switch {
		case s.b.stop.Load():
		case begin > s.b.generator.limitNs:
			if h.counted {
				s.unsubmitted++
			}
		default:
			s.call(h.task, h.counted, begin)
		}
	}
}

// call submit, by whom the variant wants.
func (s *submitter) call(task func(), counted bool, begin int64) {
	s.begun++
	switch s.b.setup.Params.Submit {
	case "goroutine":
		s.callers.Go(func() { s.submit(task, counted, clock.Now()) })
	case "errgroup":
		s.group.Go(func() error {
			s.submit(task, counted, clock.Now())
			return nil
		})
	default:
		s.submit(task, counted, begin)
	}
}

func (s *submitter) submit(task func(), counted bool, begin int64) {
	taken := s.b.pool.Submit(task)
	if counted {
		s.b.recorder.Record(Submit, clock.Now()-begin)
	}
	if !taken {
		taken = s.overload(task, counted)
	}
	if taken {
		return
	}
	s.refused.Add(1)
	if counted {
		s.rejected.Add(1)
		s.b.recorder.rejected.Add(1)
	}
}

// unfinished tasks: begun to be submitted, not refused, and not done. Exact once no submit is begun any more.
func (s *submitter) unfinished() uint64 {
	finished := s.b.finished.Load() // before refused, so that it is never below 0
	return s.begun - s.refused.Load() - finished
}

// overload is the policy for a refused task. Returns whether it is run.
func (s *submitter) overload(task func(), counted bool) bool {
	var run *atomic.Uint64
	switch s.b.setup.Params.Overload {
	case "spawn":
		run = &s.spawned
		go task()
	case "caller_runs":
		run = &s.callerRan
		task()
	default:
		return false
	}
	if counted {
		run.Add(1)
	}
	return true
}
