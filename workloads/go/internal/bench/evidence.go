// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import (
	"fmt"
	"runtime/pprof"
	"time"

	"poolrig/gopool/internal/artefact"
	"poolrig/gopool/internal/clock"
	"poolrig/gopool/internal/provoke"
	"poolrig/gopool/internal/tracing"
)

// provokeEvery is the time from one beginning to the next, where there is time.
const provokeEvery = 200_000_000

// Evidence is what a trial leaves beside its records, where its parameters want that.
type Evidence struct {
	Trace    *tracing.Tracer
	Heap     *artefact.File
	provoker *provoke.Provoker
	provoked chan struct{}
}

func (b *Bench) openEvidence() (err error) {
	p, e := &b.setup.Params, &b.Evidence
	if p.ExecutionTrace {
		length := b.setup.WindowNs
		if p.TraceForNs > 0 {
			length = min(length, p.TraceForNs)
		}
		if e.Trace, err = tracing.New(b.setup.WarmupNs, b.setup.WarmupNs+length, p.TraceLimit, time.Duration(p.StopBoundNs)); err != nil {
			return err
		}
	}
	if p.HeapProfile {
		if e.Heap, err = artefact.New("heap.pprof", "application/octet-stream", false); err != nil {
			return err
		}
	}
	if p.Provoke != "" {
		e.provoker, e.provoked = provoke.New(p.Provoke), make(chan struct{})
	}
	return nil
}

func (b *Bench) startEvidence(startNs int64) {
	if b.Evidence.Trace != nil {
		go b.Evidence.Trace.Run(startNs)
	}
	if b.Evidence.provoker != nil {
		go b.provoke(startNs + b.setup.WarmupNs)
	}
}

// provoke at least once, and then as long as the window lasts.
func (b *Bench) provoke(at int64) {
	defer close(b.Evidence.provoked)
	end := at + b.setup.WindowNs
	for at += provokeEvery / 4; ; {
		clock.SleepUntil(at)
		if b.stop.Load() {
			return
		}
		b.Evidence.provoker.Once()
		if at = max(at+provokeEvery, clock.Now()); at+provokeEvery > end {
			return
		}
	}
}

// finishEvidence when nothing is measured any more. The profile is of what the last collection found.
func (b *Bench) finishEvidence() error {
	e := &b.Evidence
	if e.provoker != nil {
		<-e.provoked
	}
	if e.Trace != nil {
		if err := e.Trace.Finish(); err != nil {
			return err
		}
	}
	if e.Heap != nil {
		if err := pprof.Lookup("heap").WriteTo(e.Heap, 0); err != nil {
			return fmt.Errorf("heap_profile: %w", err)
		}
	}
	return nil
}
