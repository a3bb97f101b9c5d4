// SPDX-License-Identifier: GPL-3.0-or-later

// Package diagnose says of each long stop in an execution trace of Go's what caused it. It looks at nothing but
// the trace (golang.org/x/exp/trace reads it), so that a trace that was stored can be diagnosed again.
package diagnose

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

// Causes of a stop. Other is followed by what is known.
const (
	MarkTermination  = "mark termination"
	SweepTermination = "sweep termination"
	SafePoint        = "late to safe point"
	Finalizers       = "finalizers"
	Other            = "other"
)

// Count of the stops of a cause.
func (r *Result) Count(cause string) (n int) {
	for i := range r.Stops {
		if r.Stops[i].Cause == cause || (cause == Other && strings.HasPrefix(r.Stops[i].Cause, Other)) {
			n++
		}
	}
	return n
}

// StartKey is the category of a log event, and its text the instant, on CLOCK_MONOTONIC in ns, that all others are
// relative to. Without it, or without a clock in the trace, that is the trace's first event.
const StartKey = "poolrig.start_ns"

// Stop is one that was as long as the bound, or longer.
type Stop struct {
	AtNs       int64  `json:"at_ns"` // its beginning
	LengthNs   int64  `json:"length_ns"`
	Cause      string `json:"cause"`
	Evidence   string `json:"evidence"`
	World      bool   `json:"world"`            // the whole world was stopped; else finalizers held up others
	Reason     string `json:"reason,omitempty"` // of the world: what Go says that it was for
	StoppingNs int64  `json:"stopping_ns"`      // of the world: until the last processor had stopped
	Goroutine  int64  `json:"goroutine,omitempty"`
	Function   string `json:"function,omitempty"`
}

// Result of a trace.
type Result struct {
	Format       int    `json:"format"` // 1
	BoundNs      int64  `json:"bound_ns"`
	FromNs       int64  `json:"from_ns"` // first and last event
	ToNs         int64  `json:"to_ns"`
	Events       int64  `json:"events"`
	WorldStops   int64  `json:"world_stops"` // of any length
	WorldStopsNs int64  `json:"world_stops_ns"`
	LongestNs    int64  `json:"longest_ns"`    // of the world
	Cut          string `json:"cut,omitempty"` // why the trace could not be read to its end
	Stops        []Stop `json:"stops"`
}

// reading is what is kept while a trace is read.
type reading struct {
	result      Result
	first, last trace.Time
	world       world
	finalizers  finalizers
	started     bool
	startMono   int64 // of StartKey
	clock       *trace.ClockSnapshot
}

// Trace is read to its end, or to where it is damaged: the result says so in Cut.
func Trace(from io.Reader, bound time.Duration) (result *Result, err error) {
	defer func() { // the library does not expect every kind of damage
		if damage := recover(); damage != nil {
			result, err = nil, fmt.Errorf("a damaged execution trace: %v", damage)
		}
	}()
	reader, err := trace.NewReader(from)
	if err != nil {
		return nil, fmt.Errorf("not an execution trace that this program can read: %w", err)
	}
	r := &reading{result: Result{Format: 1, BoundNs: int64(bound), Stops: []Stop{}}}
	r.world = newWorld(r.worldStopped)
	r.finalizers = newFinalizers(r.keep)
	for {
		event, err := reader.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.result.Cut = err.Error()
			break
		}
		r.see(&event)
	}
	if r.result.Events == 0 {
		return nil, errors.New(strings.TrimSuffix("an execution trace without events: "+r.result.Cut, ": "))
	}
	r.finalizers.finish(r.last)
	r.relate()
	return &r.result, nil
}

func (r *reading) see(e *trace.Event) {
	if r.result.Events == 0 {
		r.first = e.Time()
	}
	r.result.Events++
	r.last = e.Time()
	switch e.Kind() {
	case trace.EventSync:
		if r.clock == nil {
			r.clock = e.Sync().ClockSnapshot
		}
	case trace.EventLog:
		if log := e.Log(); log.Category == StartKey && !r.started {
			mono, err := strconv.ParseInt(log.Message, 10, 64)
			r.startMono, r.started = mono, err == nil
		}
	}
	r.world.see(e)
	r.finalizers.see(e)
}

func (r *reading) worldStopped(at trace.Time, stop Stop) {
	r.result.WorldStops++
	r.result.WorldStopsNs += stop.LengthNs
	r.result.LongestNs = max(r.result.LongestNs, stop.LengthNs)
	r.keep(at, stop)
}

// keep a stop that is long enough; its instant is the trace's until all has been read.
func (r *reading) keep(at trace.Time, stop Stop) {
	if stop.LengthNs >= r.result.BoundNs {
		stop.AtNs = int64(at)
		r.result.Stops = append(r.result.Stops, stop)
	}
}

// relate all instants to the start.
func (r *reading) relate() {
	origin := int64(r.first)
	if r.started && r.clock != nil {
		origin = int64(r.clock.Trace) - (int64(r.clock.Mono) - r.startMono)
	}
	r.result.FromNs, r.result.ToNs = int64(r.first)-origin, int64(r.last)-origin
	for i := range r.result.Stops {
		r.result.Stops[i].AtNs -= origin
	}
	slices.SortStableFunc(r.result.Stops, func(a, b Stop) int { return cmp.Compare(a.AtNs, b.AtNs) })
}

// functions of a stack, the innermost first.
func functions(stack trace.Stack) (names []string) {
	for frame := range stack.Frames() {
		names = append(names, frame.Func)
	}
	return names
}

func isRuntimes(function string) bool { return strings.HasPrefix(function, "runtime.") }

// functionOf a stack is the innermost function that is not the runtime's; of a goroutine that is the runtime's own,
// the outermost.
func functionOf(stack trace.Stack) string {
	name := ""
	for _, name = range functions(stack) {
		if !isRuntimes(name) {
			break
		}
	}
	return cmp.Or(name, "a function that the trace does not name")
}

// bare is a function's name without the path of its package.
func bare(function string) string { return function[strings.LastIndexByte(function, '/')+1:] }

// short is a duration with three digits or so.
func short(d time.Duration) string {
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if d >= unit {
			d = d.Round(unit / 100)
			break
		}
	}
	return strings.Replace(d.String(), "µ", "u", 1) // for terminals of any kind
}
