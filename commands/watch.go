package commands

import (
	"context"
	"time"

	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// watch calls look with every sample until it says that it has seen enough. No
// sample is left out that was taken between two looks.
func (c *call) watch(ctx context.Context, look func(*snapshot.Snapshot) (enough bool)) error {
	tick := time.NewTicker(metrics.SampleEvery)
	defer tick.Stop()
	s := c.fresh(ctx)
	if look(s) {
		return nil
	}
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		for _, next := range c.env.Session.Since(s.At) {
			if s = next; look(s) {
				return nil
			}
		}
	}
}
