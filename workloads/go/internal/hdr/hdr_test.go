// SPDX-License-Identifier: GPL-3.0-or-later

package hdr

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// What is counted at our indices is what the library counts.
func TestIndexAgreesWithTheLibrary(t *testing.T) {
	ours, library := make([]int64, Len), hdrhistogram.New(Lowest, Highest, Digits)
	add := func(value int64) {
		ours[Index(value)]++
		_ = library.RecordValue(value) // it counts none beyond the range, and then they differ
	}
	for shift := range 37 {
		add(1<<shift - 1)
		add(1 << shift)
		add(1<<shift + 1)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 20000 {
		add(random.Int64N(Highest) >> (i % 37))
	}
	for index, counted := range library.Export().Counts {
		if counted != ours[index] {
			t.Fatalf("index %d: %d, the library counts %d", index, ours[index], counted)
		}
	}
	if !Import(ours).Equals(library) {
		t.Fatal("imported, they are not the library's")
	}
}

func TestEnds(t *testing.T) {
	if Index(-5) != 0 || Index(0) != 0 || Index(Highest+1) != Index(Highest) || Index(Highest) >= Len {
		t.Errorf("%d %d %d of %d", Index(-5), Index(0), Index(Highest+1), Len)
	}
}

// Nothing is lost between those who record and one who takes, nor on the way through the encoding.
func TestRecordTakeEncode(t *testing.T) {
	const recorders, each = 4, 5000
	counts, err := NewCounts()
	if err != nil {
		t.Fatal(err)
	}
	taken := make([]int64, Len)
	var running sync.WaitGroup
	for i := range recorders {
		running.Go(func() {
			for n := range each {
				counts.Record(int64(1000 * (i + 1) * (n + 1)))
			}
		})
	}
	done := make(chan struct{})
	go func() { running.Wait(); close(done) }()
	for last := false; !last; {
		select {
		case <-done:
			last = true
		default:
		}
		for index := range Len {
			taken[index] += int64(counts.Take(index))
		}
	}
	sum := Import(taken)
	text, err := sum.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := hdrhistogram.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if decoded.TotalCount() != recorders*each || sum.TotalCount() != recorders*each {
		t.Errorf("%d, decoded %d, of %d", sum.TotalCount(), decoded.TotalCount(), recorders*each)
	}
	if highest := decoded.Max(); !decoded.ValuesAreEquivalent(highest, recorders*each*1000) {
		t.Errorf("the highest is %d", highest)
	}
}
