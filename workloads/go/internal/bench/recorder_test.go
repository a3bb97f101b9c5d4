// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import "testing"

// What is recorded while an interval is open is in it; nothing is lost, whatever the cut's steps.
func TestIntervals(t *testing.T) {
	r, err := newRecorder(0, 2*second+second/2)
	if err != nil {
		t.Fatal(err)
	}
	now := int64(0)
	for i := int64(0); i < 2500; i++ {
		now = i * 1_000_000
		r.tick(now)
		if r.busy() {
			r.step()
		}
		r.offered++
		r.Record(Sojourn, 100*(i+1))
	}
	r.rejected.Add(7)
	r.finish()
	if len(r.intervals) != 3 {
		t.Fatalf("%d intervals", len(r.intervals))
	}
	var completed uint64
	for i, interval := range r.intervals {
		wanted := []uint64{1000, 1000, 500}[i]
		if interval.Offered != wanted {
			t.Errorf("interval %d: offered %d, expected %d", i, interval.Offered, wanted)
		}
		completed += interval.Completed()
		if total := interval.Histogram(Sojourn).TotalCount(); total != int64(interval.Completed()) {
			t.Errorf("interval %d: the histogram has %d of %d", i, total, interval.Completed())
		}
	}
	last := r.intervals[2]
	if completed != 2500 || last.Rejected != 7 || last.ToNs != 2*second+second/2 {
		t.Errorf("completed %d, rejected %d, to %d", completed, last.Rejected, last.ToNs)
	}
}
