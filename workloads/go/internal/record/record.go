// SPDX-License-Identifier: GPL-3.0-or-later

// Package record is the message `record` of the protocol (docs/protocol.md), and the tables that records are made by.
package record

import (
	"encoding/json"

	"poolrig/gopool/internal/hdr"
)

// Record of an interval, whose ends are relative to the start. It has a value, or a histogram.
type Record struct {
	Type   string   `json:"type"`
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`
	Unit   string   `json:"unit"`
	FromNs int64    `json:"from_ns"`
	ToNs   int64    `json:"to_ns"`
	Value  any      `json:"value,omitempty"` // null: unknown, for a reason
	Reason string   `json:"reason,omitempty"`
	HDR    *hdr.Sum `json:"hdr,omitempty"`
}

// Missing is the value of a row that is unknown: the reason.
type Missing string

// Row is a name, and how its value is taken from a T: a number, a histogram (hdr.Sum) or Missing; nil: there is no record.
type Row[T any] struct {
	name, kind, unit string
	value            func(T) any
}

// Counter of what has happened in the interval.
func Counter[T any](name, unit string, value func(T) any) Row[T] {
	return Row[T]{name, "counter", unit, value}
}

// Gauge at the interval's end, or of all of it.
func Gauge[T any](name, unit string, value func(T) any) Row[T] {
	return Row[T]{name, "gauge", unit, value}
}

// Histogram of durations.
func Histogram[T any](name string, value func(T) any) Row[T] {
	return Row[T]{name, "histogram", "ns", value}
}

// Table of all rows that are taken from one T.
type Table[T any] []Row[T]

// Names of the rows.
func (t Table[T]) Names() (names []string) {
	for _, row := range t {
		names = append(names, row.name)
	}
	return names
}

// Of an interval: its records.
func (t Table[T]) Of(from T, fromNs, toNs int64) (records []Record) {
	for _, row := range t {
		record := Record{Type: "record", Name: row.name, Kind: row.kind, Unit: row.unit, FromNs: fromNs, ToNs: toNs}
		switch value := row.value(from).(type) {
		case nil:
			continue
		case Missing:
			record.Value, record.Reason = json.RawMessage("null"), string(value)
		case hdr.Sum:
			record.HDR = &value
		default:
			record.Value = value
		}
		records = append(records, record)
	}
	return records
}
