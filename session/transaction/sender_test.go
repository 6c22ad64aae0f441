package transaction

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// book is what a test sees of the transactions of a producer or a consumer.
type book struct {
	mu       sync.Mutex
	opened   int
	refused  int
	outcomes []broker.TransactionOutcome
	settled  [][3]uint64
	toAbort  func(n int) bool
	asked    int
}

func (b *book) Opened()       { b.mu.Lock(); defer b.mu.Unlock(); b.opened++ }
func (b *book) Refused(error) { b.mu.Lock(); defer b.mu.Unlock(); b.refused++ }
func (b *book) Ended(o broker.TransactionOutcome, _ time.Duration, _ error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.outcomes = append(b.outcomes, o)
}

func (b *book) how(messages int) broker.Transactions {
	return broker.Transactions{Messages: messages, Timeout: 10 * time.Second, Recorder: b,
		Abort: func() bool {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.asked++
			return b.toAbort != nil && b.toAbort(b.asked)
		},
		Settled: func(first, end uint64, o broker.TransactionOutcome) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.settled = append(b.settled, [3]uint64{first, end, uint64(o)})
		}}
}

// txn is a transaction that takes a while to end.
type txn struct {
	number int
	takes  time.Duration
	err    error
}

func (t *txn) Commit(ctx context.Context) error { return t.end(ctx) }
func (t *txn) Abort(ctx context.Context) error  { return t.end(ctx) }
func (t *txn) end(ctx context.Context) error {
	select {
	case <-time.After(t.takes):
		return t.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lane is a producer that answers everything after a millisecond.
type lane struct {
	mu           sync.Mutex
	sent         []int // the transaction of each message
	answered     int
	failed       uint64
	failing      int           // the message that fails, from 1
	stuck        chan struct{} // blocks SendIn until it is closed; nil does not
	closed       bool
	inside       int
	closedInside bool
}

func (l *lane) Send([]int64) int { panic("outside a transaction") }
func (l *lane) SendIn(t broker.Transaction, dues []int64, claim func(int) bool) int {
	l.mu.Lock()
	l.inside++
	stuck := l.stuck
	l.mu.Unlock()
	defer func() { l.mu.Lock(); l.inside--; l.mu.Unlock() }()
	if !claim(len(dues)) {
		return 0
	}
	if stuck != nil {
		<-stuck
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for range dues {
		l.sent = append(l.sent, t.(*txn).number)
		if len(l.sent) == l.failing {
			l.failed++
		}
	}
	return len(dues)
}

func (l *lane) Flush(context.Context) error {
	time.Sleep(time.Millisecond)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answered = len(l.sent)
	return nil
}

func (l *lane) Numbers() (next, failed uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return uint64(len(l.sent)), l.failed
}

func (l *lane) InFlight() int    { return len(l.sent) - l.answered }
func (l *lane) Answered() uint64 { l.mu.Lock(); defer l.mu.Unlock(); return uint64(l.answered) }
func (l *lane) Release()         {}
func (l *lane) Close(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed, l.closedInside = true, l.inside > 0
	return nil
}

// coordinator begins transactions that are numbered from 1.
func coordinator(takes time.Duration, err error) Begin {
	n := 0
	return func(context.Context) (broker.Transaction, error) {
		n++
		return &txn{number: n, takes: takes, err: err}, nil
	}
}

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestTransactionsHoldTheirNumberOfMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, b := &lane{}, &book{toAbort: func(n int) bool { return n == 2 }}
		s := NewSender(l, coordinator(20*time.Millisecond, nil), b.how(50))
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				for range 10 {
					if s.Send(make([]int64, 30)) != 30 {
						t.Error("a run was cut short")
					}
				}
			})
		}
		workers.Wait()
		require.NoError(t, s.Close(within(t, time.Second)))
		require.Len(t, l.sent, 1200)
		for i, number := range l.sent {
			require.Equal(t, i/50+1, number, "message %d", i)
		}
		require.Equal(t, 24, b.opened)
		require.Len(t, b.outcomes, 24)
		require.Contains(t, b.settled, [3]uint64{50, 100, uint64(broker.Aborted)})
		require.EqualValues(t, 1200, s.Answered())
		require.True(t, l.closed)
	})
}

func TestMessagesAreAnsweredWhenTheirTransactionIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, b := &lane{}, &book{}
		s := NewSender(l, coordinator(time.Second, nil), b.how(10))
		require.Equal(t, 15, s.Send(make([]int64, 15)))
		time.Sleep(500 * time.Millisecond)
		require.Zero(t, s.Answered(), "the commit goes on")
		time.Sleep(time.Second)
		require.EqualValues(t, 10, s.Answered(), "the second transaction is open")
		time.Sleep(6 * time.Second)
		require.EqualValues(t, 15, s.Answered(), "it was committed at half its timeout")
		require.Equal(t, []broker.TransactionOutcome{broker.Committed, broker.Committed}, b.outcomes)
		require.NoError(t, s.Close(within(t, time.Second)))
	})
}

func TestATransactionWithAFailedMessageIsNotCommitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, b := &lane{failing: 13}, &book{}
		s := NewSender(l, coordinator(0, nil), b.how(10))
		s.Send(make([]int64, 30))
		require.NoError(t, s.Close(within(t, time.Second)))
		require.Equal(t, [][3]uint64{{0, 10, uint64(broker.Committed)}, {10, 20, uint64(broker.TransactionFailed)}, {20, 30, uint64(broker.Committed)}}, b.settled)
	})
}

func TestAnOutcomeThatIsNotKnownIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, b := &lane{}, &book{toAbort: func(n int) bool { return n == 1 }}
		s := NewSender(l, coordinator(0, errors.New("it does not answer")), b.how(10))
		s.Send(make([]int64, 20))
		require.NoError(t, s.Close(within(t, time.Second)))
		require.Equal(t, []broker.TransactionOutcome{broker.TransactionFailed, broker.TransactionFailed}, b.outcomes)
	})
}

func TestASenderTriesAgainUntilACoordinatorIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, b, there := &lane{}, &book{}, coordinator(0, nil)
		tries := 0
		s := NewSender(l, func(ctx context.Context) (broker.Transaction, error) {
			if tries++; tries < 4 {
				return nil, errors.New("not yet")
			}
			return there(ctx)
		}, b.how(10))
		begin := time.Now()
		require.Equal(t, 10, s.Send(make([]int64, 10)))
		require.Equal(t, 3*time.Second, time.Since(begin).Truncate(time.Second))
		require.Equal(t, 3, b.refused)
		require.NoError(t, s.Close(within(t, time.Second)))
	})
}

func TestReleaseFreesWorkersThatWaitForTheCoordinator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, b := &lane{}, &book{}
		s := NewSender(l, func(ctx context.Context) (broker.Transaction, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, b.how(10))
		var workers sync.WaitGroup
		for range 5 {
			workers.Go(func() {
				if n := s.Send(make([]int64, 10)); n != 0 {
					t.Errorf("%d messages were sent without a transaction", n)
				}
			})
		}
		time.Sleep(time.Minute)
		s.Release()
		workers.Wait()
		require.Zero(t, s.Send(make([]int64, 1)))
		require.NoError(t, s.Close(within(t, time.Second)))
		require.Empty(t, l.sent)
	})
}

func TestAProducerIsNotClosedUnderItsSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, b := &lane{stuck: make(chan struct{})}, &book{}
		s := NewSender(l, coordinator(0, nil), b.how(10))
		sent := make(chan int)
		go func() { sent <- s.Send(make([]int64, 25)) }()
		time.Sleep(time.Second)
		s.Release()
		require.Equal(t, 10, <-sent, "what was claimed counts as sent")
		require.Error(t, s.Close(within(t, time.Second)))
		require.False(t, l.closed)
		close(l.stuck)
		synctest.Wait()
		time.Sleep(time.Second)
		require.True(t, l.closed)
		require.False(t, l.closedInside)
		require.Len(t, l.sent, 10)
	})
}
