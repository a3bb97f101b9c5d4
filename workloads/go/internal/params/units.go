// SPDX-License-Identifier: GPL-3.0-or-later

package params

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// kind is what a value is, and how it is written.
type kind int

const (
	count kind = iota
	size
	duration
	flag
	choice
)

type unit struct {
	suffix string
	factor float64
}

// As base/units.h reads them.
var kinds = map[kind]struct {
	units        []unit
	known, value string
}{
	count:    {[]unit{{"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}}, "a plain number, k or M", "N"},
	size:     {[]unit{{"", 1}, {"B", 1}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"T", 1 << 40}}, "K, M, G or T", "BYTES"},
	duration: {[]unit{{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}, "ns, us, ms, s, m or h", "TIME"},
	flag:     {nil, "", "BOOL"},
}

// parse reads "12.5ms" as 12.5 times what ms stands for.
func (k kind) parse(text string) (int64, error) {
	if k == duration && text == "0" {
		return 0, nil
	}
	digits := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if digits < 0 {
		digits = len(text)
	}
	number, err := strconv.ParseFloat(text[:digits], 64)
	if err != nil {
		if strings.HasPrefix(text, "-") {
			return 0, fmt.Errorf("%q: negative; use 0 or more", text)
		}
		return 0, fmt.Errorf("%q: not a number; write digits first, such as 10", text)
	}
	for _, u := range kinds[k].units {
		if u.suffix != text[digits:] {
			continue
		}
		value := number * u.factor
		if value >= 1<<62 {
			return 0, fmt.Errorf("%q: too large; use less", text)
		}
		if k == count && value != math.Floor(value) {
			return 0, fmt.Errorf("%q: not a whole number; use one", text)
		}
		return int64(math.Round(value)), nil
	}
	if digits == len(text) {
		return 0, fmt.Errorf("%q: the unit is missing; use %s", text, kinds[k].known)
	}
	return 0, fmt.Errorf("%q: unknown unit; use %s", text, kinds[k].known)
}

// flags are YAML 1.1's words: an experiment's values come as they are written.
var flags = map[string]bool{"true": true, "yes": true, "on": true, "false": false, "no": false, "off": false}
