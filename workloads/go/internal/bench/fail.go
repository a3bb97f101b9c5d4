// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import (
	"time"

	"poolrig/gopool/internal/clock"
)

// armFailure has the next task after an instant go wrong, where the variant's parameters want that: the
// tests of the rig see how it takes what Go workloads die of.
func (b *Bench) armFailure(startNs int64) {
	p := &b.setup.Params
	if p.Fail == "" {
		return
	}
	time.AfterFunc(time.Duration(startNs+p.FailAtNs-clock.Now()), func() { b.failing.Store(true) })
}

// failNow is called by tasks. One panics or takes all memory; all of them block, or leak a goroutine each.
func (b *Bench) failNow() {
	switch b.setup.Params.Fail {
	case "panic":
		if b.failOnce.CompareAndSwap(false, true) {
			panic(errOnPurpose)
		}
	case "deadlock":
		select {}
	case "leak":
		go func() { select {} }()
	case "memory":
		if b.failOnce.CompareAndSwap(false, true) {
			var hoard [][]byte
			for {
				memory := make([]byte, 1<<20)
				touch(memory)
				hoard = append(hoard, memory)
			}
		}
	}
}
