// SPDX-License-Identifier: GPL-3.0-or-later

package diagnose

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Line is a stop in one line, without its instant.
func (s *Stop) Line() string {
	return fmt.Sprintf("%s: %s: %s", short(time.Duration(s.LengthNs)), s.Cause, s.Evidence)
}

// JSON for programs.
func (r *Result) JSON(to io.Writer) error {
	encoder := json.NewEncoder(to)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// Text for people.
func (r *Result) Text(to io.Writer) {
	fmt.Fprintf(to, "%d stops of the world, %s in all, the longest %s; %d events in %s\n", r.WorldStops,
		short(time.Duration(r.WorldStopsNs)), short(time.Duration(r.LongestNs)), r.Events, short(time.Duration(r.ToNs-r.FromNs)))
	if r.Cut != "" {
		fmt.Fprintf(to, "the trace could not be read to its end: %s\n", r.Cut)
	}
	fmt.Fprintf(to, "%d stops of %s or longer\n", len(r.Stops), time.Duration(r.BoundNs))
	for i := range r.Stops {
		fmt.Fprintf(to, "%+.6f s  %s\n", float64(r.Stops[i].AtNs)/1e9, r.Stops[i].Line())
	}
}
