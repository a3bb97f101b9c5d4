// SPDX-License-Identifier: GPL-3.0-or-later

package cores

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestParse(t *testing.T) {
	set, err := Parse("1-3,5")
	if err != nil || set.CPUs != (unix.CPUSet{1<<1 | 1<<2 | 1<<3 | 1<<5}) {
		t.Errorf("%v: %v", set, err)
	}
	for _, list := range []string{"", "x", "3-1", "1-", "-1", "1,,2", "1024", "0-99999999999"} {
		if set, err := Parse(list); err == nil {
			t.Errorf("%q was taken as %v", list, set)
		}
	}
}

// The generator spins on one of Go's processors: there must be another for the pool, even on one CPU.
func TestProcs(t *testing.T) {
	for _, c := range []struct {
		work, load string
		procs      int
	}{{"1", "0", 2}, {"1-3", "0", 4}, {"0", "0", 2}, {"0-3", "3", 4}} {
		work, _ := Parse(c.work)
		load, _ := Parse(c.load)
		if got := Procs(work, load); got != c.procs {
			t.Errorf("work %s, load %s: %d, expected %d", c.work, c.load, got, c.procs)
		}
	}
}
