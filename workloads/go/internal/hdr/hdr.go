// SPDX-License-Identifier: GPL-3.0-or-later

// Package hdr records values into the bucket layout of HdrHistogram from any number of goroutines at a
// time, and encodes them by the HdrHistogram library when all is over.
package hdr

import (
	"fmt"
	"math/bits"
	"sync/atomic"
	"unsafe"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sys/unix"
)

// The range that docs/protocol.md gives for latencies, in ns.
const (
	Lowest  = 1
	Highest = 100_000_000_000
	Digits  = 3
)

// What follows from the range (HdrHistogram: AbstractHistogram.init; base/hdr.c has the same in C).
const (
	halfMagnitude = 10 // log2 of half the linear steps that 3 digits need
	buckets       = 27 // doublings until Highest is covered
	// Len is the number of counts.
	Len = (buckets + 1) << halfMagnitude
)

// Counts take 224 KiB, outside Go's heap, so that what measures does not count as the pool's memory.
type Counts []atomic.Uint64

// NewCounts has all its memory present.
func NewCounts() (Counts, error) { return Memory[atomic.Uint64](Len, true) }

// Memory maps n zeroed values outside Go's heap, and never unmaps them; they must hold no pointers into it. Without
// present, pages come as they are touched.
func Memory[T any](n int, present bool) ([]T, error) {
	var zero T
	flags := unix.MAP_PRIVATE | unix.MAP_ANONYMOUS | unix.MAP_NORESERVE
	if present {
		flags |= unix.MAP_POPULATE
	}
	size := n * int(unsafe.Sizeof(zero))
	memory, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, flags)
	if err != nil {
		return nil, fmt.Errorf("memory: cannot map %d bytes: %w", size, err)
	}
	if !present {
		// Without huge pages, which would make present what is only reserved.
		_ = unix.Madvise(memory, unix.MADV_NOHUGEPAGE)
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&memory[0])), n), nil
}

// Index of a value's count. Values outside the range count at its ends.
func Index(value int64) int {
	value = min(max(value, 0), Highest)
	bucket := max(bits.Len64(uint64(value))-halfMagnitude-1, 0)
	return bucket<<halfMagnitude + int(value>>bucket)
}

// Record counts a value; any goroutine.
func (c Counts) Record(value int64) {
	c[Index(value)].Add(1)
}

// Take what is at an index, and leave zero there: nothing is lost or taken twice, while others record.
func (c Counts) Take(index int) uint64 {
	if c[index].Load() == 0 { // most are: a load leaves the cache line with those who record
		return 0
	}
	return c[index].Swap(0)
}

// Sum is a histogram of one goroutine's, to be sent.
type Sum struct{ *hdrhistogram.Histogram }

// Import the counts at all indices.
func Import(counts []int64) Sum {
	return Sum{hdrhistogram.Import(&hdrhistogram.Snapshot{LowestTrackableValue: Lowest, HighestTrackableValue: Highest,
		SignificantFigures: Digits, Counts: counts})}
}

// MarshalText encodes as HdrHistogram V2 compressed, in base64.
func (s Sum) MarshalText() ([]byte, error) {
	return s.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
}
