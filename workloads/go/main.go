// SPDX-License-Identifier: GPL-3.0-or-later

// gopool: Go's task pools under an open-loop load, as a workload of the rig.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"poolrig/gopool/internal/link"
	"poolrig/gopool/internal/params"
	"poolrig/gopool/internal/session"
)

var version = "unknown" // set by the linker

// What main does before it executes itself again must be done on the main thread, whose mask exec keeps.
func init() {
	if !session.Resumed() {
		runtime.LockOSThread()
	}
}

// versions of Go and of the pools' libraries, as they were built in.
func versions() string {
	parts := []string{version, runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			name := strings.TrimPrefix(module.Path, "github.com/")
			if name == "golang.org/x/sys" || name == "golang.org/x/exp" || strings.HasPrefix(name, "HdrHistogram/") {
				continue // no pool's
			}
			if module.Replace != nil {
				module = module.Replace
			}
			parts = append(parts, name+" "+module.Version)
		}
	}
	return strings.Join(parts, ", ")
}

func usage(to io.Writer) {
	fmt.Fprint(to, "usage: gopool                      under poolrig, which sets POOLRIG_FD\n"+
		"       gopool --diagnose TRACE [--bound DURATION] [--json]\n"+
		"                                   name the cause of each long stop in an execution trace (bound: 1ms)\n"+
		"       gopool --help | --version\n"+
		"\nParameters (of a variant in an experiment):\n")
	params.Help(to)
	fmt.Fprint(to, "\nExit codes: 0 done; 1 failed, or the rig went away; 2 bad usage.\n")
}

// output prints what a function writes to standard output, and end where not all of it arrives.
func output(write func(to io.Writer)) {
	to := bufio.NewWriter(os.Stdout)
	write(to)
	if err := to.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "gopool: standard output: cannot write all of it:", err)
		os.Exit(1)
	}
}

func main() {
	text, underRig := os.LookupEnv("POOLRIG_FD")
	switch {
	case len(os.Args) == 2 && os.Args[1] == "--help":
		output(usage)
	case len(os.Args) == 2 && os.Args[1] == "--version":
		output(func(to io.Writer) { fmt.Fprintln(to, "gopool", versions()) })
	case len(os.Args) >= 3 && os.Args[1] == "--diagnose":
		var err error
		output(func(to io.Writer) { err = diagnoseFile(to, os.Args[2], os.Args[3:]) })
		if err != nil {
			fmt.Fprintln(os.Stderr, "gopool: --diagnose:", err)
			os.Exit(2)
		}
	case len(os.Args) == 1 && underRig:
		fd, err := strconv.Atoi(text)
		if err == nil && fd >= 0 {
			if session.Resumed() {
				fmt.Println("gopool", versions()) // the rig keeps it with the trial
			}
			err = session.Run(fd, version+" "+runtime.Version())
		} else {
			err = fmt.Errorf("POOLRIG_FD %q: not a descriptor; leave it unset", text)
		}
		if err != nil {
			if !errors.Is(err, link.ErrClosed) { // then the rig waits for no answer
				fmt.Fprintln(os.Stderr, "gopool:", err)
			}
			os.Exit(1)
		}
	default:
		usage(os.Stderr)
		os.Exit(2)
	}
}
