// SPDX-License-Identifier: GPL-3.0-or-later

// Package cores pins threads. The threads of a Go runtime come and go by themselves; each inherits the
// mask of the one that makes it. So the process starts its runtime anew on the work cores, and the
// generator's thread alone moves to the load cores: Go makes no thread from one that is locked to its
// goroutine (it keeps a template thread for that), so none is born there.
package cores

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Set of CPUs, with the list that it was made from.
type Set struct {
	List string
	CPUs unix.CPUSet
}

// Parse a list such as "1-3,5".
func Parse(list string) (Set, error) {
	set := Set{List: list}
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, err := strconv.Atoi(first)
		to := from
		if err == nil && isRange {
			to, err = strconv.Atoi(last)
		}
		if err != nil || from < 0 || to < from || to >= 1024 {
			return set, fmt.Errorf("%q: not a list of CPUs; write it as \"1-3,5\"", list)
		}
		for cpu := from; cpu <= to; cpu++ {
			set.CPUs.Set(cpu)
		}
	}
	return set, nil
}

// Pin the calling thread (and what it will exec) to a role's CPUs.
func Pin(role string, set Set) error {
	if err := unix.SchedSetaffinity(0, &set.CPUs); err != nil {
		return fmt.Errorf("roles.%s %q: cannot run there: %w; is it in this cell's cpuset?", role, set.List, err)
	}
	return nil
}

// Procs is what GOMAXPROCS must be: the spinning generator holds one of Go's processors for itself, for
// each CPU of the load, and the pool has all the others. Newer Go would count the mask, which is the work
// cores alone, and the pool would have none left: P50 is 20 ms then.
func Procs(work, load Set) int {
	all := work.CPUs
	for i, some := range load.CPUs {
		all[i] |= some
	}
	return max(all.Count(), 2)
}
