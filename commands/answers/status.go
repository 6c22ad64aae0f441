package answers

import (
	"strconv"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// StatusLine is a session on one line without escape sequences, for the status
// command and for a shell without a terminal: the clock, the cluster if it is
// not well, then each group. It is "" if there is no snapshot.
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
	if len(s.Groups) == 0 {
		return head + " no groups"
	}
	parts := make([]string, len(s.Groups))
	for i, g := range s.Groups {
		parts[i] = statusOf(g)
	}
	return graphs.Clean(head + " " + strings.Join(parts, " | "))
}

// statusOf is a group as a part of the status line.
func statusOf(g snapshot.Group) string {
	words := []string{g.Name}
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
			words = append(words, counted(c.Backlog.Messages, "behind"))
		}
		if n := int64(c.Delivery.Lost); n > 0 {
			words = append(words, counted(n, "lost"))
		}
		if n := int64(c.Delivery.Duplicated); n > 0 {
			words = append(words, counted(n, "dup"))
		}
	}
	return strings.Join(words, " ")
}

// counted is how often something happened: whole below a thousand, three digits
// from there on.
func counted(n int64, name string) string {
	if n > -1000 && n < 1000 {
		return strconv.FormatInt(n, 10) + " " + name
	}
	return graphs.Three(float64(n)) + " " + name
}

// latency writes a quantile, or that there is none.
func latency(d time.Duration, of int64) string {
	if of == 0 {
		return graphs.NoValue
	}
	return graphs.Latency(float64(d))
}

// against is the rate beside its target: 49.9k/50.0k/s.
func against(p *snapshot.Producer) string {
	switch {
	case p.Target.IsMax():
		return graphs.Rate(p.Rate) + " max"
	case p.Target > 0:
		return graphs.Three(p.Rate) + "/" + graphs.Rate(float64(p.Target))
	}
	return graphs.Rate(p.Rate)
}
