// SPDX-License-Identifier: GPL-3.0-or-later

package params

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

type unit struct {
	suffix string
	factor float64
}

// As base/units.h reads them.
var (
	countUnits    = []unit{{"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}}
	byteUnits     = []unit{{"", 1}, {"B", 1}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"T", 1 << 40}}
	durationUnits = []unit{{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}
)

const (
	countKnown    = "a plain number, k or M"
	byteKnown     = "K, M, G or T"
	durationKnown = "ns, us, ms, s, m or h"
)

// scale reads "12.5ms" as 12.5 times what ms stands for.
func scale(text string, units []unit, known string) (int64, error) {
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
	for _, u := range units {
		if u.suffix != text[digits:] {
			continue
		}
		value := number * u.factor
		if value >= 1<<62 {
			return 0, fmt.Errorf("%q: too large", text)
		}
		return int64(math.Round(value)), nil
	}
	if digits == len(text) {
		return 0, fmt.Errorf("%q: the unit is missing; use %s", text, known)
	}
	return 0, fmt.Errorf("%q: unknown unit; use %s", text, known)
}

func parseCount(text string) (int64, error) {
	value, err := scale(text, countUnits, countKnown)
	if err == nil && strings.Contains(text, ".") && !strings.ContainsAny(text, "kKM") {
		return 0, fmt.Errorf("%q: not a whole number", text)
	}
	return value, err
}

func parseBytes(text string) (int64, error) { return scale(text, byteUnits, byteKnown) }

func parseDuration(text string) (int64, error) {
	if text == "0" {
		return 0, nil
	}
	return scale(text, durationUnits, durationKnown)
}

// parseFlag takes YAML 1.1's words: the rig hands an experiment's values on as they are written.
func parseFlag(text string) (bool, error) {
	switch text {
	case "true", "yes":
		return true, nil
	case "false", "no":
		return false, nil
	}
	return false, fmt.Errorf("%q: not a boolean; use true or false", text)
}
