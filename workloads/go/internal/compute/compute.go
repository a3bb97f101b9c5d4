// SPDX-License-Identifier: GPL-3.0-or-later

// Package compute uses CPU time, and nothing else. poolbench computes the same.
package compute

import (
	"math"
	"sync/atomic"
	"time"
)

// kept is written, so that the compiler can't leave out what is computed.
var kept atomic.Uint64

// Steps are computed, each of which needs the one before it (a linear congruential generator, Knuth's constants), so that
// nothing can shorten them. There is no call in the loop: with asyncpreemptoff=1 it runs to its end.
//
//go:noinline
func Steps(n int64) {
	x := uint64(n)
	for range n {
		x = x*6364136223846793005 + 1442695040888963407
	}
	kept.Store(x)
}

// PerNs measures steps in a ns on an idle core: the best of several attempts, 30 ms in all.
func PerNs() float64 {
	const steps = 1_000_000
	best := time.Duration(math.MaxInt64)
	for range 20 {
		begin := time.Now()
		Steps(steps)
		best = min(best, time.Since(begin))
	}
	return steps / float64(max(best, 1))
}
