// SPDX-License-Identifier: GPL-3.0-or-later

package session

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"poolrig/gopool/internal/cores"
)

// resumedEnv is set by a process that executes itself.
const resumedEnv = "GOPOOL_RESUMED"

// Resumed reports whether this process has started anew.
func Resumed() bool { return os.Getenv(resumedEnv) != "" }

// startAnew executes this program again, on the work cores and with what Go reads of its environment before
// main: so every thread that the runtime ever makes is born on the work cores, and GOGC, GOMEMLIMIT,
// GOMAXPROCS and GODEBUG are as if the variant had been started with them. Returns only on an error.
func startAnew(rig int, c *configured) error {
	if _, err := unix.FcntlInt(uintptr(rig), unix.F_SETFD, 0); err != nil {
		return fmt.Errorf("descriptor %d: cannot keep it: %w", rig, err)
	}
	environment := c.setup.Params.Environment()
	procs := cores.Procs(c.work, c.setup.Load)
	if c.setup.Params.Provoke != "" {
		procs++ // a goroutine that is late to stop holds one, and what asks it to runs on another
	}
	environment["GOMAXPROCS"] = fmt.Sprint(procs)
	environment[resumedEnv] = "1"
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot start anew: %w", err)
	}
	// The main goroutine is locked to the main thread (by main's init), whose mask exec keeps.
	if err := cores.Pin("work", c.work); err != nil {
		return err
	}
	for key, value := range environment {
		if before := os.Getenv(key); key == "GODEBUG" && before != "" {
			value = before + "," + value
		}
		if err := os.Setenv(key, value); err != nil {
			return fmt.Errorf("cannot start anew: %w", err)
		}
	}
	err = syscall.Exec(program, os.Args, os.Environ())
	return fmt.Errorf("%s: cannot start anew: %w", program, err)
}
