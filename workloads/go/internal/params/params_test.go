// SPDX-License-Identifier: GPL-3.0-or-later

package params

import (
	"strings"
	"testing"
)

func TestGood(t *testing.T) {
	p, err := Parse([]byte(`{"pool": "ants", "size": "2k", "nonblocking": "yes", "prewarm": "all", "expiry": "1.5s",
		"task": "alloc", "alloc_bytes": "8K", "pattern": "prealloc", "gogc": "off", "gomemlimit": "64M", "gc_trace": true, "drain": "0"}`))
	if err != nil {
		t.Fatal(err)
	}
	if p.Size != 2000 || p.Prewarm != 2000 || !p.Nonblocking || p.ExpiryNs != 1.5e9 || p.AllocBytes != 8192 || p.DrainNs != 0 ||
		p.Pattern != "prealloc" {
		t.Errorf("%+v", p)
	}
	env := p.Environment()
	if env["GOGC"] != "off" || env["GOMEMLIMIT"] != "67108864" || env["GODEBUG"] != "gctrace=1" {
		t.Errorf("%v", env)
	}
	if p, err = Parse([]byte(`{"pool": "naive"}`)); err != nil || len(p.Environment()) != 0 || p.DrainNs != 10e9 ||
		p.Pattern != "fresh" {
		t.Errorf("%v: %+v", err, p)
	}
}

// Each names the key, the value, the reason and the way out.
func TestBad(t *testing.T) {
	for params, words := range map[string]string{
		``:                   "params: missing; give an object",
		`[]`:                 "params: not an object",
		`{}`:                 "params: pool: missing; use naive, fixed, raw, workerpool, ants or errgroup",
		`{"pool": "static"}`: `params: pool "static": unknown; use naive`,
		`{"pool": "fixed"}`:  "size: missing; fixed needs 1 worker or more",
		`{"pool": "fixed", "size": 2, "prewarm": 1}`:                      `prewarm: the pool "fixed" has no such option`,
		`{"pool": "naive", "submit": "errgroup"}`:                         `submit "errgroup": not to the pool "naive"; use fixed, workerpool or ants`,
		`{"pool": "workerpool", "size": 2, "submit": "goroutine"}`:        `submit "goroutine": not to the pool "workerpool"; use fixed or ants`,
		`{"pool": "raw", "close": "stop"}`:                                `close "stop": the pool "raw" has nothing to be closed`,
		`{"pool": "ants", "close": "later"}`:                              `close "later": unknown; use drained, none, stop or stopwait`,
		`{"pool": "naive", "sise": 5}`:                                    `params: sise "5": no such parameter; there are pool, size`,
		`{"pool": "naive", "size": 5}`:                                    `size: the pool "naive" has no such option; leave it out`,
		`{"pool": "workerpool"}`:                                          "size: missing; workerpool needs 1 worker or more",
		`{"pool": "workerpool", "size": -1}`:                              `size "-1": negative; use 0 or more`,
		`{"pool": "workerpool", "size": "many"}`:                          `size "many": not a number; write digits first`,
		`{"pool": "workerpool", "size": 1.5}`:                             `size "1.5": not a whole number`,
		`{"pool": "workerpool", "size": "2G"}`:                            `size "2G": unknown unit; use a plain number, k or M`,
		`{"pool": "workerpool", "size": "9M"}`:                            `size "9M": out of range; use 0 to 1M`,
		`{"pool": "workerpool", "size": 5, "prewarm": 6}`:                 `prewarm "6": more than size; give at most 5, or all`,
		`{"pool": "naive", "prewarm": "all"}`:                             `prewarm "all": size is not given`,
		`{"pool": "ants", "prealloc": "yes"}`:                             "prealloc: size is not given",
		`{"pool": "ants", "nonblocking": "maybe"}`:                        `nonblocking "maybe": not a boolean; use true or false`,
		`{"pool": "ants", "max_blocking": -2}`:                            `max_blocking "-2": negative; use 0 or more`,
		`{"pool": "ants", "nonblocking": true, "max_blocking": 4}`:        `max_blocking "4": a non-blocking pool has none`,
		`{"pool": "ants", "expiry": 5}`:                                   `expiry "5": the unit is missing; use ns, us`,
		`{"pool": "errgroup", "expiry": "5s"}`:                            `expiry: the pool "errgroup" has no such option`,
		`{"pool": "raw", "task": null}`:                                   `task "null": not a value`,
		`{"pool": "raw", "task": ["wait"]}`:                               `task "[...]": not a value`,
		`{"pool": "raw", "alloc_bytes": "0"}`:                             `alloc_bytes "0": out of range; use 1 to 1G`,
		`{"pool": "raw", "task": "alloc", "pattern": "lazy"}`:             `pattern "lazy": unknown; use fresh, pooled, append or prealloc`,
		`{"pool": "raw", "pattern": "pooled"}`:                            `pattern "pooled": a task of kind "wait" allocates nothing`,
		`{"pool": "raw", "gogc": "on"}`:                                   `gogc "on": not a number`,
		`{"pool": "raw", "gomemlimit": "1K"}`:                             `gomemlimit "1K": out of range; use 1M to 1024T`,
		`{"pool": "raw", "fail_at": "1s"}`:                                "fail_at: nothing is to fail",
		`{"pool": "raw", "fail": "slowly"}`:                               `fail "slowly": unknown; use panic, deadlock`,
		`{"pool": "raw", "stop_bound": "1s"}`:                             "stop_bound: there is no trace; set execution_trace to true",
		`{"pool": "raw", "execution_trace": true, "trace_limit": "129M"}`: `trace_limit "129M": out of range; use 1M to 128M`,
		`{"pool": "raw", "provoke": "luck"}`:                              `provoke "luck": unknown; use mark-termination, sweep-termination, safe-point or finalizer`,
	} {
		if _, err := Parse([]byte(params)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, expected %s", params, err, words)
		}
	}
}

func TestDrainIsWithinWhatTheRigLets(t *testing.T) {
	for _, at := range []struct {
		drain        string
		most, wanted int64
		refused      string
	}{
		{"", 55e9, 10e9, ""}, {"", 1e9, 1e9, ""}, {`, "drain": "0"`, 0, 0, ""}, {`, "drain": "1s"`, 1e9, 1e9, ""},
		{`, "drain": "10s"`, 1e9, 0, `params: drain "10s": the rig lets tasks run for 1s after the window; lower it`},
	} {
		p, err := Parse([]byte(`{"pool": "raw"` + at.drain + `}`))
		if err == nil {
			err = p.LimitDrain(at.most)
		}
		if at.refused == "" && (err != nil || p.DrainNs != at.wanted) ||
			at.refused != "" && (err == nil || !strings.Contains(err.Error(), at.refused)) {
			t.Errorf("%+v: %v, %d", at, err, p.DrainNs)
		}
	}
}

func TestHelpHasEveryParameter(t *testing.T) {
	var help strings.Builder
	Help(&help)
	for _, r := range rows {
		if !strings.Contains(help.String(), "  "+r.key+"=") || r.help == "" {
			t.Errorf("%s is not in the help", r.key)
		}
	}
}
