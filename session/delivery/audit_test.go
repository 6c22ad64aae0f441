package delivery

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/payload"
)

// observe accounts for a delivery as Take does, but for the key, the partition
// and the failed sends: what a sequence knows by itself.
func observe(r *Reader, stamp payload.Stamp, entry, redelivery uint32) Class {
	s := r.lock(stamp.Producer)
	if s == nil {
		return r.audit.countRetired()
	}
	defer s.mu.Unlock()
	return s.observe(stamp.Sequence, entry, redelivery)
}

// feed observes the numbers of producer 1 from first to last, each as an entry
// of its own number.
func feed(l *Audit, first, last uint64) {
	r := l.Reader()
	for n := first; n <= last; n++ {
		observe(r, payload.Stamp{Producer: 1, Sequence: n}, uint32(n), 0)
	}
}

func see(l *Audit, n uint64) Class {
	return observe(l.Reader(), payload.Stamp{Producer: 1, Sequence: n}, uint32(n), 0)
}

func TestProducersMayStartAnywhere(t *testing.T) {
	for _, start := range []uint64{0, 1, 1_000_000, payload.MaxSequence - 999} {
		l := NewAudit(64)
		feed(l, start, start+999)
		require.Equal(t, Totals{Received: 1000, Period: 1, Producers: 1}, l.Totals())
	}
}

func TestNumbersBeyondTheHighestAreNotBelieved(t *testing.T) {
	l := NewAudit(64)
	require.Equal(t, OutsideWindow, see(l, payload.MaxSequence+1))
	feed(l, payload.MaxSequence-9, payload.MaxSequence)
	require.Equal(t, OutsideWindow, see(l, payload.MaxSequence+1))
	require.Equal(t, OutsideWindow, see(l, ^uint64(0)))
	require.Equal(t, Totals{Received: 13, OutsideWindow: 3, Period: 1, Producers: 1}, l.Totals())
}

func TestDisorderAtTheStart(t *testing.T) {
	// Four consumers of a shared subscription begin at once and the one that
	// got the highest numbers is the fastest.
	l := NewAudit(1024)
	for part := range uint64(4) {
		first := 1000 + (3-part)*100
		feed(l, first, first+99)
	}
	require.Equal(t, Totals{Received: 400, OutOfOrder: 300, Period: 1, Producers: 1}, l.Totals())
	require.Equal(t, OutsideWindow, see(l, 1399-1024))
	require.Equal(t, OutOfOrder, see(l, 1400-1024))
	require.EqualValues(t, 1000-376-1, l.Totals().Gaps)
}

func TestRedeliveredNumbersOpenNothing(t *testing.T) {
	// A group that starts on a subscription where single messages were left
	// unacknowledged gets those first.
	l := NewAudit(0)
	for n := uint64(0); n < 1000; n += 10 {
		require.Equal(t, Redelivered, observe(l.Reader(), payload.Stamp{Producer: 1, Sequence: n}, 0, 1))
	}
	feed(l, 2000, 2999)
	require.Equal(t, Redelivered, observe(l.Reader(), payload.Stamp{Producer: 1, Sequence: 1500}, 0, 2))
	require.Equal(t, Totals{Received: 1101, Redelivered: 101, RedeliveredByBroker: 101, Period: 1, Producers: 1}, l.Totals())
}

func TestClosedConsumerHandsItsMessagesOn(t *testing.T) {
	l := NewAudit(0)
	feed(l, 0, 999)
	feed(l, 500, 1499) // the broker need not count these as redelivered
	require.Equal(t, Totals{Received: 2000, Redelivered: 500, Period: 1, Producers: 1}, l.Totals())
	require.Equal(t, Duplicated, observe(l.Reader(), payload.Stamp{Producer: 1, Sequence: 700}, 12345, 0))
	require.Equal(t, Redelivered, observe(l.Reader(), payload.Stamp{Producer: 1, Sequence: 700}, 12345, 3))
}

func TestMessagesThatACloseLeftUnseenAreNew(t *testing.T) {
	l := NewAudit(0)
	feed(l, 0, 99)
	feed(l, 200, 299)
	for n := uint64(100); n < 200; n++ {
		require.Equal(t, OutOfOrder, observe(l.Reader(), payload.Stamp{Producer: 1, Sequence: n}, uint32(n), 1))
	}
	require.Zero(t, l.Totals().Missing())
	require.Zero(t, l.Totals().Redelivered)
}

func TestNotYetReceived(t *testing.T) {
	l := NewAudit(0)
	l.Expect(1, 50)
	require.Equal(t, Totals{Period: 1}, l.Totals(), "nobody knows yet where the account begins")
	feed(l, 10, 39)
	require.EqualValues(t, 10, l.Totals().NotYetReceived)
	l.Expect(1, 45)
	require.EqualValues(t, 10, l.Totals().NotYetReceived, "a promise is not taken back")
	feed(l, 40, 60)
	require.Zero(t, l.Totals().NotYetReceived)
	l.Expect(1, 100)
	require.EqualValues(t, 39, l.Totals().Missing())
	require.EqualValues(t, 51, l.Totals().Unique())
}

func TestOpenShowsTheLossOfTheFirst(t *testing.T) {
	l := NewAudit(64)
	l.Open(1, 0)
	l.Expect(1, 1000)
	require.Equal(t, Totals{NotYetReceived: 1000, Period: 1, Producers: 1, Announced: 1}, l.Totals())
	feed(l, 100, 899)
	require.Equal(t, Totals{Received: 800, Lost: 100, NotYetReceived: 100, Period: 1, Producers: 1, Announced: 1}, l.Totals())
	l.Open(1, 5000)
	require.Equal(t, New, see(l, 900))
}

func TestFailedSendsAreUnknown(t *testing.T) {
	l := NewAudit(64)
	l.Open(1, 0)
	for n := uint64(10); n < 30; n++ {
		l.SendFailed(1, n)
	}
	l.Expect(1, 100)
	require.Equal(t, Totals{NotYetReceived: 80, Unknown: 20, Period: 1, Producers: 1, Announced: 1}, l.Totals())
	feed(l, 0, 9)
	feed(l, 20, 24) // five were stored after all
	got := l.Totals()
	require.Equal(t, []uint64{0, 70, 15}, []uint64{got.Gaps, got.NotYetReceived, got.Unknown})
	feed(l, 31, 99) // and one that was acked does not come
	require.Equal(t, Totals{Received: 84, Lost: 1, Unknown: 15, Period: 1, Producers: 1, Announced: 1}, l.Totals())
	require.Equal(t, OutsideWindow, see(l, 12))
	require.EqualValues(t, 15, l.Totals().Unknown)
	l.SendFailed(1, 50) // has been seen
	require.EqualValues(t, 15, l.Totals().Unknown)
	l.SendFailed(1, 30) // the failure is reported late
	require.EqualValues(t, 16, l.Totals().Unknown)
	require.Zero(t, l.Totals().Lost)
	l.SendFailed(1, 31)
	require.EqualValues(t, 16, l.Totals().Unknown, "no more can be unknown than is lost")
}

func TestSpansAreASet(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 2))
		var d spans
		set := map[uint64]bool{}
		for range 2000 {
			n := r.Uint64N(200)
			if r.IntN(2) == 0 {
				d, set[n] = d.add(n), true
			} else {
				d = d.remove(n)
				delete(set, n)
			}
		}
		require.EqualValues(t, len(set), d.below(1000))
		for i, s := range d {
			require.Less(t, s.from, s.to)
			require.True(t, i == 0 || d[i-1].to < s.from)
			require.True(t, set[s.from] && set[s.to-1])
		}
		cut := r.Uint64N(200)
		want := d.below(cut)
		below, _, rest := d.split(cut)
		require.Equal(t, want, below)
		require.EqualValues(t, len(set), below+rest.below(1000))
	}
}

func TestSpansAreBounded(t *testing.T) {
	var d spans
	for n := range uint64(4 * MaxUnknownSpans) {
		d = d.add(2 * n)
	}
	require.Len(t, d, MaxUnknownSpans)
	d = spans{{0, 10 * MaxUnknownSpans}}
	for n := uint64(1); n < 8*MaxUnknownSpans; n += 2 {
		d = d.remove(n)
	}
	require.LessOrEqual(t, len(d), MaxUnknownSpans)
}

func TestPeriods(t *testing.T) {
	cases := []struct {
		name    string
		early   []uint64 // numbers of the old period, before the new one begins
		first   uint64
		late    []uint64 // numbers of the old period, after the new one began
		outside uint64
	}{
		{"back", nil, 2000, nil, 0},
		{"back, late first", []uint64{10_001, 10_003, 10_000}, 2000, nil, 3},
		{"back, late in between", nil, 2000, []uint64{10_000, 10_002}, 2},
		{"back, late both", []uint64{10_001}, 2000, []uint64{10_000, 10_002}, 3},
		{"forward", nil, 50_000, nil, 0},
		{"forward, late first", []uint64{10_001, 10_000}, 50_000, nil, 2},
		{"forward, late both", []uint64{10_001, 10_000}, 50_000, []uint64{10_002}, 3},
		{"no move", nil, 9_900, nil, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := NewAudit(256)
			feed(l, 0, 4_999)
			feed(l, 5_010, 9_999)
			l.NewPeriod()
			for _, n := range c.early {
				see(l, n)
			}
			feed(l, c.first, c.first+99)
			for _, n := range c.late {
				require.Equal(t, OutsideWindow, see(l, n))
			}
			feed(l, c.first+100, c.first+999)
			want := Totals{OutsideWindow: c.outside, Received: 1000 + c.outside, Period: 2, Producers: 1}
			require.Equal(t, want, l.Totals())
			require.Equal(t, Totals{Received: 9_990, Lost: 10, Period: 1, Producers: 1}, l.Previous())
			l.NewPeriod()
			require.Equal(t, Totals{Period: 3}, l.Totals())
			require.Equal(t, Totals{Received: 10_990 + c.outside, Lost: 10, OutsideWindow: c.outside, Period: 2, Producers: 2}, l.Previous())
		})
	}
}

func TestReplayThroughTheOldEndLosesNothing(t *testing.T) {
	l := NewAudit(256)
	feed(l, 0, 9_999)
	l.NewPeriod()
	see(l, 10_000)
	feed(l, 0, 20_000)
	require.Equal(t, Totals{Received: 20_002, OutsideWindow: 1, Period: 2, Producers: 1}, l.Totals())
}

func TestLossIsNotTakenForLateForEver(t *testing.T) {
	l := NewAudit(256)
	feed(l, 0, 99_999)
	l.NewPeriod()
	feed(l, 0, 49_999)
	feed(l, 99_900, 119_999) // 49,900 are missing, right up to the old end
	got := l.Totals()
	require.Zero(t, got.Duplicated)
	require.EqualValues(t, 120_000, got.Missing()+got.Unique())
	require.LessOrEqual(t, got.OutsideWindow, uint64(LateLimit))
	require.GreaterOrEqual(t, got.Lost, uint64(49_900))
}

func TestExpectationsOutliveThePeriod(t *testing.T) {
	l := NewAudit(0)
	feed(l, 0, 99)
	l.Expect(1, 200)
	l.NewPeriod()
	require.Zero(t, l.Totals().NotYetReceived)
	feed(l, 50, 149)
	require.EqualValues(t, 50, l.Totals().NotYetReceived)
	require.Zero(t, l.Previous().NotYetReceived)
}

func TestProducersAreBounded(t *testing.T) {
	l := NewAudit(64)
	for id := range uint64(MaxProducers) {
		observe(l.Reader(), payload.Stamp{Producer: id}, 0, 0)
	}
	observe(l.Reader(), payload.Stamp{Producer: 7, Sequence: 2}, 0, 0) // leaves a gap
	l.Totals()
	for id := range uint64(MaxProducers) {
		if id != 7 {
			observe(l.Reader(), payload.Stamp{Producer: id, Sequence: 1}, 1, 0)
		}
	}
	l.Expect(7, 10)
	l.Totals()
	observe(l.Reader(), payload.Stamp{Producer: 1 << 40}, 0, 0)
	require.Len(t, l.sequences, MaxProducers)
	require.NotContains(t, l.sequences, uint64(7))
	got := l.Totals()
	want := Totals{Received: 2*MaxProducers + 1, Lost: 1, NotYetReceived: 7, Period: 1, Producers: MaxProducers + 1, Announced: 1}
	require.Equal(t, want, got)
	require.Equal(t, OutsideWindow, observe(l.Reader(), payload.Stamp{Producer: 7, Sequence: 3}, 0, 0))
	require.Equal(t, OutsideWindow, observe(l.Reader(), payload.Stamp{Producer: 7, Sequence: 3}, 0, 0))
	observe(l.Reader(), payload.Stamp{Producer: 7}, 9, 0)
	observe(l.Reader(), payload.Stamp{Producer: 8, Sequence: 2}, 9, 0)
	l.Expect(7, 100)
	want.Received += 4
	want.OutsideWindow = 3
	require.Equal(t, want, l.Totals())
	l.NewPeriod()
	require.Equal(t, New, observe(l.Reader(), payload.Stamp{Producer: 7, Sequence: 3}, 0, 0))
	require.EqualValues(t, 3, l.Previous().OutsideWindow)
}

func TestRetiredProducersAreForgottenInOrder(t *testing.T) {
	l := NewAudit(64)
	for id := range uint64(maxRetired + 10) {
		l.rememberRetired(id)
	}
	require.Len(t, l.retired, maxRetired)
	require.NotContains(t, l.retired, uint64(9))
	require.Contains(t, l.retired, uint64(10))
}

func TestWindowsShareABudget(t *testing.T) {
	l := NewAudit(0)
	for id := range uint64(MaxProducers + 5) {
		l.find(id)
	}
	var sum uint64
	for _, s := range l.sequences {
		sum += s.width
	}
	require.Equal(t, sum, l.numbers)
	require.LessOrEqual(t, sum, uint64(WindowBudget+MaxProducers*LeanWindow))
}

func TestNewAuditRoundsTheWindow(t *testing.T) {
	for asked, want := range map[int]uint64{0: DefaultWindow, 1: 64, -5: 64, 64: 64, 65: 128, 1 << 30: MaxWindow} {
		require.Equal(t, want, NewAudit(asked).window)
	}
}

func TestEntryFingerprint(t *testing.T) {
	seen := map[uint32]bool{}
	for ledger := range int64(20) {
		for entry := range int64(200) {
			for partition := int32(-1); partition < 4; partition++ {
				seen[EntryFingerprint(ledger, entry, partition)] = true
			}
		}
	}
	require.GreaterOrEqual(t, len(seen), 20*200*5-2)
}

// TestWorkersTogether lets workers share producers while totals are read, a
// promise is made and periods end; whatever the order, nothing is lost and all
// deliveries are accounted for.
func TestWorkersTogether(t *testing.T) {
	const workers, producers, each = 8, 5, 20_000
	l := NewAudit(0)
	var work, watch sync.WaitGroup
	done := make(chan struct{})
	for w := range workers {
		work.Go(func() {
			reader := l.Reader()
			run := make([]payload.Stamp, 4)
			for i := range uint64(each / 4) {
				for j := range run {
					run[j] = payload.Stamp{Producer: i % producers, Sequence: (i/producers)*4*workers + uint64(w)*4 + uint64(j)}
				}
				for _, stamp := range run {
					observe(reader, stamp, uint32(w), 0)
				}
			}
		})
	}
	watch.Go(func() {
		for id := uint64(0); ; id++ {
			select {
			case <-done:
				return
			default:
				l.Totals()
				l.Expect(id%producers, 1)
			}
		}
	})
	work.Wait()
	close(done)
	watch.Wait()
	got := l.Totals()
	require.EqualValues(t, workers*each, got.Received)
	require.EqualValues(t, workers*each, got.Unique())
	require.Zero(t, got.Missing())
}

func TestPeriodsWhileWorkersRun(t *testing.T) {
	const workers, each = 4, 30_000
	l := NewAudit(1024)
	var work sync.WaitGroup
	for w := range workers {
		work.Go(func() {
			reader := l.Reader()
			for n := range uint64(each) {
				observe(reader, payload.Stamp{Producer: n % 7, Sequence: n*workers + uint64(w)}, 0, 0)
			}
		})
	}
	for range 50 {
		l.NewPeriod()
	}
	work.Wait()
	require.EqualValues(t, workers*each, l.Totals().Received+l.Previous().Received)
}

func TestACompactedTopicLosesNothing(t *testing.T) {
	l := NewAudit(64)
	l.SetCompacted(true)
	for n := uint64(0); n < 1000; n += 10 {
		see(l, n)
	}
	l.Expect(1, 1000)
	got := l.Totals()
	require.EqualValues(t, 891, got.CompactedAway)
	require.EqualValues(t, 9, got.Missing(), "the last messages are of some key")
	require.Equal(t, got.CompactedAway, l.Accounts(1)[0].CompactedAway)
	l.NewPeriod()
	require.Zero(t, l.Previous().Lost)
	l.SetCompacted(false)
	see(l, 1)
	see(l, 3)
	require.EqualValues(t, 1, l.Totals().Gaps)
}

// After a break of the connection both copies of a message come again, and Pulsar does
// not count all redeliveries: the topic holds it twice all the same.
func TestADuplicateThatIsRedeliveredIsOne(t *testing.T) {
	l := NewAudit(64)
	for range 3 {
		observe(l.Reader(), payload.Stamp{Producer: 1, Sequence: 7}, 70, 0)
		observe(l.Reader(), payload.Stamp{Producer: 1, Sequence: 7}, 71, 0)
	}
	require.Equal(t, Totals{Received: 6, Duplicated: 1, Redelivered: 4, Period: 1, Producers: 1}, l.Totals())
}
