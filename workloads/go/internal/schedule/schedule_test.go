// SPDX-License-Identifier: GPL-3.0-or-later

package schedule

import (
	"encoding/binary"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func memfd(t *testing.T, seals int, text string, words ...uint64) int {
	t.Helper()
	fd, err := unix.MemfdCreate("schedule", unix.MFD_ALLOW_SEALING)
	if err != nil {
		t.Fatal(err)
	}
	data := []byte(text)
	for _, word := range words {
		data = binary.LittleEndian.AppendUint64(data, word)
	}
	if _, err := unix.Write(fd, data); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	return fd
}

const sealed = unix.F_SEAL_SHRINK | unix.F_SEAL_WRITE

func TestRounds(t *testing.T) {
	s, err := Map(memfd(t, sealed, magic, 2, 1000, 1, 0, 7, 500, 8))
	if err != nil {
		t.Fatal(err)
	}
	var at Place
	for i, wanted := range [][2]int64{{0, 7}, {500, 8}, {1000, 7}, {1500, 8}, {2000, 7}} {
		if intended, service := s.Next(&at); intended != wanted[0] || service != wanted[1] {
			t.Errorf("arrival %d: %d, %d, expected %v", i, intended, service, wanted)
		}
	}
}

func TestBad(t *testing.T) {
	const hour = 3600 * 1_000_000_000
	for words, fd := range map[string]int{
		"seals":                    memfd(t, unix.F_SEAL_SHRINK, magic, 1, 1000, 1, 0, 7),
		"are no header":            memfd(t, sealed, magic, 1),
		"does not begin with":      memfd(t, sealed, "PRSCHED2", 1, 1000, 1, 0, 7),
		"count 0":                  memfd(t, sealed, magic, 0, 1000, 1),
		"count 2 in a file":        memfd(t, sealed, magic, 2, 1000, 1, 0, 7),
		"period_ns 0":              memfd(t, sealed, magic, 1, 0, 1, 0, 7),
		"before the one before it": memfd(t, sealed, magic, 2, 1000, 1, 5, 7, 4, 7),
		"is not below period_ns":   memfd(t, sealed, magic, 1, 1000, 1, 1000, 7),
		"arrival 0: service_ns":    memfd(t, sealed, magic, 1, 1000, 1, 0, hour+1),
		"no descriptor came":       -1,
	} {
		if _, err := Map(fd); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v, expected %s", err, words)
		}
	}
}
