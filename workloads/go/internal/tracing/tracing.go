// SPDX-License-Identifier: GPL-3.0-or-later

// Package tracing takes an execution trace of the window, or of its beginning, and says afterwards what made the
// long stops in it.
package tracing

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"runtime/trace"
	"time"

	"poolrig/gopool/internal/artefact"
	"poolrig/gopool/internal/clock"
	"poolrig/gopool/internal/diagnose"
)

// slack is what may still come when the limit has been reached, until the trace has stopped: Go hands over what
// it has buffered.
const slack = 32 << 20

// limited ends the trace before it is too large: a trace that is cut can't be read to its end.
type limited struct {
	to            *artefact.File
	written, lost int64 // bytes; lost: beyond the slack
	limit         int64
	full          chan struct{} // closed when the limit has been reached
	told          bool
	failed        error
}

func (l *limited) Write(data []byte) (int, error) {
	if l.written+int64(len(data)) > l.limit && !l.told {
		l.told = true
		close(l.full)
	}
	if l.failed != nil || l.written+int64(len(data)) > l.limit+slack {
		l.lost += int64(len(data))
		return len(data), nil
	}
	l.written += int64(len(data))
	_, l.failed = l.to.Write(data)
	return len(data), nil
}

// Tracer of one trial.
type Tracer struct {
	File           *artefact.File
	Bound          time.Duration // of a stop that is diagnosed
	beginNs, endNs int64         // relative to the start
	out            limited
	done           chan struct{}
	err            error
	startNs        int64
	ranNs          [2]int64 // when it began and ended, relative to the start
}

// New is of a part of the trial, relative to the start; of `limit` bytes, and a little more.
func New(beginNs, endNs, limit int64, bound time.Duration) (*Tracer, error) {
	file, err := artefact.New("trace", "application/octet-stream", true)
	if err != nil {
		return nil, err
	}
	return &Tracer{File: file, Bound: bound, beginNs: beginNs, endNs: endNs,
		out: limited{to: file, limit: limit, full: make(chan struct{})}, done: make(chan struct{})}, nil
}

// Run is a goroutine's body.
func (t *Tracer) Run(startNs int64) {
	defer close(t.done)
	t.startNs = startNs
	clock.SleepUntil(startNs + t.beginNs)
	if t.err = trace.Start(&t.out); t.err != nil {
		return
	}
	t.ranNs[0] = clock.Now() - startNs
	trace.Log(context.Background(), diagnose.StartKey, fmt.Sprint(startNs))
	select {
	case <-t.out.full:
	case <-time.After(time.Duration(startNs + t.endNs - clock.Now())):
	}
	t.ranNs[1] = clock.Now() - startNs
	trace.Stop() // it returns when all has been written
}

// Finish waits until the trace is complete.
func (t *Tracer) Finish() error {
	<-t.done
	switch {
	case t.err != nil:
		return fmt.Errorf("execution_trace: cannot begin: %w", t.err)
	case t.out.failed != nil:
		return fmt.Errorf("execution_trace: %w", t.out.failed)
	}
	return nil
}

// Note is what should be known of the trace: until when it went, where that is not the end that was asked for.
func (t *Tracer) Note() string {
	if !t.out.told {
		return ""
	}
	note := fmt.Sprintf("the trace reached trace_limit after %s of %s",
		time.Duration(t.ranNs[1]-t.ranNs[0]).Round(time.Millisecond), time.Duration(t.endNs-t.beginNs))
	if t.out.lost > 0 {
		note += fmt.Sprintf(", and %d bytes of it were lost", t.out.lost)
	}
	return note
}

// EndedNs is when it did, relative to the start.
func (t *Tracer) EndedNs() int64 { return t.ranNs[1] }

// Diagnose the trace, when it is complete; also as a file.
func (t *Tracer) Diagnose() (*diagnose.Result, *artefact.File, error) {
	result, err := diagnose.Trace(bufio.NewReaderSize(io.NewSectionReader(t.File, 0, t.out.written), 1<<16), t.Bound)
	if err != nil {
		return nil, nil, fmt.Errorf("execution_trace: cannot be diagnosed: %w", err)
	}
	file, err := artefact.New("stops.json", "application/json", false)
	if err != nil {
		return nil, nil, err
	}
	return result, file, result.JSON(file)
}
