// SPDX-License-Identifier: GPL-3.0-or-later

// Package session is the conversation with the rig, from `hello` to `done`.
package session

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"poolrig/gopool/internal/bench"
	"poolrig/gopool/internal/clock"
	"poolrig/gopool/internal/cores"
	"poolrig/gopool/internal/link"
	"poolrig/gopool/internal/params"
	"poolrig/gopool/internal/schedule"
)

const (
	second      = 1_000_000_000
	windowMaxNs = 3600 * second
	windowMinNs = 1_000_000
	// How far from now `go` may put the start.
	earlyNs = second
	lateNs  = 600 * second
)

type simple struct {
	Type string `json:"type"`
	Text string `json:"text,omitempty"` // of an error
}

type hello struct {
	Type     string   `json:"type"`
	Protocol int      `json:"protocol"`
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	Records  []string `json:"records"`
}

type configure struct {
	Params   json.RawMessage `json:"params"`
	WindowNs *int64          `json:"window_ns"`
	WarmupNs *int64          `json:"warmup_ns"`
	DrainNs  *int64          `json:"drain_ns"`
	Roles    struct {
		Work *string `json:"work"`
		Load *string `json:"load"`
	} `json:"roles"`
}

// configured is what came of it, checked.
type configured struct {
	setup bench.Setup
	work  cores.Set
}

func within(to *int64, key string, value *int64, least, most int64) error {
	if value == nil {
		return fmt.Errorf("%s: missing; give an integer", key)
	}
	if *value < least || *value > most {
		return fmt.Errorf("%s \"%d\": out of range; give %d to %d", key, *value, least, most)
	}
	*to = *value
	return nil
}

func role(to *cores.Set, name string, list *string) (err error) {
	if list == nil {
		return fmt.Errorf("roles.%s: missing; give a list of CPUs such as \"1\"", name)
	}
	if *to, err = cores.Parse(*list); err != nil {
		return fmt.Errorf("roles.%s: %w", name, err)
	}
	return nil
}

func parse(message []byte, schedulefd int) (c configured, err error) {
	var raw configure
	if err = json.Unmarshal(message, &raw); err != nil {
		return c, fmt.Errorf("a member is of another type: %w", err)
	}
	if c.setup.Params, err = params.Parse(raw.Params); err != nil {
		return c, err
	}
	if raw.DrainNs != nil {
		var most int64
		if err = within(&most, "drain_ns", raw.DrainNs, 0, windowMaxNs); err == nil {
			err = c.setup.Params.LimitDrain(most)
		}
	}
	err = cmp.Or(err,
		within(&c.setup.WarmupNs, "warmup_ns", raw.WarmupNs, 0, windowMaxNs),
		within(&c.setup.WindowNs, "window_ns", raw.WindowNs, windowMinNs, windowMaxNs),
		role(&c.work, "work", raw.Roles.Work),
		role(&c.setup.Load, "load", raw.Roles.Load))
	if err != nil {
		return c, err
	}
	c.setup.Schedule, err = schedule.Map(schedulefd)
	return c, err
}

// Run a session on fd. Returns link.ErrClosed where the rig has closed its end; any other error has been sent to it.
func Run(fd int, version string) error {
	l, err := link.New(fd)
	if err != nil {
		return err
	}
	err = converse(l, version)
	if err != nil && !errors.Is(err, link.ErrClosed) {
		l.Drop() // what was only looked at: left there, it would reset the connection
		// Sending fails where the rig has closed its end as well.
		_ = l.Send(simple{"error", err.Error()})
	}
	return err
}

// converse with the rig. The first process ends at `configure`: it only looks at the message, and executes itself anew
// for it. The process that results receives the message.
func converse(l *link.Link, version string) error {
	flags := 0
	if !Resumed() {
		if err := l.Send(hello{"hello", 1, "gopool", version, recordNames()}); err != nil {
			return err
		}
		flags = unix.MSG_PEEK
	}
	message, fd, err := l.Receive("configure", flags)
	if err != nil {
		return err
	}
	c, err := parse(message, fd)
	_ = unix.Close(fd)
	switch {
	case err != nil:
		return fmt.Errorf("configure: %w", err)
	case Resumed():
		return measure(l, &c)
	}
	return startAnew(l.Fd, &c)
}

// repeated by go: memory was measured out by configure, so it may not ask for another window.
func repeated(key string, value *int64, configured int64) error {
	var given int64
	err := within(&given, key, value, 0, windowMaxNs)
	if err == nil && given != configured {
		err = fmt.Errorf("%s \"%d\": configure said %d; repeat it", key, given, configured)
	}
	return err
}

func waitForGo(l *link.Link, setup *bench.Setup) (startNs int64, err error) {
	message, _, err := l.Receive("go", 0)
	if err != nil {
		return 0, err
	}
	var raw struct {
		StartNs  *int64 `json:"start_ns"`
		WarmupNs *int64 `json:"warmup_ns"`
		WindowNs *int64 `json:"window_ns"`
	}
	if err = json.Unmarshal(message, &raw); err != nil {
		return 0, fmt.Errorf("go: a member is of another type: %w", err)
	}
	now := clock.Now()
	err = cmp.Or(
		repeated("warmup_ns", raw.WarmupNs, setup.WarmupNs),
		repeated("window_ns", raw.WindowNs, setup.WindowNs),
		within(&startNs, "start_ns", raw.StartNs, now-earlyNs, now+lateNs))
	if err != nil {
		return 0, fmt.Errorf("go: %w", err)
	}
	return startNs, nil
}

func measure(l *link.Link, c *configured) error {
	const watching = 1 // goroutine, from go on
	b, err := bench.Open(&c.setup, watching)
	if err != nil {
		return err
	}
	if err := l.Send(simple{Type: "ready"}); err != nil {
		return err
	}
	startNs, err := waitForGo(l, &c.setup)
	if err != nil {
		return err
	}
	window, interrupt := context.WithCancelCause(context.Background())
	go func() {
		_, _, err := l.Receive("", 0)
		interrupt(fmt.Errorf("while the window is open: %w", err))
	}()
	b.Start(startNs)
	if err := follow(window, l, b, startNs); err != nil {
		return err
	}
	if c.setup.Params.Fail == "silence" {
		select {}
	}
	from, until := c.setup.WarmupNs, c.setup.WarmupNs+c.setup.WindowNs
	out := outbox{link: l}
	out.report(b, from, until)
	out.evidence(&b.Evidence, from, until)
	out.send(simple{Type: "done"})
	return out.err
}

// follow the load to its end, or to where the rig interrupts it.
func follow(window context.Context, l *link.Link, b *bench.Bench, startNs int64) error {
	progress := time.NewTicker(time.Second)
	defer progress.Stop()
	stuck := time.After(time.Duration(startNs + b.LimitNs() - clock.Now()))
	for {
		select {
		case <-window.Done():
			b.Stop()
			return context.Cause(window)
		case <-progress.C:
			if at := clock.Now() - startNs; at > 0 {
				l.Progress(at, b.Completed())
			}
		case <-stuck:
			b.Stop()
			return b.Stuck()
		case <-b.Submitted:
			return cmp.Or(b.Finish(window.Done()), context.Cause(window))
		}
	}
}
