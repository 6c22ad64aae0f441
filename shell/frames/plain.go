package frames

import (
	"math"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session"
	"pulsh/session/metrics"
)

// StatusLine is the session on one line without escape sequences, for a shell
// without a terminal; "" if there is no snapshot.
func (f *Frames) StatusLine(now time.Time) string {
	s := f.source.Snapshot()
	if s == nil {
		return ""
	}
	head := graphs.Clock(s.Elapsed)
	switch c := s.Cluster; c.State {
	case session.Unconnected:
		head += " " + string(session.Unconnected)
	case session.Reconnecting:
		head += " " + c.Name + " reconnecting " + graphs.Elapsed(max(now.Sub(c.Since), 0))
	}
	if len(s.Groups) == 0 {
		return head + " no groups"
	}
	parts := make([]string, len(s.Groups))
	for i, g := range s.Groups {
		parts[i] = groupText(g)
	}
	line := graphs.Clean(head + " " + strings.Join(parts, " | "))
	if f.look.ASCII {
		return graphs.ASCII(line)
	}
	return line
}

// groupText is a group as a part of the status line.
func groupText(g session.GroupSnapshot) string {
	words := []string{g.Name}
	if g.State != session.Running {
		words = append(words, string(g.State))
	}
	switch p, c := g.Producer, g.Consumer; {
	case g.State == session.Failed && g.LastError != "":
		return g.Name + " failed: " + g.LastError
	case g.State == session.Ready:
	case p != nil:
		words = append(words, strings.TrimSpace(rateText(p)), "p99 "+recent(p.Latency.Recent, p.Latency.Recent.P99),
			count(p.Failed, "failed"))
	case c != nil:
		words = append(words, graphs.Rate(c.Rate), "e2e p99 "+recent(c.E2E.Recent, c.E2E.Recent.P99),
			waiting(c.Backlog)+" behind")
		if c.Ledger.Lost > 0 {
			words = append(words, count(int64(c.Ledger.Lost), "lost"))
		}
		if c.Ledger.Duplicated > 0 {
			words = append(words, count(int64(c.Ledger.Duplicated), "dup"))
		}
	}
	return strings.Join(words, " ")
}

// recent is a quantile of the last second as text.
func recent(of metrics.Quantiles, d time.Duration) string {
	if of.Count == 0 {
		return graphs.Latency(math.NaN())
	}
	return graphs.Latency(float64(d))
}

func count(n int64, name string) string { return figure(n) + " " + name }
