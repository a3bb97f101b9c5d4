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

func within(key string, value *int64, least, most int64) (int64, error) {
	if value == nil {
		return 0, fmt.Errorf("%s: missing; give an integer", key)
	}
	if *value < least || *value > most {
		return 0, fmt.Errorf("%s \"%d\": out of range; give %d to %d", key, *value, least, most)
	}
	return *value, nil
}

func role(name string, list *string) (cores.Set, error) {
	if list == nil {
		return cores.Set{}, fmt.Errorf("roles.%s: missing; give a list of CPUs such as \"1\"", name)
	}
	set, err := cores.Parse(*list)
	if err != nil {
		return set, fmt.Errorf("roles.%s: %w", name, err)
	}
	return set, nil
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
		most, err := within("drain_ns", raw.DrainNs, 0, windowMaxNs)
		if err == nil {
			err = c.setup.Params.LimitDrain(most)
		}
		if err != nil {
			return c, err
		}
	}
	if c.setup.WarmupNs, err = within("warmup_ns", raw.WarmupNs, 0, windowMaxNs); err != nil {
		return c, err
	}
	if c.setup.WindowNs, err = within("window_ns", raw.WindowNs, windowMinNs, windowMaxNs); err != nil {
		return c, err
	}
	if c.work, err = role("work", raw.Roles.Work); err != nil {
		return c, err
	}
	if c.setup.Load, err = role("load", raw.Roles.Load); err != nil {
		return c, err
	}
	c.setup.Schedule, err = schedule.Map(schedulefd)
	return c, err
}

type session struct {
	link    *link.Link
	version string
}

// Run a session on fd. Returns link.ErrClosed where the rig went away; on any other error the rig has been
// told.
func Run(fd int, version string) error {
	l, err := link.New(fd)
	if err != nil {
		return err
	}
	s := session{l, version}
	err = s.converse()
	if err != nil && !errors.Is(err, link.ErrClosed) {
		l.Drop() // what was only looked at: left there, it would reset the connection
		// Where the rig is gone as well, sending fails.
		_ = l.Send(simple{"error", err.Error()})
	}
	return err
}

// converse twice: first up to `configure`, which is only looked at, and for which the process starts anew; the process
// that was started so receives it.
func (s *session) converse() error {
	flags := 0
	if !Resumed() {
		if err := s.link.Send(hello{"hello", 1, "gopool", s.version, recordNames()}); err != nil {
			return err
		}
		flags = unix.MSG_PEEK
	}
	message, fd, err := s.link.Receive("configure", flags)
	if err != nil {
		return err
	}
	c, err := parse(message, fd)
	_ = unix.Close(fd)
	switch {
	case err != nil:
		return fmt.Errorf("configure: %w", err)
	case Resumed():
		return s.measure(&c)
	}
	return startAnew(s.link.Fd, &c)
}

func (s *session) waitForGo(setup *bench.Setup) (startNs int64, err error) {
	message, _, err := s.link.Receive("go", 0)
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
	// Memory was measured out by configure, so go may not ask for another window.
	for _, same := range []struct {
		key        string
		value      *int64
		configured int64
	}{{"warmup_ns", raw.WarmupNs, setup.WarmupNs}, {"window_ns", raw.WindowNs, setup.WindowNs}} {
		value, err := within(same.key, same.value, 0, windowMaxNs)
		if err == nil && value != same.configured {
			err = fmt.Errorf("%s \"%d\": configure said %d; repeat it", same.key, value, same.configured)
		}
		if err != nil {
			return 0, fmt.Errorf("go: %w", err)
		}
	}
	now := clock.Now()
	startNs, err = within("start_ns", raw.StartNs, now-earlyNs, now+lateNs)
	if err != nil {
		return 0, fmt.Errorf("go: %w", err)
	}
	return startNs, nil
}

func (s *session) measure(c *configured) error {
	const watching = 1 // goroutine, from go on
	b, err := bench.Open(&c.setup, watching)
	if err != nil {
		return err
	}
	if err := s.link.Send(simple{Type: "ready"}); err != nil {
		return err
	}
	startNs, err := s.waitForGo(&c.setup)
	if err != nil {
		return err
	}
	window, interrupt := context.WithCancelCause(context.Background())
	go func() { // nothing should come while the window is open
		_, _, err := s.link.Receive("nothing", 0)
		interrupt(cmp.Or(err, errors.New("a message while the window is open; wait for `done`")))
	}()
	b.Start(startNs)
	if err := s.follow(window, b, startNs); err != nil {
		return err
	}
	if c.setup.Params.Fail == "silence" {
		select {}
	}
	from, until := c.setup.WarmupNs, c.setup.WarmupNs+c.setup.WindowNs
	out := outbox{link: s.link}
	out.report(b, from, until)
	out.evidence(&b.Evidence, from, until)
	out.send(simple{Type: "done"})
	return out.err
}

// follow the load to its end, or to where the rig interrupts it.
func (s *session) follow(window context.Context, b *bench.Bench, startNs int64) error {
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
				s.link.Progress(at, b.Completed())
			}
		case <-stuck:
			b.Stop()
			return b.Stuck()
		case <-b.Submitted():
			return cmp.Or(b.Finish(window.Done()), context.Cause(window))
		}
	}
}
