// SPDX-License-Identifier: GPL-3.0-or-later

package pools

import (
	"golang.org/x/sync/errgroup"

	"poolrig/gopool/internal/params"
)

// group is a goroutine a task, at most size at a time.
type group struct {
	errgroup.Group
}

type refusing struct {
	group
}

func newErrgroup(p *params.Params) (Pool, error) {
	limit := int(p.Size)
	if limit == 0 {
		limit = -1 // errgroup's word for none
	}
	if p.Nonblocking {
		r := &refusing{}
		r.SetLimit(limit)
		return r, nil
	}
	g := &group{}
	g.SetLimit(limit)
	return g, nil
}

func (g *group) Submit(task func()) bool {
	g.Go(func() error {
		task()
		return nil
	})
	return true
}

func (r *refusing) Submit(task func()) bool {
	return r.TryGo(func() error {
		task()
		return nil
	})
}

func (g *group) Close() { _ = g.Wait() }
