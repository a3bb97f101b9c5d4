// SPDX-License-Identifier: GPL-3.0-or-later

package session

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"poolrig/gopool/internal/cores"
)

// resumeEnv names the descriptors that a process hands to itself: of the message `configure`, and of the
// schedule.
const resumeEnv = "GOPOOL_RESUME"

type state struct {
	message    []byte
	schedulefd int
}

// Resumed reports whether this process has started anew.
func Resumed() bool { return os.Getenv(resumeEnv) != "" }

// startAnew executes this program again, on the work cores and with what Go reads of its environment before
// main: so every thread that the runtime ever makes is born on the work cores, and GOGC, GOMEMLIMIT,
// GOMAXPROCS and GODEBUG are as if the variant had been started with them. Returns only on an error.
func startAnew(rig, schedulefd int, message []byte, c *configured) error {
	memory, err := unix.MemfdCreate("configure", 0)
	if err != nil {
		return fmt.Errorf("cannot keep the configuration: %w", err)
	}
	if n, err := unix.Write(memory, message); err != nil || n != len(message) {
		return fmt.Errorf("cannot keep the configuration: %d of %d bytes: %w", n, len(message), err)
	}
	for _, fd := range []int{rig, schedulefd} {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0); err != nil {
			return fmt.Errorf("descriptor %d: cannot keep it: %w", fd, err)
		}
	}
	environment := c.setup.Params.Environment()
	procs := cores.Procs(c.work, c.setup.Load)
	if c.setup.Params.Provoke != "" {
		procs++ // a goroutine that is late to stop holds one, and what asks it to runs on another
	}
	environment["GOMAXPROCS"] = fmt.Sprint(procs)
	environment[resumeEnv] = fmt.Sprintf("%d %d", memory, schedulefd)
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot start anew: %w", err)
	}
	// The main goroutine is locked to the main thread (by main's init), whose mask exec keeps.
	if err := cores.Pin("work", c.work); err != nil {
		return err
	}
	err = syscall.Exec(program, os.Args, with(os.Environ(), environment))
	return fmt.Errorf("%s: cannot start anew: %w", program, err)
}

// with sets variables; of GODEBUG the settings that are there stay.
func with(environment []string, set map[string]string) []string {
	result := []string{}
	for _, variable := range environment {
		key, value, _ := strings.Cut(variable, "=")
		switch own, replaced := set[key]; {
		case key == "GODEBUG" && replaced:
			set[key] = value + "," + own
		case !replaced:
			result = append(result, variable)
		}
	}
	for key, value := range set {
		result = append(result, key+"="+value)
	}
	return result
}

// resumed is what the process before this exec has handed over; nil: there was none.
func resumed() (*state, error) {
	text := os.Getenv(resumeEnv)
	if text == "" {
		return nil, nil
	}
	var memory int
	s := &state{}
	if n, err := fmt.Sscanf(text, "%d %d", &memory, &s.schedulefd); n != 2 || err != nil {
		return nil, fmt.Errorf("%s %q: not two descriptors; leave it unset", resumeEnv, text)
	}
	unix.CloseOnExec(s.schedulefd)
	file := os.NewFile(uintptr(memory), "configure")
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w; leave it unset", resumeEnv, text, err)
	}
	s.message = make([]byte, info.Size())
	if n, err := file.ReadAt(s.message, 0); n != len(s.message) {
		return nil, errors.Join(fmt.Errorf("%s: the configuration is cut", resumeEnv), err)
	}
	return s, nil
}
