// SPDX-License-Identifier: GPL-3.0-or-later

// Package params are those of a variant: which pool, how large, what a task does. One table gives
// parsing, errors and --help.
package params

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"poolrig/gopool/internal/provoke"
)

// Params of a variant. Durations are in ns.
type Params struct {
	Pool        string
	Size        int64 // workers, or tasks at a time; 0: no limit
	Prewarm     int64 // workers made before `ready`
	PrewarmAll  bool
	Nonblocking bool
	Prealloc    bool
	MaxBlocking int64  // 0: no bound
	Expiry      string // as given; "" is the library's own
	ExpiryNs    int64
	Task        string
	AllocBytes  int64
	Pattern     string // of an alloc task: fresh, pooled, append or prealloc
	Closures    string // fresh or reused
	Submit      string // relay, direct, goroutine or errgroup
	Close       string // drained, none, stop or stopwait
	Overload    string
	Drain       string // as given; "" where it was not
	DrainNs     int64
	GoGC        string // for the environment; "" is Go's own
	GoMemLimit  string
	GCTrace     bool
	HeapProfile bool

	ExecutionTrace bool
	TraceForNs     int64 // 0: the whole window
	TraceLimit     int64
	StopBoundNs    int64
	Provoke        string // a cause, or ""

	Fail     string
	FailAtNs int64
	Leak     string // record or fail
}

type kind int

const (
	count kind = iota
	bound      // a count, or -1, which a library may take for something of its own
	size
	duration
	flag
	choice
	prewarm
	gogc
)

type row struct {
	key      string
	kind     kind
	min, max int64
	choices  []string
	value    string
	help     string
	field    func(p *Params) any     // *int64, *bool or *string
	text     func(p *Params) *string // where the text itself is kept as well
}

const hour = int64(3600e9)

// Pools that there are, and the options each has beyond those that all have.
var poolOptions = map[string][]string{
	"naive":      {"prewarm"},
	"fixed":      {"size"},
	"raw":        {},
	"workerpool": {"size", "prewarm"},
	"ants":       {"size", "prewarm", "nonblocking", "prealloc", "max_blocking", "expiry"},
	"errgroup":   {"size", "nonblocking"},
}

var pools = []string{"naive", "fixed", "raw", "workerpool", "ants", "errgroup"}

// Ways to submit and to close that not every pool has, and the pools that do: any number of goroutines may
// submit to them at a time, and (the first) none of them panics where it comes when the pool is closed.
var submitPools = map[string][]string{
	"goroutine": {"fixed", "ants"},
	"errgroup":  {"fixed", "workerpool", "ants"},
}

var closePools = []string{"naive", "fixed", "workerpool", "ants"}

var rows = []row{
	{key: "pool", kind: choice, choices: pools, value: "KIND",
		help: "naive, fixed, raw, workerpool, ants or errgroup; required", field: func(p *Params) any { return &p.Pool }},
	{key: "size", kind: count, max: 1000000, value: "N",
		help:  "workers of fixed and workerpool; ants, errgroup: tasks at a time, 0 for no limit",
		field: func(p *Params) any { return &p.Size }},
	{key: "prewarm", kind: prewarm, max: 1000000, value: "N|all",
		help: "naive, workerpool, ants: workers made before `ready` (0)", field: func(p *Params) any { return &p.Prewarm }},
	{key: "nonblocking", kind: flag, value: "BOOL",
		help:  "ants, errgroup: refuse a task where submitting would have to wait (false)",
		field: func(p *Params) any { return &p.Nonblocking }},
	{key: "prealloc", kind: flag, value: "BOOL",
		help: "ants: memory for the queue of workers is taken at once (false)", field: func(p *Params) any { return &p.Prealloc }},
	{key: "max_blocking", kind: bound, min: -1, max: 1000000, value: "N",
		help:  "ants, blocking: submitters that may wait at a time, 0 for any number (0); -1 is passed on to ants as it is",
		field: func(p *Params) any { return &p.MaxBlocking }},
	{key: "expiry", kind: duration, max: hour, value: "DURATION",
		help:  "ants: a worker idle for so long ends, 0 for never (the library's own)",
		field: func(p *Params) any { return &p.ExpiryNs }, text: func(p *Params) *string { return &p.Expiry }},
	{key: "task", kind: choice, choices: []string{"wait", "cpu", "alloc"}, value: "KIND",
		help: "wait, cpu or alloc (wait)", field: func(p *Params) any { return &p.Task }},
	{key: "alloc_bytes", kind: size, min: 1, max: 1 << 30, value: "BYTES",
		help: "what an alloc task allocates, and holds until it is done (4K)", field: func(p *Params) any { return &p.AllocBytes }},
	{key: "pattern", kind: choice, choices: []string{"fresh", "pooled", "append", "prealloc"}, value: "HOW",
		help:  "alloc: at once; from a sync.Pool; or a slice filled by append, without or with its capacity made (fresh)",
		field: func(p *Params) any { return &p.Pattern }},
	{key: "closures", kind: choice, choices: []string{"fresh", "reused"}, value: "KIND",
		help:  "a closure allocated for each task, as callers in Go do, or used again (fresh)",
		field: func(p *Params) any { return &p.Closures }},
	{key: "submit", kind: choice, choices: []string{"relay", "direct", "goroutine", "errgroup"}, value: "HOW",
		help:  "by one goroutine on the work cores, the generator's thread, a goroutine a task, or an errgroup of these (relay)",
		field: func(p *Params) any { return &p.Submit }},
	{key: "close", kind: choice, choices: []string{"drained", "none", "stop", "stopwait"}, value: "HOW",
		help:  "when all is done; or not at all; or once all is submitted: Stop and Release, or StopWait and ReleaseTimeout (drained)",
		field: func(p *Params) any { return &p.Close }},
	{key: "overload", kind: choice, choices: []string{"reject", "spawn", "caller_runs"}, value: "POLICY",
		help: "what becomes of a refused task (reject)", field: func(p *Params) any { return &p.Overload }},
	{key: "drain", kind: duration, max: hour, value: "DURATION",
		help:  "how long after the window tasks may still complete (10s, or less where the rig says so)",
		field: func(p *Params) any { return &p.DrainNs }, text: func(p *Params) *string { return &p.Drain }},
	{key: "gogc", kind: gogc, max: 1000000, value: "PERCENT|off",
		help: "as the environment's GOGC (Go's own: 100)", text: func(p *Params) *string { return &p.GoGC }},
	{key: "gomemlimit", kind: size, min: 1 << 20, max: 1 << 50, value: "BYTES",
		help: "as the environment's GOMEMLIMIT (Go's own: none)", text: func(p *Params) *string { return &p.GoMemLimit }},
	{key: "gc_trace", kind: flag, value: "BOOL",
		help: "Go tells every collection on standard error (false)", field: func(p *Params) any { return &p.GCTrace }},
	{key: "heap_profile", kind: flag, value: "BOOL",
		help: "the heap's profile, when all tasks are done, as the artefact heap.pprof (false)", field: func(p *Params) any { return &p.HeapProfile }},
	{key: "execution_trace", kind: flag, value: "BOOL",
		help:  "of the window, as the artefact trace, and what its long stops were, as stops.json and events (false)",
		field: func(p *Params) any { return &p.ExecutionTrace }},
	{key: "trace_for", kind: duration, max: hour, value: "DURATION",
		help: "execution_trace: of the window's beginning only, 0 for all of it (0)", field: func(p *Params) any { return &p.TraceForNs }},
	{key: "trace_limit", kind: size, min: 1 << 20, max: 128 << 20, value: "BYTES",
		help: "execution_trace: it ends when it is so large (64M)", field: func(p *Params) any { return &p.TraceLimit }},
	{key: "stop_bound", kind: duration, max: hour, value: "DURATION",
		help: "execution_trace: stops from so long on are diagnosed (1ms)", field: func(p *Params) any { return &p.StopBoundNs }},
	{key: "provoke", kind: choice, choices: provoke.Causes, value: "CAUSE",
		help:  "to see a long stop: mark-termination, sweep-termination, safe-point or finalizer",
		field: func(p *Params) any { return &p.Provoke }},
	{key: "leak", kind: choice, choices: []string{"record", "fail"}, value: "POLICY",
		help:  "goroutines left when the pool is closed: recorded, or an error as well (record)",
		field: func(p *Params) any { return &p.Leak }},
	{key: "fail", kind: choice, choices: []string{"panic", "deadlock", "leak", "memory", "silence"}, value: "HOW",
		help: "for tests: what goes wrong on purpose", field: func(p *Params) any { return &p.Fail }},
	{key: "fail_at", kind: duration, max: hour, value: "DURATION",
		help: "for tests: when it does, after the load's start (0)", field: func(p *Params) any { return &p.FailAtNs }},
}

// Defaults of all but the pool.
func Defaults() Params {
	return Params{Task: "wait", AllocBytes: 4096, Pattern: "fresh", Closures: "fresh", Submit: "relay", Close: "drained", Overload: "reject", DrainNs: 10e9, Leak: "record",
		TraceLimit: 64 << 20, StopBoundNs: 1e6}
}

// Parse all that a JSON object has, and check it.
func Parse(object json.RawMessage) (Params, error) {
	p := Defaults()
	var values map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(object)))
	decoder.UseNumber()
	if len(object) == 0 {
		return p, errors.New("params: missing; give an object of the variant's parameters")
	}
	if err := decoder.Decode(&values); err != nil || values == nil {
		return p, errors.New("params: not an object; give an object of the variant's parameters")
	}
	given := make([]string, 0, len(values))
	for key := range values {
		given = append(given, key)
	}
	slices.Sort(given)
	for _, key := range given {
		text, err := textOf(values[key])
		if err == nil {
			err = p.set(key, text)
		}
		if err != nil {
			return p, fmt.Errorf("params: %s: %w", key, err)
		}
	}
	if err := p.check(given); err != nil {
		return p, fmt.Errorf("params: %w", err)
	}
	return p, nil
}

func textOf(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case bool:
		return fmt.Sprint(v), nil
	case nil:
		return "", errors.New(`"null": not a value; give a string, a number or a boolean`)
	case []any:
		return "", errors.New(`"[...]": not a value; give a string, a number or a boolean`)
	}
	return "", errors.New(`"{...}": not a value; give a string, a number or a boolean`)
}

func (p *Params) set(key, text string) error {
	known := make([]string, len(rows))
	for i := range rows {
		if rows[i].key == key {
			return rows[i].set(p, text)
		}
		known[i] = rows[i].key
	}
	return fmt.Errorf("%q: no such parameter; there are %s", text, strings.Join(known, ", "))
}

func (r *row) set(p *Params, text string) (err error) {
	var number int64
	switch r.kind {
	case flag:
		*r.field(p).(*bool), err = parseFlag(text)
		return err
	case choice:
		if !slices.Contains(r.choices, text) {
			return fmt.Errorf("%q: unknown; use %s", text, anyOf(r.choices))
		}
		*r.field(p).(*string) = text
		return nil
	case prewarm:
		if p.PrewarmAll = text == "all"; p.PrewarmAll {
			return nil
		}
		number, err = parseCount(text)
	case gogc:
		if text == "off" {
			*r.text(p) = text
			return nil
		}
		number, err = parseCount(text)
	case bound:
		if text == "-1" {
			number = -1
		} else {
			number, err = parseCount(text)
		}
	case count:
		number, err = parseCount(text)
	case size:
		number, err = parseBytes(text)
	case duration:
		number, err = parseDuration(text)
	}
	if err != nil {
		return err
	}
	if number < r.min {
		return fmt.Errorf("%q: too small; the least is %d", text, r.min)
	}
	if number > r.max {
		return fmt.Errorf("%q: too large; the most is %d", text, r.max)
	}
	if r.text != nil {
		*r.text(p) = fmt.Sprint(number)
	}
	if r.field != nil {
		*r.field(p).(*int64) = number
	}
	return nil
}

// anyOf is "wait, cpu or alloc".
func anyOf(choices []string) string {
	last := len(choices) - 1
	if last < 1 {
		return strings.Join(choices, "")
	}
	return strings.Join(choices[:last], ", ") + " or " + choices[last]
}

// check what can only be judged when all are known.
func (p *Params) check(given []string) error {
	if p.Pool == "" {
		return fmt.Errorf("pool: missing; use %s", anyOf(pools))
	}
	for _, key := range []string{"size", "prewarm", "nonblocking", "prealloc", "max_blocking", "expiry"} {
		if slices.Contains(given, key) && !slices.Contains(poolOptions[p.Pool], key) {
			return fmt.Errorf("%s: the pool %q has no such option; leave it out", key, p.Pool)
		}
	}
	switch {
	case (p.Pool == "workerpool" || p.Pool == "fixed") && p.Size == 0:
		return fmt.Errorf("size: missing; %s needs 1 worker or more", p.Pool)
	case submitPools[p.Submit] != nil && !slices.Contains(submitPools[p.Submit], p.Pool):
		return fmt.Errorf("submit: %q: not to the pool %q; use %s, or submit by relay", p.Submit, p.Pool,
			anyOf(submitPools[p.Submit]))
	case p.Close != "drained" && !slices.Contains(closePools, p.Pool):
		return fmt.Errorf("close: %q: the pool %q has nothing to be closed; leave it out", p.Close, p.Pool)
	case p.PrewarmAll && p.Size == 0:
		return errors.New(`prewarm: "all": size is not given; give it, or a number`)
	case p.Size > 0 && p.Prewarm > p.Size:
		return fmt.Errorf("prewarm: \"%d\": more than size; give at most %d, or all", p.Prewarm, p.Size)
	case p.Prealloc && p.Size == 0:
		return errors.New("prealloc: size is not given; ants needs it to take memory at once")
	case p.Nonblocking && p.MaxBlocking != 0:
		return fmt.Errorf("max_blocking: \"%d\": a non-blocking pool has none; leave it out, or set nonblocking to false",
			p.MaxBlocking)
	case p.Task != "alloc" && slices.Contains(given, "pattern"):
		return fmt.Errorf("pattern: \"%s\": a task of kind %q allocates nothing; set task to alloc, or leave it out",
			p.Pattern, p.Task)
	case !p.ExecutionTrace && slices.ContainsFunc(given, isOfTrace):
		return fmt.Errorf("%s: there is no trace; set execution_trace to true, or leave it out",
			given[slices.IndexFunc(given, isOfTrace)])
	case p.Fail == "" && slices.Contains(given, "fail_at"):
		return errors.New("fail_at: nothing is to fail; say what by fail, or leave it out")
	}
	if p.PrewarmAll {
		p.Prewarm = p.Size
	}
	return nil
}

// LimitDrain to what the rig lets tasks run after the window: the default is lowered to it, and what was asked for is
// kept or refused.
func (p *Params) LimitDrain(mostNs int64) error {
	if p.DrainNs <= mostNs {
		return nil
	}
	if p.Drain != "" {
		return fmt.Errorf("params: drain: %q: the rig lets tasks run for %s after the window; lower it, or raise load.drain",
			time.Duration(p.DrainNs), time.Duration(mostNs))
	}
	p.DrainNs = mostNs
	return nil
}

func isOfTrace(key string) bool {
	return key == "trace_for" || key == "trace_limit" || key == "stop_bound"
}

// Environment that Go reads before main.
func (p *Params) Environment() map[string]string {
	env := map[string]string{}
	if p.GoGC != "" {
		env["GOGC"] = p.GoGC
	}
	if p.GoMemLimit != "" {
		env["GOMEMLIMIT"] = p.GoMemLimit
	}
	debug := []string{}
	if p.GCTrace {
		debug = append(debug, "gctrace=1")
	}
	if setting := provoke.Godebug(p.Provoke); setting != "" {
		debug = append(debug, setting)
	}
	if len(debug) > 0 {
		env["GODEBUG"] = strings.Join(debug, ",")
	}
	return env
}

// Help is a line a parameter.
func Help(to io.Writer) {
	for i := range rows {
		fmt.Fprintf(to, "  %-22s %s\n", rows[i].key+"="+rows[i].value, rows[i].help)
	}
}
