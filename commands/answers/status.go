package answers

import (
	"strconv"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// StatusLine returns the status of a session on one line without escape sequences:
// the clock, the cluster unless it is up, then each group. It returns "" without a
// snapshot.
func StatusLine(s *snapshot.Snapshot, now time.Time) string {
	if s == nil {
		return ""
	}
	head := strings.TrimSpace(graphs.Clock(s.Elapsed))
	switch c := s.Cluster; c.State {
	case snapshot.Unconnected:
		head += " " + string(snapshot.Unconnected)
	case snapshot.Reconnecting:
		head += " " + c.Name + " reconnecting " + graphs.Elapsed(max(now.Sub(c.Since), 0))
	}
	for _, c := range s.Clusters {
		if c.State == snapshot.Reconnecting {
			head += " " + c.Label + " reconnecting " + graphs.Elapsed(max(now.Sub(c.Since), 0))
		}
	}
	if s.Protected {
		head += " protected"
	}
	if len(s.Groups) == 0 {
		return head + " no groups"
	}
	parts := make([]string, len(s.Groups))
	for i, g := range s.Groups {
		parts[i] = statusOf(g)
	}
	return graphs.Clean(head + " " + strings.Join(parts, " | "))
}

// statusOf returns the status of a group.
func statusOf(g snapshot.Group) string {
	words := []string{g.Name}
	if g.Elsewhere() {
		words = append(words, "on", g.Cluster)
	}
	if g.State != snapshot.Running {
		words = append(words, string(g.State))
	}
	switch p, c := g.Producer, g.Consumer; {
	case g.State == snapshot.Failed && g.LastError != "":
		return g.Name + " failed: " + g.LastError
	case g.State != snapshot.Running && g.State != snapshot.Paused && g.State != snapshot.Seeking:
	case p != nil:
		words = append(words, against(p), "p99 "+latency(p.Latency.Recent.P99, p.Latency.Recent.Count), counted(p.Failed, "failed"))
	case c != nil:
		words = append(words, graphs.Rate(c.Rate), "e2e p99 "+latency(c.E2E.Recent.P99, c.E2E.Recent.Count))
		if c.Backlog.Known {
			words = append(words, "backlog "+count(c.Backlog.Messages))
		}
		if n := int64(c.Delivery.Lost); n > 0 && c.Judged() {
			words = append(words, counted(n, "lost"))
		}
		if n := int64(c.Delivery.Duplicated); n > 0 {
			words = append(words, counted(n, "dup"))
		}
	}
	if far := Far(g.Ending); far != "" && g.State.Active() {
		words = append(words, far)
	}
	return strings.Join(words, " ")
}

// counted returns a count with its name.
func counted(n int64, name string) string { return count(n) + " " + name }

// count writes a count exactly below a thousand, with three digits from there on.
func count(n int64) string {
	if n > -1000 && n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return graphs.Three(float64(n))
}

// latency writes a quantile, graphs.NoValue if there are no values.
func latency(d time.Duration, of int64) string {
	if of == 0 {
		return graphs.NoValue
	}
	return graphs.Latency(float64(d))
}

// against returns the rate of a producer group with its target: 49.9k/50.0k/s.
func against(p *snapshot.Producer) string {
	switch {
	case p.Target.IsMax():
		return graphs.Rate(p.Rate) + " max"
	case p.Target > 0:
		return graphs.Three(p.Rate) + "/" + graphs.Rate(p.Aim())
	}
	return graphs.Rate(p.Rate)
}
