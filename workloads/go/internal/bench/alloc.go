// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import (
	"runtime"
	"sync/atomic"
	"unsafe"

	"poolrig/gopool/internal/clock"
)

// What is allocated last is kept here, so that the compiler can't put a task's memory on the stack.
var allocated unsafe.Pointer

const wordBytes = 8

// allocate is an alloc task: it takes memory by its pattern, writes to it, and holds it until an instant.
func (b *Bench) allocate(until int64) {
	size := b.setup.Params.AllocBytes
	switch b.setup.Params.Pattern {
	case "append":
		hold(fill(nil, size), until)
	case "prealloc":
		hold(fill(make([]uint64, 0, words(size)), size), until)
	case "pooled":
		buffer := b.buffer(size)
		touch(*buffer)
		clock.SleepUntil(until)
		b.buffers.Put(buffer)
	default:
		memory := make([]byte, size)
		touch(memory)
		hold(memory, until)
	}
}

// buffer is one that a task before has given back, or else a new one.
func (b *Bench) buffer(size int64) *[]byte {
	if buffer, ok := b.buffers.Get().(*[]byte); ok {
		return buffer
	}
	memory := make([]byte, size)
	return &memory
}

// touch a byte of each cache line, so that there is memory behind all of it.
func touch(memory []byte) {
	for i := 0; i < len(memory); i += 64 {
		memory[i] = 1
	}
}

// words that size bytes are, rounded up.
func words(size int64) int64 { return (size + wordBytes - 1) / wordBytes }

// fill a slice with size bytes, a word at a time: where there is no room left, append allocates more.
func fill(values []uint64, size int64) []uint64 {
	for i := range words(size) {
		values = append(values, uint64(i))
	}
	return values
}

func hold[T any](memory []T, until int64) {
	atomic.StorePointer(&allocated, unsafe.Pointer(&memory[0]))
	clock.SleepUntil(until)
	runtime.KeepAlive(memory)
}
