package session_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/admin"
	"pulsh/session/broker/embedded"
	"pulsh/session/broker/local"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/dial"
	"pulsh/session/spec"
)

// onEachTransactionEngine runs a test with both engines on a server of its own, which has
// transaction coordinators. It is nil for the broker in memory, which always has.
func onEachTransactionEngine(t *testing.T, test func(t *testing.T, l *load, server *local.Server)) {
	if os.Getenv(localtest.ServerVariable) == embedded.Name {
		onEachEngine(t, func(t *testing.T, l *load) { test(t, l, nil) })
		return
	}
	server := localtest.WithTransactions(t)
	for _, engine := range []broker.Engine{broker.ClientEngine, broker.WireEngine} {
		t.Run(string(engine), func(t *testing.T) {
			test(t, newTransactionLoad(t, engine, server.URL(), server.AdminURL()), server)
		})
	}
}

// newTransactionLoad connects a session of an engine to a server.
func newTransactionLoad(t *testing.T, engine broker.Engine, url, adminURL string) *load {
	l := &load{Session: session.New(dial.Cluster), t: t, topic: "txn-" + string(engine)}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), soon)
		defer cancel()
		l.Close(ctx)
	})
	require.NoError(t, l.Connect(l.soon(), broker.Target{URL: url, AdminURL: adminURL}))
	l.admin = l.Admin().(*admin.Admin)
	preferences := l.Preferences()
	preferences.Engine = engine
	require.NoError(t, l.SetPreferences(preferences))
	return l
}

// TestTransactionsOnARealPulsar sends in transactions, aborts some, and copies them in
// transactions that are aborted too.
func TestTransactionsOnARealPulsar(t *testing.T) {
	onEachTransactionEngine(t, func(t *testing.T, l *load, server *local.Server) {
		sendInTransactions(t, l)
		transactionsOfAndForJava(t, l)
		if server != nil {
			crashInTransactions(t, l, server)
		}
	})
}

func sendInTransactions(t *testing.T, l *load) {
	l.consume(nil)
	copying := spec.DefaultConsumer("copy")
	copying.Topic, copying.To, copying.From, copying.Workers = l.topic, l.topic+"-out", broker.Earliest, 2
	copying.Transactions.Messages, copying.Transactions.Abort = 100, 10
	require.NoError(t, l.AddConsumer("copy", copying))
	require.NoError(t, l.Start(l.soon(), "copy"))
	l.produce(func(p *spec.Producer) { p.Transactions.Messages, p.Transactions.Abort = 50, 10 })
	l.acked(5000)
	l.until("open transactions", func() bool { return l.group("fast").Transactions.Open > 0 })
	require.NoError(t, l.Stop(l.soon(), "fast"))
	l.until("the last sample", func() bool {
		g := l.group("fast")
		return g.Producer.Sent == g.Producer.Acked && g.Transactions.Open == 0
	})
	x := l.group("fast").Transactions
	require.Zero(t, x.Failed)
	require.Positive(t, x.Aborted)
	require.InDelta(t, float64(x.Committed+x.Aborted)/10, float64(x.Aborted), 1)
	require.Positive(t, x.Commit.Total.P50)

	// The Go client does not mark messages as those of a transaction, so brokers deliver
	// aborted ones (its issue 1498). The audit must report each of them, and no other. The
	// wire engine marks them.
	l.until("all received", func() bool {
		books := l.sub1().Delivery
		return int64(books.Unique()+books.Aborted) >= l.fast().Acked
	})
	books := l.sub1().Delivery
	require.Zero(t, books.Missing())
	require.Zero(t, books.Unknown)
	require.InDelta(t, float64(50*x.Aborted), float64(books.Aborted+books.AbortedReceived), 4*50, "the last transaction of each producer may be shorter")
	if l.Preferences().Engine == broker.WireEngine {
		require.Zero(t, books.AbortedReceived)
	} else {
		require.Positive(t, books.AbortedReceived)
	}
	require.Zero(t, books.Duplicated)

	l.until("copied", func() bool {
		g := l.group("copy")
		return g.Transactions.Aborted > 0 && g.Consumer.Delivery.Missing() == 0 && g.Consumer.Backlog.Known && g.Consumer.Backlog.Entries == 0
	})
	require.Positive(t, l.group("copy").Consumer.Delivery.Redelivered, "what was acknowledged in an aborted transaction")
	require.Zero(t, l.group("copy").Transactions.Failed)
	require.NoError(t, l.Stop(l.soon(), "copy"))
}

// crashInTransactions kills the broker in the middle of transactions.
func crashInTransactions(t *testing.T, l *load, server *local.Server) {
	require.NoError(t, l.Start(l.soon(), "fast"))
	l.acked(1000)
	require.NoError(t, server.Crash(l.soon()))
	l.acked(1000)
	require.NoError(t, l.Stop(l.soon(), "fast"))
	l.until("settled", func() bool { return l.group("fast").Transactions.Open == 0 })
	l.until("received after the crash", func() bool { return l.sub1().Delivery.Missing() == 0 })
}

func TestTransactionsWithoutACoordinator(t *testing.T) {
	if os.Getenv(localtest.ServerVariable) == embedded.Name {
		t.Skip("the embedded broker has coordinators")
	}
	onEachEngine(t, func(t *testing.T, l *load) {
		settings := spec.DefaultProducer("fast")
		settings.Topic, settings.Transactions.Messages = l.topic, 50
		require.NoError(t, l.AddProducer("fast", settings))
		begin := time.Now()
		err := l.Start(l.soon(), "fast")
		var refused *broker.Error
		require.ErrorAs(t, err, &refused)
		require.Contains(t, refused.Message, "has no transaction coordinator")
		require.Equal(t, "local start transactions=on", refused.Try)
		require.Less(t, time.Since(begin), 20*time.Second)

		copying := spec.DefaultConsumer("copy")
		copying.Topic, copying.To, copying.Transactions.Messages = l.topic, l.topic+"-out", 100
		require.NoError(t, l.AddConsumer("copy", copying))
		require.ErrorAs(t, l.Start(l.soon(), "copy"), &refused)
		require.Equal(t, "local start transactions=on", refused.Try)
	})
}
