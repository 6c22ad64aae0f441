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
	first.AckedAlike(1, 1, 0, 1_000_000, 3_000_000)
	first.AckedAlike(1, 0, 0, 1_000_000, 3_000_000)
	second.Sent(10, 1000)
	second.AckedRun([]int64{0, 10_000, 20_000}, 1, 1_000_000, 2_000_000)
	second.AckedRun(nil, 1, 0, 0)
	second.Failed(broker.QueueFull, "the queue is full")
	s.Collect()
	require.Equal(t, SendCounts{Sent: 13, Acked: 5, Failed: 1, Bytes: 1300, Batches: 2}, s.Counts())
	require.EqualValues(t, 5, s.Latency.Total().Count)
	require.Equal(t, 3*time.Millisecond, s.Latency.Total().Max)
	require.Equal(t, 2*time.Millisecond, s.Service.Total().Max)
	require.Equal(t, time.Millisecond, s.Lag.Total().Max)
	require.EqualValues(t, 1, s.Failures.List()[0].Count)

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
			one.AckedAlike(1, max(batches-j, 0), due, sent, now)
		}
	}
	runs.Collect()
	single.Collect()
	require.Equal(t, single.Counts(), runs.Counts())
	require.NotZero(t, runs.Counts().Batches)
	require.Equal(t, single.Latency.Total(), runs.Latency.Total())
	require.Equal(t, single.Latency.Buckets(), runs.Latency.Buckets())
	require.Equal(t, single.Service.Total(), runs.Service.Total())
	require.Equal(t, single.Service.Buckets(), runs.Service.Buckets())
	require.Equal(t, single.Lag.Total(), runs.Lag.Total())
	require.Equal(t, single.Lag.Buckets(), runs.Lag.Buckets())
}

// TestLateAnswersAreCounted attaches a recorder for a new producer while an
// answer to the closed one is still to come.
func TestLateAnswersAreCounted(t *testing.T) {
	s := NewSendShards(clock)
	closed := s.Attach()
	closed.Sent(2, 2)
	s.Collect()
	young := s.Attach()
	require.NotSame(t, closed, young)
	closed.AckedAlike(1, 0, 0, 0, 1000)
	young.Sent(5, 5)
	s.Reset()
	closed.AckedAlike(1, 0, 0, 0, 1000)
	s.Collect()
	require.Equal(t, SendCounts{Sent: 7, Acked: 2, Bytes: 7}, s.Lifetime())
	require.Equal(t, SendCounts{Acked: 1}, s.Counts())
	require.EqualValues(t, 1, s.Latency.Total().Count)
}

// TestShardsUnderLoad attaches recorders while a reader collects and resets.
func TestShardsUnderLoad(t *testing.T) {
	const producers, generations, messages = 4, 20, 200
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
	for range producers {
		group.Go(func() {
			for range generations {
				r := s.Attach()
				for i := range messages {
					r.Sent(1, 10)
					if i%10 == 0 {
						r.Failed(broker.Timeout, "no answer")
					} else {
						r.AckedAlike(1, i%5/4, 0, 1000, int64(i)*100_000)
					}
				}
			}
		})
	}
	group.Wait()
	close(done)
	reader.Wait()
	s.Collect()
	const total = producers * generations * messages
	c := s.Lifetime()
	require.EqualValues(t, total, c.Sent)
	require.EqualValues(t, total/10*9, c.Acked)
	require.EqualValues(t, total/10, c.Failed)
}

func TestReceiveShards(t *testing.T) {
	s := NewReceiveShards(clock)
	r := s.Attach()
	r.Received(5, 500)
	r.EndToEnd(1_000, 5_001_000)
	r.EndToEnd(2_000, 1_000)
	r.EndToEndRun([]int64{0, 1000}, 2000)
	r.Unstamped(1)
	r.Acked(0, 1_000_000)
	r.AckedMany(0, 2_000_000, 2)
	r.Nacked(1)
	r.AckFailed(1, broker.Disconnected, "gone")
	s.Collect()
	require.Equal(t, ReceiveCounts{
		Received: 5, Unstamped: 1, Bytes: 500,
		Acked: 3, Nacked: 1, AckFailed: 1,
	}, s.Counts())
	e2e := s.E2E.Total()
	require.EqualValues(t, 4, e2e.Count)
	require.EqualValues(t, 1, e2e.Negative)
	require.EqualValues(t, -1000, e2e.MostNegative)
	require.Equal(t, 5*time.Millisecond, e2e.Max)
	require.EqualValues(t, 3, s.Processing.Total().Count)
	s.Reset()
	require.Zero(t, s.Counts())
	require.EqualValues(t, 5, s.Lifetime().Received)
}

func TestHotPathDoesNotAllocate(t *testing.T) {
	send, receive := NewSendShards(clock).Attach(), NewReceiveShards(clock).Attach()
	dues := make([]int64, 100)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		send.Sent(100, 1000)
		send.AckedAlike(1, 1, 1, 2, 3)
		send.AckedRun(dues, 1, 1000, 2000)
		receive.Received(1, 10)
		receive.EndToEnd(1, 2)
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
	require.EqualValues(t, 4, list[1].Count)
	f.Reset()
	require.Empty(t, f.List())
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
