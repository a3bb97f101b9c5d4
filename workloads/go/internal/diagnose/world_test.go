// SPDX-License-Identifier: GPL-3.0-or-later

package diagnose

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/exp/trace"
)

// made events, of a thread each; instants in us.
type made struct {
	t      *testing.T
	events []trace.Event
}

func add[T trace.EventDetails](m *made, c trace.EventConfig[T]) {
	m.t.Helper()
	c.Time *= 1000
	event, err := trace.MakeEvent(c)
	if err != nil {
		m.t.Fatal(err)
	}
	m.events = append(m.events, event)
}

func (m *made) stop(at trace.Time, kind trace.EventKind, reason string) {
	add(m, trace.EventConfig[trace.Range]{Time: at, Kind: kind, Thread: asker, Goroutine: 1, Proc: 0,
		Details: trace.Range{Name: "stop-the-world (" + reason + ")", Scope: trace.ResourceID{Kind: trace.ResourceGoroutine}}})
}

func (m *made) goroutine(at trace.Time, id trace.GoID, proc trace.ProcID, from, to trace.GoState, functions ...string) {
	change := trace.MakeGoStateTransition(id, from, to)
	frames := []trace.StackFrame{}
	for _, function := range functions {
		frames = append(frames, trace.StackFrame{PC: uint64(100 + len(frames)), Func: function})
	}
	change.Stack = trace.MakeStack(frames)
	if to == trace.GoWaiting {
		change.Reason = parked
	}
	add(m, trace.EventConfig[trace.StateTransition]{Time: at, Kind: trace.EventStateTransition, Thread: 100 + trace.ThreadID(proc),
		Goroutine: id, Proc: proc, Stack: change.Stack, Details: change})
}

func (m *made) proc(at trace.Time, id trace.ProcID, thread trace.ThreadID, from, to trace.ProcState) {
	add(m, trace.EventConfig[trace.StateTransition]{Time: at, Kind: trace.EventStateTransition, Thread: thread, Goroutine: trace.NoGoroutine,
		Proc: trace.NoProc, Details: trace.MakeProcStateTransition(id, from, to)})
}

// preempted is a goroutine that leaves its processor, which then stops.
func (m *made) preempted(at trace.Time, id trace.GoID, proc trace.ProcID, functions ...string) {
	m.goroutine(at, id, proc, trace.GoRunning, trace.GoRunnable, functions...)
	m.proc(at+1, proc, 100+trace.ThreadID(proc), running, idle)
}

// word is something that the thread which stops the world says.
func (m *made) word(at trace.Time) {
	add(m, trace.EventConfig[trace.Metric]{Time: at, Kind: trace.EventMetric, Thread: asker, Goroutine: 1, Proc: 0,
		Details: trace.Metric{Name: "/gc/heap/goal:bytes", Value: trace.Uint64Value(1)}})
}

const (
	asker   = 7
	running = trace.ProcRunning
	idle    = trace.ProcIdle
)

func TestWorld(t *testing.T) {
	const spin, root = "example.com/a/pool.spin", "runtime.goexit"
	for _, test := range []struct {
		name, reason     string
		end              trace.Time
		events           func(m *made)
		cause, evidence  string
		stopping, length time.Duration
	}{
		{"all stop at once, and the collector takes long", "GC mark termination", 50_100, func(m *made) {
			m.preempted(101, 2, 1, spin, root)
			m.word(120)
			m.word(50_000)
		}, MarkTermination, "GC mark termination took the other", 2 * time.Microsecond, 50_000 * time.Microsecond},
		{"a goroutine goes on", "GC sweep termination", 30_150, func(m *made) {
			m.goroutine(100, 3, 2, trace.GoRunnable, trace.GoRunning)
			m.preempted(101, 3, 2, "main.other", root)
			m.preempted(30_100, 2, 1, "runtime.x", spin, root)
			m.word(30_110)
		}, SafePoint, "goroutine 2 in pool.spin left its processor 30ms after GC sweep termination asked", 30_001 * time.Microsecond, 30_050 * time.Microsecond},
		{"it was running finalizers", "GC sweep termination", 30_150, func(m *made) {
			m.preempted(30_100, 2, 1, spin, "runtime.call32", "runtime.runFinalizers")
			m.word(30_110)
		}, Finalizers, "goroutine 2 in pool.spin", 30_001 * time.Microsecond, 30_050 * time.Microsecond},
		// A thread that was given a processor before, and wakes up late.
		{"a thread is late", "GC sweep termination", 20_100, func(m *made) {
			m.preempted(101, 2, 1, spin, root)
			m.proc(20_000, 2, 102, idle, running)
			m.proc(20_001, 2, 102, running, idle)
			m.word(20_050)
		}, Other + ": a thread late to stop", "stopped 19.9ms after GC sweep termination asked", 19_901 * time.Microsecond, 20_000 * time.Microsecond},
		{"its goroutine had left at once", "GC sweep termination", 20_100, func(m *made) {
			m.goroutine(101, 2, 1, trace.GoRunning, trace.GoRunnable, spin, root)
			m.proc(20_001, 1, 101, running, idle)
			m.word(20_050)
		}, Other + ": a thread late to stop", "the last of 1", 19_901 * time.Microsecond, 20_000 * time.Microsecond},
		// The other processors run again long before the trace says so, and one stops for want of work.
		{"it is over before its end", "GC sweep termination", 40_000, func(m *made) {
			m.preempted(101, 2, 1, spin, root)
			m.word(10_000)
			m.proc(10_100, 1, 102, idle, running)
			m.goroutine(10_101, 3, 1, trace.GoRunnable, trace.GoRunning)
			m.goroutine(10_120, 3, 1, trace.GoRunning, trace.GoWaiting, "runtime.bgscavenge")
			m.proc(10_121, 1, 102, running, idle)
		}, SweepTermination, "all had stopped after 2us", 2 * time.Microsecond, 10_000 * time.Microsecond},
		// A processor is taken from one in a system call, by the thread that asks: it has not spoken by that.
		{"one is in a system call", "GC mark termination", 9_100, func(m *made) {
			m.proc(101, 2, asker, running, idle)
			m.preempted(9_000, 2, 1, spin, root)
			m.word(9_010)
		}, SafePoint, "goroutine 2", 8_901 * time.Microsecond, 9_000 * time.Microsecond},
		{"another reason", "read mem stats", 7_100, func(m *made) {
			m.word(7_000)
		}, Other + ": read mem stats", "all had stopped after 0s", 0, 7_000 * time.Microsecond},
	} {
		m := &made{t: t}
		m.goroutine(10, 2, 1, trace.GoRunnable, trace.GoRunning)
		m.stop(100, trace.EventRangeBegin, test.reason)
		test.events(m)
		m.stop(test.end, trace.EventRangeEnd, test.reason)
		got := []Stop{}
		w := newWorld(func(_ trace.Time, stop Stop) { got = append(got, stop) })
		for i := range m.events {
			w.see(&m.events[i])
		}
		if len(got) != 1 || got[0].Cause != test.cause || !strings.Contains(got[0].Evidence, test.evidence) ||
			got[0].StoppingNs != int64(test.stopping) || got[0].LengthNs != int64(test.length) {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}

// One stretch from when there is something to do until there is nothing, whatever it waits for meanwhile.
func TestFinalizers(t *testing.T) {
	const root, slow, quick = "runtime.runFinalizers", "main.slow", "main.quick"
	m := &made{t: t}
	m.goroutine(0, 5, 1, trace.GoUndetermined, trace.GoWaiting, "runtime.gopark", root)
	m.goroutine(1_000, 5, 1, trace.GoRunnable, trace.GoRunning)
	m.goroutine(11_000, 5, 1, trace.GoRunning, trace.GoRunnable, slow, "reflect.call", root)
	m.goroutine(21_000, 5, 2, trace.GoRunnable, trace.GoRunning)
	m.goroutine(24_000, 5, 2, trace.GoRunning, trace.GoRunnable, quick, root)
	m.goroutine(25_000, 5, 2, trace.GoRunnable, trace.GoRunning)
	m.goroutine(26_000, 5, 2, trace.GoRunning, trace.GoWaiting, "runtime.gopark", root)
	m.goroutine(30_000, 6, 2, trace.GoRunnable, trace.GoRunning) // another's
	m.goroutine(90_000, 6, 2, trace.GoRunning, trace.GoRunnable, slow, "main.main")
	m.goroutine(91_000, 5, 2, trace.GoRunnable, trace.GoRunning)
	got := []Stop{}
	f := newFinalizers(func(_ trace.Time, stop Stop) { got = append(got, stop) })
	for i := range m.events {
		f.see(&m.events[i])
	}
	f.finish(99_000_000)
	if len(got) != 2 || got[0].Cause != Finalizers || got[0].World || got[0].LengthNs != 25e6 || got[0].Function != "reflect.call" ||
		got[0].Evidence != "goroutine 5 ran finalizers for 25ms, 14ms of it on a processor, 10ms in reflect.call" ||
		!strings.HasSuffix(got[1].Evidence, "the trace ends before it does") || got[1].LengthNs != 8e6 {
		t.Errorf("%+v", got)
	}
}
