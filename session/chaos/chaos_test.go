package chaos

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// stage is a session with one producer group and one consumer group that flow unless
// they are held.
type stage struct {
	*Chaos

	mu         sync.Mutex // guards the fields below
	now        *snapshot.Snapshot
	acked      int64
	received   int64
	held       bool
	p99        time.Duration
	duplicated int64
	said       []string
	marks      []string
}

func newStage(t *testing.T) *stage {
	s := &stage{now: &snapshot.Snapshot{}}
	s.Chaos = New(Host{
		Say: func(format string, args ...any) {
			s.locked(func() { s.said = append(s.said, fmt.Sprintf(format, args...)) })
		},
		Mark: func(_ snapshot.MarkKind, text string) { s.locked(func() { s.marks = append(s.marks, text) }) },
		Latest: func() (now *snapshot.Snapshot) {
			s.locked(func() { now = s.now })
			return now
		},
	})
	t.Cleanup(s.Close)
	s.sample()
	return s
}

func (s *stage) locked(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

func (s *stage) sample() {
	var next *snapshot.Snapshot
	s.locked(func() { next = s.next() })
	next.Chaos = s.Observe(next)
	s.locked(func() { s.now = next })
}

func (s *stage) next() *snapshot.Snapshot {
	if !s.held {
		s.acked += 100
		s.received += 100
	}
	recent := snapshot.Latencies{Recent: metrics.Quantiles{P99: s.p99}}
	return &snapshot.Snapshot{At: time.Now(), Groups: []snapshot.Group{
		{Name: "fast", State: snapshot.Running, Producer: &snapshot.Producer{Acked: s.acked, Rate: 1000, Latency: recent}},
		{Name: "sub1", State: snapshot.Running, Consumer: &snapshot.Consumer{Received: s.received, Rate: 1000}},
		{Name: "idle", State: snapshot.Paused, Consumer: &snapshot.Consumer{}},
	}, Totals: snapshot.Totals{Duplicated: s.duplicated}}
}

// pass lets time pass with its samples.
func (s *stage) pass(d time.Duration) {
	for range int(d / metrics.SampleEvery) {
		time.Sleep(metrics.SampleEvery)
		synctest.Wait()
		s.sample()
	}
}

func all(snapshot.Group) bool { return true }

// outage holds the groups for a time, and somewhat longer.
func (s *stage) outage(d, longer time.Duration) Fault {
	return Fault{Name: "kill", Concerns: all, Cause: func(ctx context.Context) (string, error) {
		s.locked(func() { s.held = true })
		select {
		case <-time.After(d):
		case <-ctx.Done():
		}
		time.AfterFunc(longer, func() { s.locked(func() { s.held = false }) })
		return "", nil
	}}
}

func TestAnEventIsMeasuredFromItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.pass(time.Second)
		require.Nil(t, s.now.Chaos)
		require.NoError(t, s.Start(s.outage(3*time.Second, 1250*time.Millisecond), Plan{}))
		s.pass(4 * time.Second)
		s.p99, s.duplicated = 4*time.Second, 7
		s.pass(time.Second)
		s.p99 = 0
		s.pass(15 * time.Second)
		e := s.now.Chaos.Events[0]
		require.True(t, e.Ended)
		require.InDelta(t, 3*time.Second, e.Lasted, float64(metrics.SampleEvery))
		for _, r := range []snapshot.Recovery{e.FirstAck, e.FirstRecv} {
			require.Equal(t, 1, r.Groups, "the paused group is not concerned")
			require.True(t, r.Known())
			require.InDelta(t, 1300*time.Millisecond, r.After, float64(metrics.SampleEvery))
		}
		require.Equal(t, 4*time.Second, e.P99)
		require.EqualValues(t, 7, e.Duplicated)
		require.Len(t, s.said, 1)
		require.Contains(t, s.said[0], "chaos 1 kill: lasted 3.0s · first ack after 1.3s · first receive after 1.3s · peak p99 4.0s · 0 lost · 7 duplicated")
		require.Equal(t, []string{"chaos kill", "chaos kill over"}, s.marks)
		require.Equal(t, "1 event · first ack within 1.3s · first receive within 1.3s · peak p99 4.0s · 0 lost · 7 duplicated", s.now.Chaos.Sum.String())
	})
}

func TestAPauseShorterThanASampleIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		require.NoError(t, s.Start(Fault{Name: "unload fast", Concerns: all, Cause: func(context.Context) (string, error) { return "", nil }}, Plan{}))
		s.pass(time.Second)
		require.Equal(t, snapshot.Recovery{Groups: 1, Back: 1}, s.now.Chaos.Events[0].FirstAck)
		require.Contains(t, s.now.Chaos.Events[0].Outcome(), "first ack within 0.1s")
	})
}

func TestASchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		require.NoError(t, s.Start(s.outage(time.Second, 0), Plan{Every: 20 * time.Second, For: time.Minute}))
		s.pass(5 * time.Second)
		require.Equal(t, 1, s.now.Chaos.Scheduled[0].Done)
		require.Equal(t, 20*time.Second, s.now.Chaos.Scheduled[0].Next.Sub(s.now.Chaos.Events[0].At))
		s.pass(2 * time.Minute)
		require.Len(t, s.now.Chaos.Events, 3, "at 0, 20 and 40 s")
		require.Empty(t, s.now.Chaos.Scheduled)
		require.Equal(t, 3, s.now.Chaos.Sum.Events)
	})
}

func TestFaultsThatFallDueMeanwhileAreLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		require.NoError(t, s.Start(s.outage(25*time.Second, 0), Plan{Every: 10 * time.Second}))
		s.pass(58 * time.Second)
		require.Len(t, s.now.Chaos.Events, 2, "at 0 and 30 s")
	})
}

func TestOneFaultAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		other := s.outage(time.Second, 0)
		other.Name = "stop 1s"
		require.NoError(t, s.Start(s.outage(5*time.Second, 0), Plan{}))
		time.Sleep(time.Millisecond)
		require.NoError(t, s.Start(other, Plan{}))
		s.pass(20 * time.Second)
		require.Len(t, s.now.Chaos.Events, 2)
		require.InDelta(t, 5*time.Second, s.now.Chaos.Events[1].At.Sub(s.now.Chaos.Events[0].At), float64(metrics.SampleEvery))
	})
}

func TestOffUndoesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		other := s.outage(time.Hour, 0)
		other.Name = "stop 1h"
		require.NoError(t, s.Start(s.outage(time.Hour, 0), Plan{Every: 2 * time.Hour}))
		time.Sleep(time.Millisecond)
		require.NoError(t, s.Start(other, Plan{}))
		s.pass(time.Second)
		begin := time.Now()
		require.Equal(t, []string{"stop 1h"}, s.Off("stop 1h"), "it waited for its turn")
		require.Equal(t, []string{"kill"}, s.Off(""))
		require.Less(t, time.Since(begin), time.Second)
		s.pass(time.Minute)
		require.False(t, s.held)
		require.Empty(t, s.now.Chaos.Scheduled)
	})
}

func TestARepeatedFailureEndsASchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		require.NoError(t, s.Start(Fault{Name: "unload gone", Concerns: all, Cause: func(context.Context) (string, error) {
			return "", errors.New("there is no topic gone")
		}}, Plan{Every: time.Second}))
		s.pass(10 * time.Second)
		require.Equal(t, []string{"chaos unload gone: there is no topic gone", "chaos unload gone: there is no topic gone", "chaos unload gone: there is no topic gone",
			"chaos unload gone ends: it has failed 3 times in a row; try: chaos"}, s.said)
		require.Equal(t, 3, s.now.Chaos.Sum.Failed)
		require.Equal(t, "failed: there is no topic gone", s.now.Chaos.Events[2].Outcome())
	})
}

func TestWhatDoesNotComeBackIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		require.NoError(t, s.Start(s.outage(time.Second, time.Hour), Plan{}))
		s.pass(10 * time.Second)
		require.Zero(t, s.now.Chaos.Sum.NotBack, "it is not yet given up")
		require.Contains(t, s.now.Chaos.Events[0].Outcome(), "first ack not yet")
		s.pass(6 * time.Minute)
		require.Equal(t, 1, s.now.Chaos.Sum.NotBack)
		require.Contains(t, s.now.Chaos.Sum.String(), "1 without recovery")
	})
}

func TestTheEndOfTheSessionCountsWhatIsNotBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		require.NoError(t, s.Start(s.outage(time.Hour, time.Hour), Plan{}))
		s.pass(time.Second)
		s.Close()
		s.sample()
		require.Equal(t, 1, s.now.Chaos.Sum.NotBack)
		require.ErrorIs(t, s.Start(s.outage(time.Second, 0), Plan{}), ErrClosed)
	})
}

func TestSchedulesHaveALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		for i := range TasksMax {
			require.NoError(t, s.Start(Fault{Name: fmt.Sprint(i), Concerns: all, Cause: s.outage(time.Second, 0).Cause}, Plan{Every: time.Hour}))
		}
		require.ErrorIs(t, s.Start(s.outage(time.Second, 0), Plan{}), ErrTooMany)
	})
}

// A slow group finds duplicates long after a fault. They are that fault's until the next
// one begins, and the events add up to the sum.
func TestWhatTurnsUpLaterIsOfTheLatestFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		require.NoError(t, s.Start(s.outage(time.Second, time.Second), Plan{}))
		s.pass(20 * time.Second)
		published := s.now.Chaos.Events
		require.True(t, published[0].Ended)
		s.duplicated = 7
		s.pass(time.Minute)
		require.EqualValues(t, 7, s.now.Chaos.Events[0].Duplicated)
		require.Zero(t, published[0].Duplicated, "what was published does not change")
		require.NoError(t, s.Start(s.outage(time.Second, time.Second), Plan{}))
		s.pass(500 * time.Millisecond)
		s.duplicated = 12
		s.pass(30 * time.Second)
		events := s.now.Chaos.Events
		require.EqualValues(t, 7, events[0].Duplicated)
		require.EqualValues(t, 5, events[1].Duplicated)
		require.EqualValues(t, 12, s.now.Chaos.Sum.Duplicated)
	})
}
