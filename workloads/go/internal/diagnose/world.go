// SPDX-License-Identifier: GPL-3.0-or-later

package diagnose

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

// worldPrefix is how the trace names a stop of the world; what follows, in brackets, is what it was for.
const worldPrefix = "stop-the-world"

// causes by what the world is stopped for.
var causes = map[string]string{"GC mark termination": MarkTermination, "GC sweep termination": SweepTermination}

// left is a goroutine that has just left a processor.
type left struct {
	goroutine trace.GoID
	at        trace.Time
	stack     trace.Stack
}

// world follows stops of the world. A stop has two parts: from the request until the last of Go's processors
// has stopped, and from then on what it was for.
//
// The thread that asks says nothing while it waits for the others, but that it took a processor from one that is in
// a system call. So what it says first tells that all have stopped; processors that start after that do so because
// the stop is over, and the trace's own end of it, which comes still later, is not waited for.
type world struct {
	under   *worldStop // the one under way; the runtime has one at a time
	left    map[trace.ProcID]left
	where   map[trace.GoID]trace.ProcID // where each goroutine runs
	stopped func(at trace.Time, stop Stop)
}

type worldStop struct {
	begin, end trace.Time
	reason     string
	asker      trace.ThreadID
	last       trace.Time // when the last processor stopped; begin where all had
	late       *left      // who ran there; nil: nobody did
	processors int        // that stopped after the request
	complete   bool       // all are known to have stopped
	restarted  bool
}

func newWorld(stopped func(trace.Time, Stop)) world {
	return world{left: map[trace.ProcID]left{}, where: map[trace.GoID]trace.ProcID{}, stopped: stopped}
}

func (w *world) see(e *trace.Event) {
	if w.under != nil && e.Thread() == w.under.asker && !isOfProcessor(e) {
		w.under.complete = true
	}
	switch e.Kind() {
	case trace.EventRangeBegin:
		if reason, found := strings.CutPrefix(e.Range().Name, worldPrefix); found {
			w.under = &worldStop{begin: e.Time(), last: e.Time(), reason: strings.Trim(reason, " ()"), asker: e.Thread()}
		}
	case trace.EventRangeEnd:
		if strings.HasPrefix(e.Range().Name, worldPrefix) && w.under != nil {
			if !w.under.restarted {
				w.under.end = e.Time()
			}
			w.stopped(w.under.begin, w.under.diagnose())
			w.under = nil
		}
	case trace.EventStateTransition:
		change := e.StateTransition()
		switch change.Resource.Kind {
		case trace.ResourceGoroutine:
			w.goroutine(e, &change)
		case trace.ResourceProc:
			w.processor(e, &change)
		}
	}
}

func isOfProcessor(e *trace.Event) bool {
	return e.Kind() == trace.EventStateTransition && e.StateTransition().Resource.Kind == trace.ResourceProc
}

func (w *world) goroutine(e *trace.Event, change *trace.StateTransition) {
	from, to := change.Goroutine()
	id := change.Resource.Goroutine()
	if to == trace.GoRunning {
		w.where[id] = e.Proc()
	} else if from == trace.GoRunning {
		if proc, known := w.where[id]; known {
			w.left[proc] = left{id, e.Time(), change.Stack}
		}
		delete(w.where, id)
	}
}

func (w *world) processor(e *trace.Event, change *trace.StateTransition) {
	s := w.under
	if s == nil {
		return
	}
	switch from, to := change.Proc(); {
	case from == trace.ProcRunning && to == trace.ProcIdle && !s.complete:
		s.lost(w.left[change.Resource.Proc()], e.Time())
	case from == trace.ProcIdle && to == trace.ProcRunning && s.complete && !s.restarted:
		s.end, s.restarted = e.Time(), true
	}
}

// lost is a processor that stops while the stop is under way; before that, it has been left.
func (s *worldStop) lost(by left, at trace.Time) {
	s.processors++
	s.last, s.late = at, nil
	if by.goroutine != trace.NoGoroutine && by.at >= s.begin {
		s.late = &by
	}
}

// diagnose a stop: what took most of it is its cause.
func (s *worldStop) diagnose() Stop {
	length, stopping := s.end.Sub(s.begin), s.last.Sub(s.begin)
	stop := Stop{LengthNs: int64(length), World: true, Reason: s.reason, StoppingNs: int64(stopping)}
	if stopping > length-stopping {
		s.blame(&stop, stopping)
		return stop
	}
	stop.Cause = cmp.Or(causes[s.reason], Other+": "+s.reason)
	stop.Evidence = fmt.Sprintf("all had stopped after %s; %s took the other %s", short(stopping), s.reason, short(length-stopping))
	return stop
}

// blame the goroutine that ran on the processor that stopped last. Where it had left that processor long before, or none ran
// there, it was the processor's thread that did not come to stop: the kernel ran others.
func (s *worldStop) blame(stop *Stop, stopping time.Duration) {
	if s.late == nil || s.late.at.Sub(s.begin) <= stopping/2 {
		stop.Cause = Other + ": a thread late to stop"
		stop.Evidence = fmt.Sprintf("a processor on which no goroutine ran stopped %s after %s asked, the last of %d",
			short(stopping), s.reason, s.processors)
		return
	}
	stop.Goroutine, stop.Function = int64(s.late.goroutine), functionOf(s.late.stack)
	stop.Cause = SafePoint
	if isFinalizing(s.late.stack) {
		stop.Cause = Finalizers
	}
	stop.Evidence = fmt.Sprintf("goroutine %d in %s left its processor %s after %s asked", stop.Goroutine,
		bare(stop.Function), short(s.late.at.Sub(s.begin)), s.reason)
	if rest := s.end.Sub(s.last); rest > stopping/4 {
		stop.Evidence += fmt.Sprintf(", which then took %s", short(rest))
	}
}
