// SPDX-License-Identifier: GPL-3.0-or-later

package session

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"poolrig/gopool/internal/artefact"
	"poolrig/gopool/internal/bench"
	"poolrig/gopool/internal/diagnose"
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

func (o *outbox) event(atNs int64, kind, text string) {
	if len(text) > eventTextMost {
		text = strings.ToValidUTF8(text[:eventTextMost-len("...")], "") + "..." // between two characters
	}
	o.send(event{"event", atNs, kind, text})
}

func (o *outbox) artefact(file *artefact.File) {
	defer file.Close()
	fd, err := file.Seal()
	o.err = cmp.Or(o.err, err)
	o.send(file, fd)
}

// stops as events, the longest where they are many.
func (o *outbox) stops(stops []diagnose.Stop) {
	if len(stops) > eventsMost {
		stops = slices.SortedStableFunc(slices.Values(stops), func(a, b diagnose.Stop) int { return cmp.Compare(b.LengthNs, a.LengthNs) })
		stops = stops[:eventsMost]
	}
	for i := range stops {
		o.event(stops[i].AtNs, "stop", stops[i].Line())
	}
}

func (o *outbox) trace(e *bench.Evidence, from, until int64) {
	result, file, err := e.Trace.Diagnose()
	if err != nil {
		o.err = cmp.Or(o.err, err)
		return
	}
	o.records(stops.Of(result, from, until))
	o.artefact(e.Trace.File)
	o.artefact(file)
	notes := []string{e.Trace.Note(), result.Cut}
	if more := len(result.Stops) - eventsMost; more > 0 {
		notes = append(notes, fmt.Sprintf("%d shorter stops are in stops.json", more))
	}
	for _, note := range notes {
		if note != "" {
			o.event(e.Trace.EndedNs, "trace", note)
		}
	}
	o.stops(result.Stops)
}

// evidence is what there is of the window beside the records.
func (o *outbox) evidence(e *bench.Evidence, from, until int64) {
	if e.Heap != nil {
		o.artefact(e.Heap)
	}
	if e.Trace != nil {
		o.trace(e, from, until)
	}
}
