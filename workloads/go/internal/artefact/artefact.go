// SPDX-License-Identifier: GPL-3.0-or-later

// Package artefact is a file that is handed to the rig (docs/protocol.md): it lies in memory, outside Go's heap,
// and is sealed when it is complete.
package artefact

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// MostBytes that all artefacts of a trial may have together.
const MostBytes = 256 << 20

// File is written by one goroutine, then sealed, then sent.
type File struct {
	Name, Media string
	Intrusive   bool // making it disturbs what is measured
	Bytes       int64
	file        *os.File
}

// New is empty.
func New(name, media string, intrusive bool) (*File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot have a file in memory: %w", name, err)
	}
	return &File{Name: name, Media: media, Intrusive: intrusive, file: os.NewFile(uintptr(fd), name)}, nil
}

// Write appends.
func (f *File) Write(data []byte) (int, error) {
	n, err := f.file.Write(data)
	f.Bytes += int64(n)
	return n, err
}

// Read from an offset on; any goroutine.
func (f *File) ReadAt(to []byte, at int64) (int, error) { return f.file.ReadAt(to, at) }

// Seal it: it can't change any more. The descriptor is its own until Close.
func (f *File) Seal() (fd int, err error) {
	fd = int(f.file.Fd())
	const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		return -1, fmt.Errorf("%s: cannot be sealed: %w", f.Name, err)
	}
	return fd, nil
}

// Close it, and let go of its memory, except where it was sent.
func (f *File) Close() { _ = f.file.Close() }
