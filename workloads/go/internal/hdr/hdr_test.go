// SPDX-License-Identifier: GPL-3.0-or-later

package hdr

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Our indices against the library's: a value counted by us is equivalent to itself by them.
func TestIndexAgreesWithTheLibrary(t *testing.T) {
	library := hdrhistogram.New(Lowest, Highest, Digits)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 20000 {
		value := random.Int64N(Highest) >> (i % 37)
		if ours := Value(Index(value)); !library.ValuesAreEquivalent(ours, value) {
			t.Fatalf("%d is counted as %d", value, ours)
		}
	}
	for index := range Len - 1 {
		if value := Value(index); Index(value) != index && value <= Highest {
			t.Fatalf("index %d: value %d has index %d", index, value, Index(value))
		}
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
	sum := NewSum()
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
			if n := counts.Take(index); n > 0 {
				sum.Add(index, n)
			}
		}
	}
	text, err := sum.Encode()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := hdrhistogram.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if decoded.TotalCount() != recorders*each || sum.Total() != recorders*each {
		t.Errorf("%d, decoded %d, of %d", sum.Total(), decoded.TotalCount(), recorders*each)
	}
	if highest := decoded.Max(); !decoded.ValuesAreEquivalent(highest, recorders*each*1000) {
		t.Errorf("the highest is %d", highest)
	}
}
