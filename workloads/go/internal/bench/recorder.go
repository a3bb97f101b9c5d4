// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import (
	"sync/atomic"

	"poolrig/gopool/internal/hdr"
)

// Series of latencies that are recorded.
const (
	StartLatency      = iota // actual start - intended start
	Sojourn                  // completion - intended start
	GeneratorLateness        // what the generator itself was late by
	Submit                   // time spent in Pool.Submit
	Series                   // how many
)

const (
	second = 1_000_000_000
	// IntervalNs is how long an interval of the window is; the last one may be shorter.
	IntervalNs = second
	stepCounts = 128 // looked at in a step, of one series: below a microsecond where they are zero
)

// entry is a count that is not zero: 2^32 tasks in one count of an interval are out of reach. The index counts through all
// series.
type entry struct {
	index, count uint32
}

// Interval of the window; instants are relative to the start.
type Interval struct {
	FromNs, ToNs      int64
	Offered, Rejected uint64
	entries           []entry
}

// Recorder of what happens in the window, an interval at a time. At the end of each interval the
// histograms are taken empty and kept, packed, until the window is over: encoding and sending would stop
// the generator for longer than its lateness may be. Taking is done by the generator itself, in small
// steps while it has nothing to submit. All is outside Go's heap.
//
// Record is for any goroutine; all else for the generator's, and for others once that has ended.
type Recorder struct {
	histograms     [Series]hdr.Counts
	intervals      []Interval
	beginNs, endNs int64
	cutNs          int64         // when the next interval ends
	offered        uint64        // of the open interval
	rejected       atomic.Uint64 // the same; the submitter's
	cut            int           // where the cut under way is; cutEnd when there is none
	spool          []entry       // room for the entries of intervals to come
}

const cutEnd = Series * hdr.Len

func newRecorder(warmupNs, windowNs int64) (*Recorder, error) {
	r := &Recorder{beginNs: warmupNs, endNs: warmupNs + windowNs, cutNs: warmupNs + IntervalNs, cut: cutEnd}
	capacity := int((windowNs + IntervalNs - 1) / IntervalNs)
	var err error
	for i := range r.histograms {
		if r.histograms[i], err = hdr.NewCounts(); err != nil {
			return nil, err
		}
	}
	r.intervals = make([]Interval, 0, capacity)
	// Reserved for the worst case, present as far as is to be expected.
	if r.spool, err = hdr.Memory[entry](capacity*cutEnd, false); err != nil {
		return nil, err
	}
	clear(r.spool[:capacity*Series*512])
	return r, nil
}

// Record a latency of a task.
func (r *Recorder) Record(series int, ns int64) {
	r.histograms[series].Record(ns)
}

// tick takes the time, relative to the start: where an interval is over, its cut begins. The last one is
// left open: tasks complete after the window, and are its own.
func (r *Recorder) tick(nowNs int64) {
	for nowNs >= r.cutNs && r.cutNs < r.endNs {
		r.finishCut()
		r.beginCut(r.cutNs)
		r.cutNs += IntervalNs
	}
}

func (r *Recorder) busy() bool { return r.cut < cutEnd }

func (r *Recorder) beginCut(toNs int64) {
	from := r.beginNs + int64(len(r.intervals))*IntervalNs
	r.intervals = append(r.intervals, Interval{from, toNs, r.offered, r.rejected.Swap(0), r.spool[:0]})
	r.offered, r.cut = 0, 0
}

// step takes a small part of the cut under way.
func (r *Recorder) step() {
	entries := &r.intervals[len(r.intervals)-1].entries
	series, first := r.cut/hdr.Len, r.cut%hdr.Len
	for i := range stepCounts {
		if n := r.histograms[series].Take(first + i); n > 0 {
			*entries = append(*entries, entry{uint32(r.cut + i), uint32(n)})
		}
	}
	if r.cut += stepCounts; !r.busy() {
		r.spool = r.spool[len(*entries):]
	}
}

func (r *Recorder) finishCut() {
	for r.busy() {
		r.step()
	}
}

// finish closes the last interval: nothing more is recorded.
func (r *Recorder) finish() {
	r.tick(r.endNs)
	r.finishCut()
	r.beginCut(r.endNs)
	r.finishCut()
}

// Completed tasks of the interval.
func (i *Interval) Completed() uint64 { return uint64(i.Histogram(Sojourn).TotalCount()) }

// Histogram of a series of the interval.
func (i *Interval) Histogram(series int) hdr.Sum {
	counts := make([]int64, hdr.Len)
	for _, e := range i.entries {
		if int(e.index)/hdr.Len == series {
			counts[e.index%hdr.Len] = int64(e.count)
		}
	}
	return hdr.Import(counts)
}
