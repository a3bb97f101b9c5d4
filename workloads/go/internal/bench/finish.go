// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import (
	"fmt"
	"runtime"
	"time"

	"poolrig/gopool/internal/clock"
	"poolrig/gopool/internal/pools"
)

// closeLimit is how long a pool may take to close when all of its tasks are done, or else are given up.
const closeLimit = 2 * time.Second

// Finish, after everything has been submitted, waits for what is under way, at most the drain limit, and closes
// the pool; or it closes the pool first, where the variant wants that. Where gone is closed meanwhile it ends at once.
func (b *Bench) Finish(gone <-chan struct{}) error {
	early := b.setup.Params.Close == "stop" || b.setup.Params.Close == "stopwait"
	if kept, ok := b.pool.(pools.Kept); ok {
		workers := kept.Workers()
		b.Totals.Workers = &workers
	}
	if !early {
		if !b.drain(gone) {
			return nil
		}
		b.Self.Finish()
	}
	if err := b.finishEvidence(); err != nil { // its goroutines are none of the pool's
		return err
	}
	if !early {
		b.closePool(closeLimit, gone)
	} else {
		b.closePool(b.untilLimit(), gone)
		b.Self.Finish()
	}
	b.frozen.Store(true)
	b.recorder.finish()
	return b.count()
}

// drain waits for what is under way. Returns false where gone was closed.
func (b *Bench) drain(gone <-chan struct{}) bool {
	for b.submitter.unfinished() != 0 && clock.Now() < b.generator.limitNs {
		select {
		case <-gone:
			return false
		case <-time.After(time.Millisecond):
		}
	}
	return true
}

// untilLimit is how long a pool that is closed first may take for what is under way.
func (b *Bench) untilLimit() time.Duration {
	return time.Duration(max(b.generator.limitNs-clock.Now(), 0)) + closeLimit
}

// closePool as the variant wants it. Tasks that never end would never let it return: then it is left as it is, and
// the process soon ends.
func (b *Bench) closePool(limit time.Duration, gone <-chan struct{}) {
	closed := make(chan struct{})
	go func() {
		b.end()
		close(closed)
	}()
	select {
	case <-closed:
		b.Totals.Closed = true
	case <-gone:
		return
	case <-time.After(limit):
		return
	}
	// Goroutines end a little after their last task.
	for range 200 {
		b.Totals.Leaked = max(runtime.NumGoroutine()-b.goroutines, 0)
		if b.Totals.Leaked == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// end the pool, and look at what is left at once; then wait for what still runs.
func (b *Bench) end() {
	stopping, _ := b.pool.(pools.Stopping) // params lets no other be closed by stop or stopwait
	switch b.setup.Params.Close {
	case "none":
		b.Totals.After = b.left()
		return
	case "stop":
		stopping.Stop()
	case "stopwait":
		b.submitter.callers.Wait() // as a server does: first those who submit, then the pool
		stopping.StopWait(int64(b.untilLimit()))
	default:
		b.pool.Close()
	}
	b.Totals.After = b.left()
	b.pool.Close()
}

func (b *Bench) count() error {
	t, g, by := &b.Totals, &b.generator, &b.submitter
	for i := range b.recorder.intervals {
		t.Completed += b.recorder.intervals[i].Completed()
	}
	t.Offered, t.Rejected, t.Unsubmitted = g.offered, by.rejected.Load(), g.unsubmitted+by.unsubmitted
	t.Spawned, t.CallerRan, t.IterationsPerNs = by.spawned.Load(), by.callerRan.Load(), b.iterationsPerNs
	if finished, taken := b.finished.Load(), by.begun-by.refused.Load(); finished > taken {
		return fmt.Errorf("accounting: %d tasks ended, but %d were taken; the pool ran one twice", finished, taken)
	}
	if t.Completed+t.Rejected+t.Unsubmitted > t.Offered {
		return fmt.Errorf("accounting: offered %d is less than completed %d + rejected %d + unsubmitted %d; the pool ran a "+
			"task twice", t.Offered, t.Completed, t.Rejected, t.Unsubmitted)
	}
	t.Abandoned = t.Offered - t.Completed - t.Rejected
	if b.setup.Params.Close == "stop" && t.Closed {
		b.discard()
	}
	if t.Leaked > 0 && b.setup.Params.Leak == "fail" {
		return fmt.Errorf("leak: %d goroutines more than before the pool was opened, a second after it was closed", t.Leaked)
	}
	return nil
}

// discard counts what a pool that was told to stop has left undone as refused: its owner wanted it so.
func (b *Bench) discard() {
	t := &b.Totals
	t.Discarded = t.Abandoned - t.Unsubmitted
	t.Rejected += t.Discarded
	t.Abandoned = t.Unsubmitted
	b.recorder.intervals[len(b.recorder.intervals)-1].Rejected += t.Discarded
}
