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

// Tracer of one trial.
type Tracer struct {
	File             *artefact.File
	beginNs, endNs   int64 // relative to the start
	limit            int64
	bound            time.Duration // of a stop that is diagnosed
	done             chan struct{}
	err              error
	BeganNs, EndedNs int64 // relative to the start

	written, lost int64         // bytes; lost: beyond the slack
	full          chan struct{} // closed when the limit has been reached
	reached       bool
	failed        error
}

// New is of a part of the trial, relative to the start; of `limit` bytes, and a little more.
func New(beginNs, endNs, limit int64, bound time.Duration) (*Tracer, error) {
	file, err := artefact.New("trace", "application/octet-stream", true)
	if err != nil {
		return nil, err
	}
	return &Tracer{File: file, beginNs: beginNs, endNs: endNs, limit: limit, bound: bound, done: make(chan struct{}),
		full: make(chan struct{})}, nil
}

// Write what Go traces. The trace ends before it is too large: one that is cut can't be read to its end.
func (t *Tracer) Write(data []byte) (int, error) {
	size := t.written + int64(len(data))
	if size > t.limit && !t.reached {
		t.reached = true
		close(t.full)
	}
	if t.failed != nil || size > t.limit+slack {
		t.lost += int64(len(data))
		return len(data), nil
	}
	t.written = size
	_, t.failed = t.File.Write(data)
	return len(data), nil
}

// Run is a goroutine's body.
func (t *Tracer) Run(startNs int64) {
	defer close(t.done)
	clock.SleepUntil(startNs + t.beginNs)
	if t.err = trace.Start(t); t.err != nil {
		return
	}
	t.BeganNs = clock.Now() - startNs
	trace.Log(context.Background(), diagnose.StartKey, fmt.Sprint(startNs))
	select {
	case <-t.full:
	case <-time.After(time.Duration(startNs + t.endNs - clock.Now())):
	}
	t.EndedNs = clock.Now() - startNs
	trace.Stop() // it returns when all has been written
}

// Finish waits until the trace is complete.
func (t *Tracer) Finish() error {
	<-t.done
	switch {
	case t.err != nil:
		return fmt.Errorf("execution_trace: cannot begin: %w", t.err)
	case t.failed != nil:
		return fmt.Errorf("execution_trace: %w", t.failed)
	}
	return nil
}

// Note is what should be known of the trace: until when it went, where that is not the end that was asked for.
func (t *Tracer) Note() string {
	if !t.reached {
		return ""
	}
	note := fmt.Sprintf("the trace reached trace_limit after %s of %s",
		time.Duration(t.EndedNs-t.BeganNs).Round(time.Millisecond), time.Duration(t.endNs-t.beginNs))
	if t.lost > 0 {
		note += fmt.Sprintf(", and %d bytes of it were lost", t.lost)
	}
	return note
}

// Diagnose the trace, when it is complete; also as a file.
func (t *Tracer) Diagnose() (*diagnose.Result, *artefact.File, error) {
	result, err := diagnose.Trace(bufio.NewReaderSize(io.NewSectionReader(t.File, 0, t.written), 1<<16), t.bound)
	if err != nil {
		return nil, nil, fmt.Errorf("execution_trace: cannot be diagnosed: %w", err)
	}
	file, err := artefact.New("stops.json", "application/json", false)
	if err != nil {
		return nil, nil, err
	}
	return result, file, result.JSON(file)
}
