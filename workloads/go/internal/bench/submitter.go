// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import (
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
// work cores.
type submitter struct {
	b                               *Bench
	rejected, dispatched            uint64
	spawned, callerRan, unsubmitted uint64
}

// relayed is the body of the submitter's goroutine.
func (s *submitter) relayed() {
	defer close(s.b.submitted)
	for h := range s.b.relay {
		begin := clock.Now()
		switch {
		case s.b.stop.Load():
		case begin > s.b.generator.limitNs:
			if h.counted {
				s.unsubmitted++
			}
		default:
			s.submit(h.task, h.counted, begin)
		}
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
		s.dispatched++
	} else if counted {
		s.rejected++
		s.b.recorder.rejected.Add(1)
	}
}

// overload is the policy for a refused task. Returns whether somebody runs it.
func (s *submitter) overload(task func(), counted bool) bool {
	switch s.b.setup.Params.Overload {
	case "spawn":
		go task()
		if counted {
			s.spawned++
		}
		return true
	case "caller_runs":
		task()
		if counted {
			s.callerRan++
		}
		return true
	}
	return false
}
