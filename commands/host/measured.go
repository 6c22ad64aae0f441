package host

import "time"

// MeasureFrom leaves out of the reports what was measured before an instant: the
// figures of a warm-up, with the schedules of groups that were removed in it.
func MeasureFrom(c *Host, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.measured, c.schedules = at, nil
}

// MeasuredFrom returns the end of the last warm-up, or the start of the session.
func MeasuredFrom(c *Host) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.measured.IsZero() {
		return c.Env.Session.Began()
	}
	return c.measured
}
