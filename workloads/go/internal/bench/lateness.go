// SPDX-License-Identifier: GPL-3.0-or-later

package bench

// waitedNs is the time from which on a submit has slept or run the task itself.
const waitedNs = 100_000

// lateness is by how much the generator itself is late, as opposed to the pool keeping it. Beside the real
// generator an ideal one is followed, which takes no time of its own and is never preempted, but is kept
// in Submit as long as the real one was (Lindley's recursion):
//
//	begin'(i) = max(intended(i), end'(i-1)),   end'(i) = begin'(i) + (end(i) - begin(i))
//
// Its lateness is begin(i) - begin'(i). Where a submit waited for the pool, end'(i) = end(i), and what
// comes after is the pool's. The same as workloads/poolbench/lateness.h.
type lateness struct {
	beginNs, freeNs int64 // of the ideal generator: begin of this task, end of the last
}

func (l *lateness) begin(intended, begin int64) int64 {
	l.beginNs = max(intended, l.freeNs)
	return max(begin-l.beginNs, 0)
}

// end is called when the overload policy of a refused task has ended, too.
func (l *lateness) end(begin, end int64) {
	if end-begin >= waitedNs {
		l.freeNs = end
	} else {
		l.freeNs = l.beginNs + (end - begin)
	}
}
