package host

import (
	"context"
	"time"

	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// Watch calls look with every sample until look returns true. It skips no sample.
func (c *Call) Watch(ctx context.Context, look func(*snapshot.Snapshot) (enough bool)) error {
	tick := time.NewTicker(metrics.SampleEvery)
	defer tick.Stop()
	s := c.Fresh(ctx)
	if look(s) {
		return nil
	}
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		for _, next := range c.Env.Session.Since(s.At) {
			if s = next; look(s) {
				return nil
			}
		}
	}
}
