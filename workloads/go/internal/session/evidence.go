// SPDX-License-Identifier: GPL-3.0-or-later

package session

import (
	"cmp"
	"fmt"
	"slices"
	"unicode/utf8"

	"poolrig/gopool/internal/artefact"
	"poolrig/gopool/internal/bench"
	"poolrig/gopool/internal/diagnose"
	"poolrig/gopool/internal/link"
)

const (
	eventsMost    = 200 // of a trial; the longest stops
	eventTextMost = 199 // bytes, as the protocol has it
)

type event struct {
	Type string `json:"type"`
	AtNs int64  `json:"at_ns"`
	Kind string `json:"kind"`
	Text string `json:"text"`
}

type artefactMessage struct {
	Type      string `json:"type"`
	Name      string `json:"name"`
	Media     string `json:"media"`
	Bytes     int64  `json:"bytes"`
	Intrusive bool   `json:"intrusive"`
}

// cut a text to a number of bytes, between two characters.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	most -= len("...")
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "..."
}

func sendEvent(to *link.Link, atNs int64, kind, text string) error {
	return to.Send(event{"event", atNs, kind, cut(text, eventTextMost)})
}

func sendArtefact(to *link.Link, file *artefact.File) error {
	defer file.Close()
	fd, err := file.Seal()
	if err != nil {
		return err
	}
	return to.SendWith(artefactMessage{"artefact", file.Name, file.Media, file.Bytes, file.Intrusive}, fd)
}

// sendStops as events, the longest where they are many.
func sendStops(to *link.Link, stops []diagnose.Stop) error {
	chosen := slices.Clone(stops)
	if len(chosen) > eventsMost {
		slices.SortStableFunc(chosen, func(a, b diagnose.Stop) int { return cmp.Compare(b.LengthNs, a.LengthNs) })
		chosen = chosen[:eventsMost]
	}
	for i := range chosen {
		if err := sendEvent(to, chosen[i].AtNs, "stop", chosen[i].Line()); err != nil {
			return err
		}
	}
	return nil
}

// stopCounters of a trial that was traced.
var stopCounters = []struct{ name, cause string }{
	{"stops_mark_termination", diagnose.MarkTermination},
	{"stops_sweep_termination", diagnose.SweepTermination},
	{"stops_safe_point", diagnose.SafePoint},
	{"stops_finalizers", diagnose.Finalizers},
	{"stops_other", diagnose.Other},
}

func sendCounts(to *link.Link, result *diagnose.Result, from, until int64) error {
	for _, c := range stopCounters {
		head := record{"record", c.name, "counter", "stops", from, until}
		if err := to.Send(valueRecord{record: head, Value: result.Count(c.cause)}); err != nil {
			return err
		}
	}
	return nil
}

func sendTrace(to *link.Link, e *bench.Evidence, from, until int64) error {
	result, stops, err := e.Trace.Diagnose()
	if err != nil {
		return err
	}
	if err := sendCounts(to, result, from, until); err != nil {
		return err
	}
	if err := sendArtefact(to, e.Trace.File); err != nil {
		return err
	}
	if err := sendArtefact(to, stops); err != nil {
		return err
	}
	for _, note := range []string{e.Trace.Note(), result.Cut} {
		if note == "" {
			continue
		}
		if err := sendEvent(to, e.Trace.EndedNs(), "trace", note); err != nil {
			return err
		}
	}
	if more := len(result.Stops) - eventsMost; more > 0 {
		if err := sendEvent(to, e.Trace.EndedNs(), "trace", fmt.Sprintf("%d shorter stops are in stops.json", more)); err != nil {
			return err
		}
	}
	return sendStops(to, result.Stops)
}

// handOver what there is of the window beside the records.
func handOver(to *link.Link, e *bench.Evidence, from, until int64) error {
	if e.Heap != nil {
		if err := sendArtefact(to, e.Heap); err != nil {
			return err
		}
	}
	if e.Trace != nil {
		return sendTrace(to, e, from, until)
	}
	return nil
}
