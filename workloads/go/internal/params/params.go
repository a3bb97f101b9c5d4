// SPDX-License-Identifier: GPL-3.0-or-later

// Package params are those of a variant: which pool, how large, what a task does. One table gives
// parsing, errors and --help.
package params

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"poolrig/gopool/internal/provoke"
)

// Params of a variant; the rows below say what each is. Durations are in ns.
type Params struct {
	Pool                                 string
	Size, Prewarm, MaxBlocking           int64 // 0: no limit, none, no limit
	Nonblocking, Prealloc                bool
	ExpiryNs                             int64 // negative: the library's own
	Task, Pattern, Closures              string
	AllocBytes                           int64
	Submit, Close, Overload, Leak        string
	DrainNs                              int64
	DrainGiven                           bool
	GoGC, GoMemLimit                     string // for the environment; "" is Go's own
	GCTrace, HeapProfile, ExecutionTrace bool
	TraceForNs, TraceLimit, StopBoundNs  int64  // TraceForNs 0: the whole window
	Provoke, Fail                        string // a cause, a way, or ""
	FailAtNs                             int64
}

// row is a parameter: ranges, the special word and the default are as they would be written (base/field.h says the
// same of the workloads in C).
type row struct {
	key       string
	kind      kind
	field     func(p *Params) any // *int64 (-1 for the special word), *bool or *string
	low, high string
	special   string
	choices   []string
	fallback  string
	value     string
	pools     []string // that have it; nil: all
	help      string
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
	{key: "pool", kind: choice, field: func(p *Params) any { return &p.Pool }, choices: pools, value: "KIND",
		help: "kind of pool; required"},
	{key: "size", kind: count, field: func(p *Params) any { return &p.Size }, low: "0", high: "1M", fallback: "0",
		pools: []string{"fixed", "workerpool", "ants", "errgroup"}, help: "workers of fixed and workerpool; ants, errgroup: tasks at a time, 0 for no limit"},
	{key: "prewarm", kind: count, field: func(p *Params) any { return &p.Prewarm }, low: "0", high: "1M", special: "all", fallback: "0",
		pools: []string{"naive", "workerpool", "ants"}, help: "naive, workerpool, ants: workers started before `ready`"},
	{key: "nonblocking", kind: flag, field: func(p *Params) any { return &p.Nonblocking }, fallback: "false",
		pools: []string{"ants", "errgroup"}, help: "ants, errgroup: refuse a task where submitting would have to wait"},
	{key: "prealloc", kind: flag, field: func(p *Params) any { return &p.Prealloc }, fallback: "false",
		pools: []string{"ants"}, help: "ants: allocate the memory for the queue of workers at once"},
	{key: "max_blocking", kind: count, field: func(p *Params) any { return &p.MaxBlocking }, low: "0", high: "1M", special: "-1", fallback: "0",
		pools: []string{"ants"}, help: "ants, blocking: submitters that may wait at a time, 0 for no limit; -1 is passed on to ants as it is"},
	{key: "expiry", kind: duration, field: func(p *Params) any { return &p.ExpiryNs }, low: "0", high: "1h", special: "own", fallback: "own",
		pools: []string{"ants"}, help: "ants: a worker ends after this time without a task, 0 for never; own: the library's default"},
	{key: "task", kind: choice, field: func(p *Params) any { return &p.Task }, choices: []string{"wait", "cpu", "alloc"}, fallback: "wait", value: "KIND",
		help: "kind of task"},
	{key: "alloc_bytes", kind: size, field: func(p *Params) any { return &p.AllocBytes }, low: "1", high: "1G", fallback: "4K",
		help: "task=alloc: bytes that a task allocates, and holds until it is done"},
	{key: "pattern", kind: choice, field: func(p *Params) any { return &p.Pattern }, choices: []string{"fresh", "pooled", "append", "prealloc"}, fallback: "fresh", value: "HOW",
		help: "task=alloc: at once; from a sync.Pool; or a slice filled by append, without or with its capacity made"},
	{key: "closures", kind: choice, field: func(p *Params) any { return &p.Closures }, choices: []string{"fresh", "reused"}, fallback: "fresh", value: "KIND",
		help: "a closure allocated for each task, as callers in Go do, or used again"},
	{key: "submit", kind: choice, field: func(p *Params) any { return &p.Submit }, choices: []string{"relay", "direct", "goroutine", "errgroup"}, fallback: "relay", value: "HOW",
		help: "by one goroutine on the work cores, the generator's thread, a goroutine a task, or an errgroup of these"},
	{key: "close", kind: choice, field: func(p *Params) any { return &p.Close }, choices: []string{"drained", "none", "stop", "stopwait"}, fallback: "drained", value: "HOW",
		help: "when all is done; or not at all; or once all is submitted: Stop and Release, or StopWait and ReleaseTimeout"},
	{key: "overload", kind: choice, field: func(p *Params) any { return &p.Overload }, choices: []string{"reject", "spawn", "caller_runs"}, fallback: "reject", value: "POLICY",
		help: "what is done with a task that the pool refuses"},
	{key: "drain", kind: duration, field: func(p *Params) any { return &p.DrainNs }, low: "0", high: "1h", fallback: "10s",
		help: "time after the window for tasks to complete; the rig may lower it"},
	{key: "gogc", kind: count, field: func(p *Params) any { return &p.GoGC }, low: "0", high: "1M", special: "off",
		help: "as the environment's GOGC; without it Go's own, 100"},
	{key: "gomemlimit", kind: size, field: func(p *Params) any { return &p.GoMemLimit }, low: "1M", high: "1024T",
		help: "as the environment's GOMEMLIMIT; without it Go's own, none"},
	{key: "gc_trace", kind: flag, field: func(p *Params) any { return &p.GCTrace }, fallback: "false",
		help: "Go reports each collection on standard error"},
	{key: "heap_profile", kind: flag, field: func(p *Params) any { return &p.HeapProfile }, fallback: "false",
		help: "the heap's profile, when all tasks are done, as the artefact heap.pprof"},
	{key: "execution_trace", kind: flag, field: func(p *Params) any { return &p.ExecutionTrace }, fallback: "false",
		help: "a trace of the window, as the artefact trace, and the causes of its long stops, as stops.json and events"},
	{key: "trace_for", kind: duration, field: func(p *Params) any { return &p.TraceForNs }, low: "0", high: "1h", fallback: "0",
		help: "execution_trace: of the window's beginning only, 0 for all of it"},
	{key: "trace_limit", kind: size, field: func(p *Params) any { return &p.TraceLimit }, low: "1M", high: "128M", fallback: "64M",
		help: "execution_trace: its largest size; it ends there"},
	{key: "stop_bound", kind: duration, field: func(p *Params) any { return &p.StopBoundNs }, low: "0", high: "1h", fallback: "1ms",
		help: "execution_trace: the shortest stop that is diagnosed"},
	{key: "provoke", kind: choice, field: func(p *Params) any { return &p.Provoke }, choices: provoke.Causes, value: "CAUSE",
		help: "provoke a long stop"},
	{key: "leak", kind: choice, field: func(p *Params) any { return &p.Leak }, choices: []string{"record", "fail"}, fallback: "record", value: "POLICY",
		help: "goroutines left when the pool is closed: recorded, or an error as well"},
	{key: "fail", kind: choice, field: func(p *Params) any { return &p.Fail }, choices: []string{"panic", "deadlock", "leak", "memory", "silence"}, value: "HOW",
		help: "for tests: fail on purpose"},
	{key: "fail_at", kind: duration, field: func(p *Params) any { return &p.FailAtNs }, low: "0", high: "1h", fallback: "0",
		help: "for tests: when it fails, after the load's start"},
}

// Parse all that a JSON object has, and check it.
func Parse(object json.RawMessage) (p Params, err error) {
	for i := range rows {
		if rows[i].fallback != "" {
			_ = rows[i].set(&p, rows[i].fallback)
		}
	}
	var values map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(object)))
	decoder.UseNumber()
	if len(object) == 0 {
		return p, errors.New("params: missing; give an object of the variant's parameters")
	}
	if err := decoder.Decode(&values); err != nil || values == nil {
		return p, errors.New("params: not an object; give an object of the variant's parameters")
	}
	given := slices.Sorted(maps.Keys(values))
	for _, key := range given {
		text, err := textOf(values[key])
		if err == nil {
			err = p.set(key, text)
		}
		if err != nil {
			return p, fmt.Errorf("params: %s %w", key, err)
		}
	}
	p.DrainGiven = slices.Contains(given, "drain")
	if err := p.check(given); err != nil {
		return p, fmt.Errorf("params: %w", err)
	}
	return p, nil
}

func textOf(value any) (string, error) {
	what := "{...}"
	switch v := value.(type) {
	case string, json.Number, bool:
		return fmt.Sprint(v), nil
	case nil:
		what = "null"
	case []any:
		what = "[...]"
	}
	return "", fmt.Errorf("%q: not a value; give a string, a number or a boolean", what)
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
	number := int64(-1)
	switch {
	case r.special != "" && text == r.special:
	case r.kind == flag:
		value, known := flags[text]
		if !known {
			return fmt.Errorf("%q: not a boolean; use true or false", text)
		}
		*r.field(p).(*bool) = value
		return nil
	case r.kind == choice:
		if !slices.Contains(r.choices, text) {
			return fmt.Errorf("%q: unknown; use %s", text, anyOf(r.choices))
		}
	default:
		if number, err = r.kind.parse(text); err != nil {
			return err
		}
		low, _ := r.kind.parse(r.low)
		if high, _ := r.kind.parse(r.high); number < low || number > high {
			return fmt.Errorf("%q: out of range; use %s", text, r.accepts())
		}
		text = fmt.Sprint(number)
	}
	switch field := r.field(p).(type) {
	case *string:
		*field = text
	case *int64:
		*field = number
	}
	return nil
}

// accepts is what may be written.
func (r *row) accepts() string {
	switch {
	case r.kind == flag:
		return "true or false"
	case r.kind == choice:
		return anyOf(r.choices)
	case r.special != "":
		return r.low + " to " + r.high + ", or " + r.special
	}
	return r.low + " to " + r.high
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
	for i := range rows {
		if r := &rows[i]; slices.Contains(given, r.key) && r.pools != nil && !slices.Contains(r.pools, p.Pool) {
			return fmt.Errorf("%s: the pool %q has no such option; leave it out", r.key, p.Pool)
		}
	}
	switch {
	case (p.Pool == "workerpool" || p.Pool == "fixed") && p.Size == 0:
		return fmt.Errorf("size: missing; %s needs 1 worker or more", p.Pool)
	case submitPools[p.Submit] != nil && !slices.Contains(submitPools[p.Submit], p.Pool):
		return fmt.Errorf("submit %q: not to the pool %q; use %s, or submit by relay", p.Submit, p.Pool,
			anyOf(submitPools[p.Submit]))
	case p.Close != "drained" && !slices.Contains(closePools, p.Pool):
		return fmt.Errorf("close %q: the pool %q has nothing to be closed; leave it out", p.Close, p.Pool)
	case p.Prewarm < 0 && p.Size == 0:
		return errors.New(`prewarm "all": size is not given; give it, or a number`)
	case p.Size > 0 && p.Prewarm > p.Size:
		return fmt.Errorf("prewarm \"%d\": more than size; give at most %d, or all", p.Prewarm, p.Size)
	case p.Prealloc && p.Size == 0:
		return errors.New("prealloc: size is not given; ants needs it to take memory at once")
	case p.Nonblocking && p.MaxBlocking != 0:
		return fmt.Errorf("max_blocking \"%d\": a non-blocking pool has none; leave it out, or set nonblocking to false",
			p.MaxBlocking)
	case p.Task != "alloc" && slices.Contains(given, "pattern"):
		return fmt.Errorf("pattern \"%s\": a task of kind %q allocates nothing; set task to alloc, or leave it out",
			p.Pattern, p.Task)
	case !p.ExecutionTrace && slices.ContainsFunc(given, isOfTrace):
		return fmt.Errorf("%s: there is no trace; set execution_trace to true, or leave it out",
			given[slices.IndexFunc(given, isOfTrace)])
	case p.Fail == "" && slices.Contains(given, "fail_at"):
		return errors.New("fail_at: nothing is to fail; say what by fail, or leave it out")
	}
	if p.Prewarm < 0 {
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
	if p.DrainGiven {
		return fmt.Errorf("params: drain \"%s\": the rig lets tasks run for %s after the window; lower it, or raise load.drain",
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
	trace := ""
	if p.GCTrace {
		trace = "gctrace=1"
	}
	environment := map[string]string{
		"GOGC":       p.GoGC,
		"GOMEMLIMIT": p.GoMemLimit,
		"GODEBUG":    strings.Trim(trace+","+provoke.Godebug(p.Provoke), ","),
	}
	maps.DeleteFunc(environment, func(_, value string) bool { return value == "" })
	return environment
}

// Help is a line or more a parameter, 80 columns wide.
func Help(to io.Writer) {
	const column = 26
	for i := range rows {
		r := &rows[i]
		value, more := r.value, r.accepts()
		if value == "" {
			value = kinds[r.kind].value
		}
		if r.fallback != "" {
			more += "; default " + r.fallback
		}
		at, _ := fmt.Fprintf(to, "  %-*s", column-3, r.key+"="+value)
		for _, word := range strings.Fields(r.help + " (" + more + ")") {
			if at+1+len(word) > 80 {
				at, _ = fmt.Fprintf(to, "\n%*s", column-1, "")
				at--
			}
			n, _ := fmt.Fprintf(to, " %s", word)
			at += n
		}
		fmt.Fprintln(to)
	}
}
