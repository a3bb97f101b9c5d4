// SPDX-License-Identifier: GPL-3.0-or-later

// Package schedule maps the arrivals of a load, checks them once, and walks them (docs/protocol.md).
package schedule

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	magic      = "PRSCHED1"
	headerSize = 32
	maxNs      = 3600 * 1_000_000_000 // the longest round and service time
)

// Arrival is a task as the schedule lays it out.
type Arrival struct {
	StartNs   uint64 // intended start, from the beginning of the round
	ServiceNs uint64
}

type header struct {
	magic                 [8]byte
	count, periodNs, seed uint64
}

// Schedule is one round, which repeats without end.
type Schedule struct {
	arrivals []Arrival
	periodNs int64
}

// Map a sealed memfd, with all pages present. Errors name the field or the arrival.
func Map(fd int) (*Schedule, error) {
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return nil, errors.New("schedule: no descriptor came with `configure`; pass its memfd by SCM_RIGHTS")
	}
	seals, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0)
	if err != nil {
		return nil, errors.New("schedule: not a memfd; make it by memfd_create(2) with MFD_ALLOW_SEALING")
	}
	// Without these the file could shrink or change under the generator.
	if seals&unix.F_SEAL_SHRINK == 0 || seals&(unix.F_SEAL_WRITE|unix.F_SEAL_FUTURE_WRITE) == 0 {
		return nil, fmt.Errorf("schedule: seals %#x; add F_SEAL_SHRINK and F_SEAL_WRITE when it is written", seals)
	}
	if stat.Size < headerSize {
		return nil, fmt.Errorf("schedule: %d bytes are no header; that alone has %d", stat.Size, headerSize)
	}
	memory, err := unix.Mmap(fd, 0, int(stat.Size), unix.PROT_READ, unix.MAP_SHARED|unix.MAP_POPULATE)
	if err != nil {
		return nil, fmt.Errorf("schedule: cannot map: %w", err)
	}
	s, err := use(memory)
	if err != nil {
		_ = unix.Munmap(memory)
	}
	return s, err
}

func use(memory []byte) (*Schedule, error) {
	const arrivalSize = int(unsafe.Sizeof(Arrival{}))
	h := (*header)(unsafe.Pointer(&memory[0]))
	room := len(memory) - headerSize
	if string(h.magic[:]) != magic {
		return nil, fmt.Errorf("schedule: it does not begin with %q; write the header first", magic)
	}
	if h.count == 0 {
		return nil, errors.New("schedule: count 0; there must be an arrival")
	}
	if room%arrivalSize != 0 || h.count != uint64(room/arrivalSize) {
		return nil, fmt.Errorf("schedule: count %d in a file of %d bytes; it must be %d bytes and %d an arrival",
			h.count, len(memory), headerSize, arrivalSize)
	}
	if h.periodNs == 0 || h.periodNs > maxNs {
		return nil, fmt.Errorf("schedule: period_ns %d; give 1 to %d", h.periodNs, int64(maxNs))
	}
	s := &Schedule{unsafe.Slice((*Arrival)(unsafe.Pointer(&memory[headerSize])), h.count), int64(h.periodNs)}
	return s, s.check()
}

func (s *Schedule) check() error {
	last := uint64(0)
	for i, a := range s.arrivals {
		switch {
		case a.StartNs < last:
			return fmt.Errorf("schedule: arrival %d: start_ns %d is before the one before it (%d); sort them",
				i, a.StartNs, last)
		case a.StartNs >= uint64(s.periodNs):
			return fmt.Errorf("schedule: arrival %d: start_ns %d is not below period_ns %d; make the period longer",
				i, a.StartNs, s.periodNs)
		case a.ServiceNs > maxNs:
			return fmt.Errorf("schedule: arrival %d: service_ns %d; the most is %d", i, a.ServiceNs, int64(maxNs))
		}
		last = a.StartNs
	}
	return nil
}

// Place in the endless repetition; begin with the zero value.
type Place struct {
	index   int
	roundNs int64
}

// Next is the intended start in ns from the load's start, and the service time. Moves on.
func (s *Schedule) Next(at *Place) (intended, service int64) {
	a := &s.arrivals[at.index]
	intended, service = at.roundNs+int64(a.StartNs), int64(a.ServiceNs)
	if at.index++; at.index == len(s.arrivals) {
		at.index = 0
		at.roundNs += s.periodNs
	}
	return intended, service
}
