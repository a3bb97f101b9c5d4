// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"poolrig/gopool/internal/diagnose"
)

// diagnoseFile prints what caused the long stops in a trace that was stored.
func diagnoseFile(to io.Writer, path string, options []string) error {
	bound, asJSON := time.Millisecond, false
	for len(options) > 0 {
		switch {
		case options[0] == "--json":
			asJSON, options = true, options[1:]
		case options[0] == "--bound" && len(options) > 1:
			given, err := time.ParseDuration(options[1])
			if err != nil || given < 0 {
				return fmt.Errorf("--bound %q: not a duration; write it as 1ms", options[1])
			}
			bound, options = given, options[2:]
		case options[0] == "--bound":
			return errors.New("--bound: no duration; write it as --bound 1ms")
		default:
			return fmt.Errorf("%q: no such option; there are --bound DURATION and --json", options[0])
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	result, err := diagnose.Trace(bufio.NewReader(file), bound)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if asJSON {
		return result.JSON(to)
	}
	result.Text(to)
	return nil
}
