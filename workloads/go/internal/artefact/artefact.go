// SPDX-License-Identifier: GPL-3.0-or-later

// Package artefact is a file that is handed to the rig (docs/protocol.md): it lies in memory, outside Go's heap,
// and is sealed when it is complete.
package artefact

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// File is written by one goroutine, then sealed, then sent: with it, as the message, what is known of it.
type File struct {
	*os.File  `json:"-"`
	Type      string `json:"type"`
	Name      string `json:"name"`
	Media     string `json:"media"`
	Bytes     int64  `json:"bytes"`     // known when it is sealed
	Intrusive bool   `json:"intrusive"` // making it disturbs what is measured
}

// New is empty.
func New(name, media string, intrusive bool) (*File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot have a file in memory: %w", name, err)
	}
	return &File{File: os.NewFile(uintptr(fd), name), Type: "artefact", Name: name, Media: media, Intrusive: intrusive}, nil
}

// Seal it: it can't change any more. The descriptor is its own until Close.
func (f *File) Seal() (fd int, err error) {
	fd = int(f.Fd())
	const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		return -1, fmt.Errorf("%s: cannot be sealed: %w", f.Name, err)
	}
	info, err := f.Stat()
	if err != nil {
		return -1, err
	}
	f.Bytes = info.Size()
	return fd, nil
}
