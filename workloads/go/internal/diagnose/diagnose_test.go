// SPDX-License-Identifier: GPL-3.0-or-later

package diagnose

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime/trace"
	"slices"
	"strings"
	"testing"
	"time"

	"poolrig/gopool/internal/clock"
	"poolrig/gopool/internal/provoke"
)

// Set in the process that is provoked: Go reads GODEBUG before main, so each case is a process of its own.
const causeEnv, fileEnv = "GOPOOL_TEST_PROVOKE", "GOPOOL_TEST_TRACE"

func TestMain(m *testing.M) {
	if cause := os.Getenv(causeEnv); cause != "" {
		if err := provokeInto(os.Getenv(fileEnv), cause); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func provokeInto(path, cause string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	p := provoke.New(cause)
	start := clock.Now()
	if err := trace.Start(file); err != nil {
		return err
	}
	trace.Log(context.Background(), StartKey, fmt.Sprint(start))
	for range 3 {
		p.Once()
	}
	trace.Stop()
	return file.Close()
}

var traces = map[string][]byte{} // that were made already

func traceOf(t *testing.T, cause string) []byte {
	t.Helper()
	if data, made := traces[cause]; made {
		return data
	}
	path := t.TempDir() + "/trace"
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "GODEBUG="+provoke.Godebug(cause), "GOMAXPROCS=3", causeEnv+"="+cause, fileEnv+"="+path)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cause, err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	traces[cause] = data
	return data
}

// What was provoked is found in the trace, and named; what else this machine did meanwhile may be there, too.
func TestProvoked(t *testing.T) {
	for _, test := range []struct {
		provoked, cause, function string
		world                     bool
	}{
		{"mark-termination", MarkTermination, "", true},
		{"sweep-termination", SweepTermination, "", true},
		{"safe-point", SafePoint, "holdUpCollection", true},
		{"finalizer", Finalizers, "holdUpCollection", true},
		{"finalizer", Finalizers, "finalize", false},
	} {
		data := traceOf(t, test.provoked)
		result, err := Trace(bytes.NewReader(data), 4*time.Millisecond)
		if err != nil {
			t.Fatalf("%s: %v", test.provoked, err)
		}
		text := &strings.Builder{}
		result.Text(text)
		if !slices.ContainsFunc(result.Stops, func(s Stop) bool {
			return s.Cause == test.cause && s.World == test.world && strings.Contains(s.Function, test.function)
		}) {
			t.Errorf("%s: no stop of cause %q:\n%s", test.provoked, test.cause, text)
		}
		if result.Cut != "" || result.WorldStops == 0 || result.LongestNs > result.WorldStopsNs {
			t.Errorf("%s: %s", test.provoked, text)
		}
	}
}

// Of the others, nothing is blamed on what was not there.
func TestNotProvoked(t *testing.T) {
	result, err := Trace(bytes.NewReader(traceOf(t, "safe-point")), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, stop := range result.Stops {
		if stop.Cause == Finalizers {
			t.Errorf("%+v", stop)
		}
		if stop.World && stop.LengthNs < stop.StoppingNs {
			t.Errorf("longer in stopping than in all: %+v", stop)
		}
		// The start was a moment before the trace, and no stop lies before or after it.
		if stop.AtNs < 0 || stop.AtNs < result.FromNs || stop.AtNs+stop.LengthNs > result.ToNs {
			t.Errorf("not in %d..%d: %+v", result.FromNs, result.ToNs, stop)
		}
	}
	if result.FromNs < 0 || int64(len(result.Stops)) < result.WorldStops {
		t.Errorf("from %d; %d stops, %d of the world", result.FromNs, len(result.Stops), result.WorldStops)
	}
}

func TestDamaged(t *testing.T) {
	data := traceOf(t, "safe-point")
	for _, bad := range [][]byte{nil, []byte("go 1.26 trace"), []byte("#!/bin/sh\necho this is no trace\n")} {
		if result, err := Trace(bytes.NewReader(bad), 0); err == nil {
			t.Errorf("%q: %+v", bad, result)
		}
	}
	whole, err := Trace(bytes.NewReader(data), 0)
	if err != nil {
		t.Fatal(err)
	}
	// What comes before the damage counts. Where not even the beginning can be read there is an error.
	for i := range 6 {
		cut := data[:len(data)*i/6]
		if result, err := Trace(bytes.NewReader(cut), 0); err == nil && result.Events >= whole.Events {
			t.Errorf("%d of %d bytes: %d of %d events", len(cut), len(data), result.Events, whole.Events)
		}
		flipped := bytes.Clone(data)
		flipped[len(data)*i/6] ^= 0x55
		_, _ = Trace(bytes.NewReader(flipped), 0) // no panic
	}
}
