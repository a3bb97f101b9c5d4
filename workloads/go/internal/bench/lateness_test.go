// SPDX-License-Identifier: GPL-3.0-or-later

package bench

import "testing"

// As poolbench judges its generator (tests/unit/test_poolbench_lateness.c).
func TestLateness(t *testing.T) {
	const us = 1000
	type submit struct{ intended, begin, end, late int64 }
	for name, submits := range map[string][]submit{
		"on time":   {{0, 0, us, 0}, {10 * us, 10 * us, 11 * us, 0}},
		"late once": {{0, 5 * us, 6 * us, 5 * us}, {10 * us, 10 * us, 11 * us, 0}},
		"a stall counts for all it makes late": {
			{0, 0, us, 0}, {10 * us, 50 * us, 51 * us, 40 * us}, {20 * us, 51 * us, 52 * us, 31 * us}},
		"a pool that waits is not the generator's": {
			{0, 0, 200 * us, 0}, {10 * us, 200 * us, 201 * us, 0}, {20 * us, 201 * us, 202 * us, 0}},
		"slow submits queue up behind each other": {
			{0, 0, 15 * us, 0}, {10 * us, 15 * us, 30 * us, 0}, {20 * us, 30 * us, 45 * us, 0}},
		"too early is not late": {{10 * us, 9 * us, 10 * us, 0}},
	} {
		l := lateness{}
		for i, s := range submits {
			if late := l.begin(s.intended, s.begin); late != s.late {
				t.Errorf("%s: task %d is late by %d, expected %d", name, i, late, s.late)
			}
			l.end(s.begin, s.end)
		}
	}
}
