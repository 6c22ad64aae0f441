package session_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/embedded"
	"pulsh/session/broker/memory/fault"
	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// onEachEmbeddedEngine runs a test with both engines, each on a broker in memory of its
// own, and asserts that nothing is left running.
func onEachEmbeddedEngine(t *testing.T, test func(t *testing.T, l *load, b *embedded.Broker)) {
	for _, engine := range []broker.Engine{broker.ClientEngine, broker.WireEngine} {
		t.Run(string(engine), func(t *testing.T) {
			b, err := embedded.Start(embedded.Config{})
			require.NoError(t, err)
			t.Cleanup(func() {
				if engine == broker.WireEngine { // the Go client leaves those of its coordinators
					require.Eventually(t, func() bool {
						return !strings.Contains(stacks(), "pulsh/session/broker/wire") && !strings.Contains(stacks(), "pulsh/session/transaction.")
					},
						10*time.Second, 50*time.Millisecond)
				}
				b.Close()
			})
			l := newTransactionLoad(t, engine, b.URL(), b.AdminURL())
			test(t, l, b)
			ctx, cancel := context.WithTimeout(context.Background(), soon)
			defer cancel()
			l.Close(ctx)
		})
	}
}

// stacks returns what all goroutines do.
func stacks() string {
	buf := make([]byte, 4<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

// inTransactions starts producers and consumers of transactions.
func (l *load) inTransactions(change func(*spec.Producer)) {
	l.consume(func(c *spec.Consumer) { c.Transactions.Messages = 200 })
	l.produce(func(p *spec.Producer) {
		p.Rate, p.Transactions.Messages = pacing.Hold(5000), 50
		if change != nil {
			change(p)
		}
	})
}

// settled stops the producers and waits until all transactions have ended, and all that was
// committed has arrived.
func (l *load) settled() {
	l.t.Helper()
	require.NoError(l.t, l.Stop(l.soon(), "fast"))
	l.until("the end of the transactions", func() bool {
		g := l.group("fast")
		return g.Transactions.Open == 0 && g.Producer.InFlight == 0
	})
	l.until("all received", func() bool {
		books := l.sub1().Delivery
		return int64(books.Unique()+books.Aborted+books.Unknown) >= l.fast().Acked
	})
	require.Zero(l.t, l.sub1().Delivery.Missing())
}

// abortedMayArrive asserts what of aborted messages may arrive.
func (l *load) abortedMayArrive() {
	l.t.Helper()
	if l.Preferences().Engine == broker.WireEngine {
		require.Zero(l.t, l.sub1().Delivery.AbortedReceived)
	} else {
		require.Positive(l.t, l.sub1().Delivery.AbortedReceived)
	}
}

func TestEveryTransactionIsAborted(t *testing.T) {
	onEachEmbeddedEngine(t, func(t *testing.T, l *load, b *embedded.Broker) {
		l.inTransactions(func(p *spec.Producer) { p.Transactions.Abort = 100 })
		l.acked(5000)
		if engine := l.Preferences().Engine; engine == broker.ClientEngine {
			l.settled()
		} else {
			require.NoError(t, l.Stop(l.soon(), "fast"))
			l.until("the end of the transactions", func() bool { return l.group("fast").Transactions.Open == 0 })
			require.Zero(t, l.sub1().Received)
		}
		g := l.group("fast").Transactions
		require.Zero(t, g.Committed)
		require.Zero(t, g.Failed)
		require.Positive(t, g.Aborted)
		l.abortedMayArrive()
	})
}

func TestTransactionsSurviveBrokenConnections(t *testing.T) {
	onEachEmbeddedEngine(t, func(t *testing.T, l *load, b *embedded.Broker) {
		l.inTransactions(func(p *spec.Producer) { p.Transactions.Abort = 20 })
		for range 5 {
			l.acked(2000)
			require.Positive(t, b.Disconnect())
		}
		l.acked(2000)
		l.settled()
		g := l.group("fast")
		require.Zero(t, g.Producer.Failed)
		require.Positive(t, g.Transactions.Committed)
		l.abortedMayArrive()
		l.until("the acknowledgements", func() bool {
			s := l.group("sub1")
			return s.Consumer.Backlog.Known && s.Consumer.Backlog.Entries == 0 && s.Transactions.Open == 0
		})
	})
}

func TestTransactionsThatTakeTooLongAreAborted(t *testing.T) {
	onEachEmbeddedEngine(t, func(t *testing.T, l *load, b *embedded.Broker) {
		l.inTransactions(func(p *spec.Producer) { p.Transactions.Timeout = time.Second })
		l.acked(1000)
		b.Faults.Add(fault.Rule{At: fault.Receipts, Share: 1, Delay: 1500 * time.Millisecond, Until: time.Now().Add(4 * time.Second)})
		l.until("failed transactions", func() bool { return l.group("fast").Transactions.Failed > 0 })
		before := l.group("fast").Transactions.Committed
		l.until("committed ones after", func() bool { return l.group("fast").Transactions.Committed > before+20 })
		l.settled()
		l.until("the broker to end them all", func() bool { return b.Transactions.Open() == 0 || l.group("sub1").Transactions.Open > 0 })
	})
}

func TestChangesWhileTransactionsAreOpen(t *testing.T) {
	onEachEmbeddedEngine(t, func(t *testing.T, l *load, b *embedded.Broker) {
		l.inTransactions(nil)
		l.acked(1000)
		for _, workers := range []int{9, 1, 4} {
			require.NoError(t, l.Scale(l.soon(), "fast", workers))
			require.NoError(t, l.Scale(l.soon(), "sub1", workers))
			l.acked(1000)
		}
		require.NoError(t, l.Pause("fast"))
		require.NoError(t, l.Pause("sub1"))
		l.until("nothing in flight", func() bool { return l.fast().InFlight == 0 })
		require.NoError(t, l.Resume("fast"))
		require.NoError(t, l.Resume("sub1"))
		l.acked(1000)
		for _, change := range []func(*spec.Producer){
			func(p *spec.Producer) { p.Transactions.Messages, p.Batch = 7, 1 },
			func(p *spec.Producer) { p.Transactions.Messages = 0 },
			func(p *spec.Producer) { p.Transactions.Messages, p.Batch = 100, 1000 },
		} {
			changed, _ := l.Producer("fast")
			change(&changed)
			_, err := l.SetProducer(l.soon(), "fast", changed)
			require.NoError(t, err)
			l.acked(1000)
		}
		l.settled()
		g := l.group("fast")
		require.Zero(t, g.Transactions.Failed)
		require.Zero(t, g.Producer.Failed)
		require.EqualValues(t, g.Producer.Acked, l.sub1().Delivery.Unique())
		require.Zero(t, l.sub1().Delivery.Duplicated)
	})
}

func TestATransformOnTheEmbeddedBroker(t *testing.T) {
	onEachEmbeddedEngine(t, func(t *testing.T, l *load, b *embedded.Broker) {
		l.produce(func(p *spec.Producer) { p.Ends.Count = 5000 })
		copying := spec.DefaultConsumer("copy")
		copying.Topic, copying.To, copying.From, copying.Workers = l.topic, "out", broker.Earliest, 2
		copying.Transactions.Messages, copying.Transactions.Abort, copying.Transactions.Timeout = 100, 20, 2*time.Second
		require.NoError(t, l.AddConsumer("copy", copying))
		require.NoError(t, l.Start(l.soon(), "copy"))
		out := spec.DefaultConsumer("sub1")
		out.Topic, out.From = "out", broker.Earliest
		require.NoError(t, l.AddConsumer("sub1", out))
		require.NoError(t, l.Start(l.soon(), "sub1"))
		l.until("all copied", func() bool {
			g := l.group("copy")
			return l.fast().Acked == 5000 && g.Consumer.Backlog.Known && g.Consumer.Backlog.Entries == 0 && l.sub1().Delivery.Unique() == 5000
		})
		if l.Preferences().Engine == broker.WireEngine {
			require.EqualValues(t, 5000, l.sub1().Received, "each once: copies of aborted transactions do not arrive")
		}
		require.Positive(t, l.group("copy").Transactions.Aborted)
		require.NoError(t, l.Stop(l.soon(), "copy"))
	})
}

func TestAConsumerThatComesLaterDoesNotMissAbortedMessages(t *testing.T) {
	onEachEmbeddedEngine(t, func(t *testing.T, l *load, b *embedded.Broker) {
		l.produce(func(p *spec.Producer) {
			p.Rate, p.Ends.Count, p.Transactions.Messages, p.Transactions.Abort = pacing.Hold(5000), 5000, 50, 20
		})
		l.until("the end", func() bool { g := l.group("fast"); return g.Producer.Acked == 5000 && g.Transactions.Open == 0 })
		l.consume(func(c *spec.Consumer) {
			c.Type, c.Transactions.Messages, c.Transactions.Abort, c.Transactions.Timeout = broker.Exclusive, 200, 10, 2*time.Second
		})
		l.until("all received", func() bool {
			g := l.group("sub1")
			return g.Consumer.Backlog.Known && g.Consumer.Backlog.Entries == 0 && g.Transactions.Open == 0 && g.Transactions.Aborted > 0
		})
		require.Zero(t, l.sub1().Delivery.Missing())
		if l.Preferences().Engine == broker.WireEngine {
			require.Less(t, l.sub1().Delivery.Unique(), uint64(5000))
		}
	})
}
