package metrics

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// clock is a clock that stands still.
func clock() time.Time { return time.Unix(1_700_000_000, 0) }

func TestSendShards(t *testing.T) {
	s := NewSendShards(clock)
	first, second := s.Attach(), s.Attach()
	first.Sent(3, 300)
	first.Acked(0, 1_000_000, 3_000_000, true)
	first.Acked(0, 1_000_000, 3_000_000, false)
	second.Sent(10, 1000)
	second.AckedRun([]int64{0, 10_000, 20_000}, 1, 1_000_000, 2_000_000)
	second.AckedRun(nil, 1, 0, 0)
	second.Failed(broker.QueueFull, "the queue is full")
	second.Unknown(2)
	require.EqualValues(t, 4, second.InFlight())
	s.Collect()
	require.Equal(t, SendCounts{Sent: 13, Acked: 5, Failed: 1, Unknown: 2, Bytes: 1300, Batches: 2}, s.Counts())
	require.EqualValues(t, 5, s.Latency.Total().Count)
	require.Equal(t, 3*time.Millisecond, s.Latency.Total().Max)
	require.Equal(t, 2*time.Millisecond, s.Service.Total().Max)
	require.Equal(t, time.Millisecond, s.Lag.Total().Max)
	require.EqualValues(t, 1, s.Failures.Total())

	s.Reset()
	require.Zero(t, s.Counts())
	require.Zero(t, s.Latency.Total())
	require.Empty(t, s.Failures.List())
	require.EqualValues(t, 13, s.Lifetime().Sent)
}

// TestAckedRunIsAckedOneByOne compares a run with the same messages recorded one
// by one, each with a distribution of its own: nothing is interpolated.
func TestAckedRunIsAckedOneByOne(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	runs, single := NewSendShards(clock), NewSendShards(clock)
	run, one := runs.Attach(), single.Attach()
	for i := range 500 {
		dues := make([]int64, 1+r.IntN(300))
		due := r.Int64N(int64(time.Hour))
		for j := range dues {
			dues[j] = due
			due += r.Int64N(1 << r.IntN(30))
		}
		sent := due + r.Int64N(int64(time.Second))
		now := sent + r.Int64N(int64(time.Second))
		batches := i % 3 % 2 // 0 for a run of a batch that another run began
		run.AckedRun(dues, batches, sent, now)
		for j, due := range dues {
			one.Acked(due, sent, now, j < batches)
		}
	}
	runs.Collect()
	single.Collect()
	require.Equal(t, single.Counts(), runs.Counts())
	require.NotZero(t, runs.Counts().Batches)
	require.Equal(t, single.Latency.Export(), runs.Latency.Export())
	require.Equal(t, single.Service.Export(), runs.Service.Export())
	require.Equal(t, single.Lag.Export(), runs.Lag.Export())
}

// TestLateAnswersOfARetiredLane arrive after the shard went back, even after it
// was lent again.
func TestLateAnswersOfARetiredLane(t *testing.T) {
	s := NewSendShards(clock)
	old := s.Attach()
	old.Sent(2, 2)
	s.Retire(old)
	s.Retire(old)
	s.Retire(NewSendRecorder(clock))
	s.Collect()
	old.Acked(0, 0, 1000, false)
	s.Collect()
	require.EqualValues(t, 1, s.Counts().Acked)
	young, other := s.Attach(), s.Attach()
	require.Same(t, old, young)
	require.NotSame(t, young, other)
	old.Acked(0, 0, 1000, false)
	young.Sent(5, 5)
	s.Collect()
	require.Equal(t, SendCounts{Sent: 7, Acked: 2, Bytes: 7}, s.Counts())
	require.EqualValues(t, 2, s.Latency.Total().Count)
}

// TestShardsUnderLoad has lanes that come and go while a reader cuts and resets.
func TestShardsUnderLoad(t *testing.T) {
	const lanes, generations, messages = 4, 20, 200
	s := NewSendShards(clock)
	var group, reader sync.WaitGroup
	done := make(chan struct{})
	reader.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				s.Collect()
				c := s.Lifetime()
				if c.Sent < c.Acked+c.Failed {
					t.Errorf("answers before messages: %+v", c)
				}
				if i%50 == 0 {
					s.Reset()
				}
			}
		}
	})
	for range lanes {
		group.Go(func() {
			for range generations {
				r := s.Attach()
				for i := range messages {
					r.Sent(1, 10)
					if i%10 == 0 {
						r.Failed(broker.Timeout, "no answer")
					} else {
						r.Acked(0, 1000, int64(i)*100_000, i%5 == 0)
					}
				}
				s.Retire(r)
			}
		})
	}
	group.Wait()
	close(done)
	reader.Wait()
	s.Collect()
	const total = lanes * generations * messages
	c := s.Lifetime()
	require.EqualValues(t, total, c.Sent)
	require.EqualValues(t, total/10*9, c.Acked)
	require.EqualValues(t, total/10, c.Failed)
	require.EqualValues(t, total/10*9, s.Latency.Lifetime())
	require.EqualValues(t, total/10*9, s.Lag.Lifetime())
}

func TestReceiveShards(t *testing.T) {
	s := NewReceiveShards(clock)
	r := s.Attach()
	r.Received(5, 500)
	r.EndToEnd(1_000, 5_001_000)
	r.EndToEnd(2_000, 1_000)
	r.EndToEndRun([]int64{0, 1000}, 2000)
	r.Redelivered(1)
	r.Unstamped(1)
	r.Acked(0, 1_000_000)
	r.AckedMany(0, 2_000_000, 2)
	r.Nacked(1)
	r.AckFailed(1, broker.Disconnected, "gone")
	s.Collect()
	require.Equal(t, ReceiveCounts{
		Received: 5, Redelivered: 1, Unstamped: 1, Bytes: 500,
		Acked: 3, Nacked: 1, AckFailed: 1,
	}, s.Counts())
	e2e := s.E2E.Total()
	require.EqualValues(t, 4, e2e.Count)
	require.EqualValues(t, 1, e2e.Negative)
	require.EqualValues(t, -1000, e2e.MostNegative)
	require.Equal(t, 5*time.Millisecond, e2e.Max)
	require.EqualValues(t, 3, s.Processing.Total().Count)
	s.Retire(r)
	s.Reset()
	require.Zero(t, s.Counts())
	require.EqualValues(t, 5, s.Lifetime().Received)
	require.Same(t, r, s.Attach())
}

func TestHotPathDoesNotAllocate(t *testing.T) {
	send, receive := NewSendRecorder(clock), NewReceiveRecorder(clock)
	dues := make([]int64, 100)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		send.Sent(100, 1000)
		send.Acked(1, 2, 3, true)
		send.AckedRun(dues, 1, 1000, 2000)
		receive.Received(1, 10)
		receive.EndToEnd(1, 2)
		receive.EndToEndRun(dues, 10)
		receive.Acked(1, 2)
	}))
}

func TestFailures(t *testing.T) {
	at := clock()
	f := NewFailures(func() time.Time { at = at.Add(time.Second); return at })
	require.Empty(t, f.List())
	f.Add(1, broker.Timeout, "first")
	f.Add(2, broker.Timeout, "second")
	f.Add(1, broker.Category(200), "strange")
	f.Add(4, broker.TooLarge, strings.Repeat("ä", 1000))
	list := f.List()
	require.Len(t, list, 3)
	require.Equal(t, Failure{
		Category: broker.Timeout, Count: 3,
		First: FailureText{clock().Add(time.Second), "first"},
		Last:  FailureText{clock().Add(2 * time.Second), "second"},
	}, list[0])
	require.Equal(t, broker.TooLarge, list[1].Category)
	require.LessOrEqual(t, len(list[1].Last.Text), failureTextMax)
	require.True(t, utf8.ValidString(list[1].Last.Text))
	require.Equal(t, broker.Other, list[2].Category)
	require.EqualValues(t, 8, f.Total())
	f.Reset()
	require.Zero(t, f.Total())
}

func TestCategories(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range broker.Categories() {
		require.NotEmpty(t, c.String())
		seen[c.String()] = true
	}
	require.Len(t, seen, int(broker.CategoryCount))
	require.Equal(t, "other", broker.Category(99).String())
}
