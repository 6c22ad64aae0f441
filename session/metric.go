package session

// Metric names one figure over time: fast.rate, fast.p99, fast.service.p99,
// fast.lag.p99, fast.mbps, sub1.rate, sub1.e2e.p99.9, sub1.processing.p99,
// sub1.backlog, sub1.lost, total.rate, process.cpu. Group is "total" or
// "process" for the session's own.
type Metric struct {
	Group, Figure string
}

// String writes the metric as it is typed.
func (m Metric) String() string { return m.Group + "." + m.Figure }
