// SPDX-License-Identifier: GPL-3.0-or-later

package diagnose

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/exp/trace"
)

// parked is what the trace gives as the reason of a goroutine of the runtime's that has nothing to do.
const parked = "system goroutine wait"

// finalizers follows the goroutines of Go's that run finalizers and cleanups. As long as one of them is at it, all
// that are queued behind wait, and so does what they would free.
type finalizers struct {
	stretches map[trace.GoID]*stretch // of every goroutine that is known to be one; nil: it is idle
	ended     func(at trace.Time, stop Stop)
}

// stretch is from when such a goroutine begins until it has nothing to do.
type stretch struct {
	begin, end trace.Time
	since      trace.Time // when it came to a processor; 0: it is on none
	ran        time.Duration
	functions  map[string]time.Duration // where it was seen to leave its processor, and how long it had run there
	open       bool                     // it had not ended when the trace did
}

func newFinalizers(ended func(trace.Time, Stop)) finalizers {
	return finalizers{stretches: map[trace.GoID]*stretch{}, ended: ended}
}

// isFinalizing recognises a stack of such a goroutine by its root.
func isFinalizing(stack trace.Stack) bool {
	roots := []string{"runtime.runFinalizers", "runtime.runfinq", "runtime.runCleanups"}
	return slices.ContainsFunc(functions(stack), func(name string) bool { return slices.Contains(roots, name) })
}

func (f *finalizers) see(e *trace.Event) {
	if e.Kind() != trace.EventStateTransition {
		return
	}
	change := e.StateTransition()
	if change.Resource.Kind != trace.ResourceGoroutine {
		return
	}
	id := change.Resource.Goroutine()
	at, known := f.stretches[id]
	if !known {
		if !isFinalizing(change.Stack) {
			return
		}
		f.stretches[id] = nil
	}
	from, to := change.Goroutine()
	if at == nil && to == trace.GoRunning {
		at = &stretch{begin: e.Time(), functions: map[string]time.Duration{}}
		f.stretches[id] = at
	}
	if at == nil {
		return
	}
	at.change(from, to, e.Time(), change.Stack)
	if to == trace.GoNotExist || (to == trace.GoWaiting && change.Reason == parked) {
		f.end(id, e.Time(), false)
	}
}

func (s *stretch) change(from, to trace.GoState, now trace.Time, stack trace.Stack) {
	if to == trace.GoRunning && from != trace.GoRunning {
		s.since = now
	}
	if from == trace.GoRunning && to != trace.GoRunning && s.since != 0 {
		s.ran += now.Sub(s.since)
		// The function called by Go's goroutine: the outermost that is not the runtime's.
		if called := slices.DeleteFunc(functions(stack), isRuntimes); len(called) > 0 {
			s.functions[called[len(called)-1]] += now.Sub(s.since)
		}
		s.since = 0
	}
}

func (f *finalizers) end(id trace.GoID, now trace.Time, open bool) {
	at := f.stretches[id]
	f.stretches[id] = nil
	at.end, at.open = now, open
	f.ended(at.begin, at.diagnose(id))
}

// finish what had not ended when the trace did.
func (f *finalizers) finish(now trace.Time) {
	for id, at := range f.stretches {
		if at != nil {
			f.end(id, now, true)
		}
	}
}

func (s *stretch) diagnose(id trace.GoID) Stop {
	length := s.end.Sub(s.begin)
	stop := Stop{LengthNs: int64(length), Cause: Finalizers, Goroutine: int64(id)}
	longest := time.Duration(0)
	for name, ran := range s.functions {
		if ran > longest || (ran == longest && name < stop.Function) {
			longest, stop.Function = ran, name
		}
	}
	stop.Evidence = fmt.Sprintf("goroutine %d ran finalizers for %s, %s of it on a processor", id, short(length), short(s.ran))
	if stop.Function != "" {
		stop.Evidence += fmt.Sprintf(", %s in %s", short(longest), bare(stop.Function))
	}
	if s.open {
		stop.Evidence += "; the trace ends before it does"
	}
	return stop
}
