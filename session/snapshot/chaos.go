package snapshot

import (
	"fmt"
	"strings"
	"time"

	"pulsh/session/metrics"
)

// Chaos is what faults were caused on purpose, and what they did to the groups.
type Chaos struct {
	Scheduled []Scheduled  // faults that are still to come, in the order of their commands
	Events    []ChaosEvent // oldest first, at most ChaosEventsMax
	Sum       ChaosSum     // of all events, also of those that are no longer listed
}

// ChaosEventsMax bounds the events that are listed: a run of a day with one a minute.
const ChaosEventsMax = 1500

// Scheduled is a fault that is to come.
type Scheduled struct {
	Fault string        // as it is typed after chaos: kill, unload fast
	Every time.Duration // 0 for a fault that comes once
	Until time.Time     // zero for no end
	Next  time.Time
	Done  int // events so far
}

// ChaosEvent is one fault that was caused.
type ChaosEvent struct {
	Number     int       // from 1, among all events of the session
	At         time.Time // at which the fault began
	Fault      string
	Detail     string        // what it hit: "2 of 4 consumers", or ""
	Lasted     time.Duration // from the beginning of the fault to its end: until the server was ready again
	Err        string        // why the fault could not be caused, or ""
	FirstAck   Recovery
	FirstRecv  Recovery
	P99        time.Duration // the highest p99 of one second of latency and e2e, from the beginning on
	Lost       int64
	Duplicated int64
	Ended      bool // it is observed no longer
}

// Recovery is how groups came back after a fault.
type Recovery struct {
	Groups int           // that sent or received when the fault began
	Back   int           // of them, those that have since
	After  time.Duration // from the end of the fault until the last of those was back; 0 for less than one sample
}

// Known reports whether there is a time: some group was concerned, and all are back.
func (r Recovery) Known() bool { return r.Groups > 0 && r.Back == r.Groups }

// ChaosSum adds events up.
type ChaosSum struct {
	Events, Failed, NotBack  int           // NotBack counts ended events after which a group did not come back
	FirstAck, FirstRecv, P99 time.Duration // the longest
	Acks, Recvs              int           // events with a first ack and with a first receive
	Lost, Duplicated         int64         // since the first event
}

// Add adds an event, without what was lost and duplicated.
func (s *ChaosSum) Add(e ChaosEvent) {
	s.Events++
	if e.Err != "" {
		s.Failed++
	}
	if e.FirstAck.Known() {
		s.Acks, s.FirstAck = s.Acks+1, max(s.FirstAck, e.FirstAck.After)
	}
	if e.FirstRecv.Known() {
		s.Recvs, s.FirstRecv = s.Recvs+1, max(s.FirstRecv, e.FirstRecv.After)
	}
	if e.FirstAck.Back < e.FirstAck.Groups || e.FirstRecv.Back < e.FirstRecv.Groups {
		s.NotBack++
	}
	s.P99 = max(s.P99, e.P99)
}

// WorstP99 returns the highest p99 of latency and e2e in the last second, of all
// groups.
func (s *Snapshot) WorstP99() time.Duration {
	most := time.Duration(0)
	for _, g := range s.Groups {
		if p := g.Producer; p != nil {
			most = max(most, p.Latency.Recent.P99)
		}
		if c := g.Consumer; c != nil {
			most = max(most, c.E2E.Recent.P99)
		}
	}
	return most
}

// Outcome returns what is known of an event as parts of a line.
func (e ChaosEvent) Outcome() string {
	if e.Err != "" {
		return "failed: " + e.Err
	}
	var parts []string
	if e.Detail != "" {
		parts = append(parts, e.Detail)
	}
	if e.Lasted >= shownFrom {
		parts = append(parts, "lasted "+seconds(e.Lasted))
	}
	if e.FirstAck.Groups > 0 {
		parts = append(parts, "first ack "+e.FirstAck.String())
	}
	if e.FirstRecv.Groups > 0 {
		parts = append(parts, "first receive "+e.FirstRecv.String())
	}
	return strings.Join(append(parts, damage(e.P99, e.Lost, e.Duplicated)), " · ")
}

// sampleTime is the resolution of recoveries.
const sampleTime = metrics.SampleEvery

// shownFrom is the length from which on the length of a fault is told.
const shownFrom = 500 * time.Millisecond

func damage(p99 time.Duration, lost, duplicated int64) string {
	return fmt.Sprintf("peak p99 %s · %d lost · %d duplicated", seconds(p99), lost, duplicated)
}

// String returns the recovery as the rest of a sentence: after 1.3s.
func (r Recovery) String() string {
	switch {
	case !r.Known() && r.Groups == 1:
		return "not yet"
	case !r.Known():
		return fmt.Sprintf("not yet for %d of %d groups", r.Groups-r.Back, r.Groups)
	}
	if r.After < sampleTime {
		return within(r.After)
	}
	return "after " + seconds(r.After)
}

// within writes a bound of a recovery, which is known to a sample.
func within(d time.Duration) string {
	if d < sampleTime {
		return "within 0.1s"
	}
	return "within " + seconds(d)
}

// String returns the sum as parts of a line.
func (s ChaosSum) String() string {
	parts := []string{fmt.Sprintf("%d events", s.Events)}
	if s.Events == 1 {
		parts[0] = "1 event"
	}
	if s.Acks > 0 {
		parts = append(parts, "first ack "+within(s.FirstAck))
	}
	if s.Recvs > 0 {
		parts = append(parts, "first receive "+within(s.FirstRecv))
	}
	parts = append(parts, damage(s.P99, s.Lost, s.Duplicated))
	if s.NotBack > 0 {
		parts = append(parts, fmt.Sprintf("%d without recovery", s.NotBack))
	}
	if s.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", s.Failed))
	}
	return strings.Join(parts, " · ")
}

// seconds writes a duration to a tenth of a second, or to a millisecond below one.
func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1fs", d.Seconds())
}
