package session_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/reading"
	"pulsh/session/spec"
)

const (
	javasClient = "org.apache.pulsar.client.cli.PulsarClientTool"
	javasPerf   = "org.apache.pulsar.testclient.PulsarPerfTestTool"
)

// TestDelayedMessagesOfAndForJava sends delayed messages with both engines to a consumer of
// Java's client that waits for them, and looks at delayed messages of pulsar-perf.
func TestDelayedMessagesOfAndForJava(t *testing.T) {
	l := newLoad(t)
	url, each, after := l.cluster().URL, 3, 2*time.Second
	engines := []broker.Engine{broker.ClientEngine, broker.WireEngine}
	for _, engine := range engines {
		require.NoError(t, l.Admin().CreateTopic(l.soon(), l.topic+"-"+string(engine), 0))
	}
	c := localtest.Java(t, javasClient, file(t, "client.conf", ""), "--url", url, "consume", "-n", fmt.Sprint(len(engines)*each), "-s", "java", "-t", "Shared",
		"--regex", "persistent://public/default/"+l.topic+"-.*")
	var said strings.Builder
	c.Stdout = &said
	require.NoError(t, c.Start())
	for _, engine := range engines {
		l.until("Java's consumer", func() bool {
			stats, err := l.Admin().Stats(l.soon(), l.topic+"-"+string(engine))
			return err == nil && len(stats.Subscriptions["java"].Names) == 1
		})
	}
	begin := time.Now()
	for _, engine := range engines {
		s := spec.DefaultProducer(string(engine))
		s.Topic, s.Engine, s.Count, s.Body, s.Pattern = l.topic+"-"+string(engine), engine, int64(each), payload.TemplateKind, "late {{counter}} of "+string(engine)
		s.DeliverAfter = payload.Delay{Least: after, Most: after}
		require.NoError(t, l.AddProducer(string(engine), s))
		require.NoError(t, l.Start(l.soon(), string(engine)))
	}
	require.NoError(t, c.Wait(), said.String())
	require.Greater(t, time.Since(begin), after)
	for _, engine := range engines {
		for n := range each {
			require.Contains(t, said.String(), fmt.Sprintf("late %d of %s", n+1, engine))
		}
	}

	topic := l.topic + "-perf"
	require.NoError(t, l.Admin().CreateTopic(l.soon(), topic, 0))
	wire, err := session.Engine(l.Session, spec.OwnCluster, broker.WireEngine)
	require.NoError(t, err)
	tail, err := reading.Follow(l.soon(), wire, topic, nil, each)
	require.NoError(t, err)
	for _, engine := range engines {
		s := spec.DefaultConsumer("from-" + string(engine))
		s.Topic, s.Engine = topic, engine
		require.NoError(t, l.AddConsumer("from-"+string(engine), s))
		require.NoError(t, l.Start(l.soon(), "from-"+string(engine)))
	}
	perf := localtest.Java(t, javasPerf, file(t, "client.conf", ""), "produce", "-u", url, "-r", "100", "-m", fmt.Sprint(each), "-d", "2", topic)
	require.NoError(t, perf.Start())
	for _, engine := range engines {
		l.until("all received", func() bool { return l.group("from-"+string(engine)).Consumer.Unstamped >= int64(each) })
	}
	require.NoError(t, perf.Process.Kill()) // it would go on to print statistics
	_ = perf.Wait()                         // the error is that it was killed
	news, err := tail.Look()
	require.NoError(t, err)
	require.Len(t, news.Messages, each)
	for _, m := range news.Messages {
		require.InDelta(t, 2, m.DeliverAt.Sub(m.Published).Seconds(), 0.5)
	}
	require.NoError(t, tail.Close(l.soon()))
}

// transactionsOfAndForJava lets Java's client receive what an engine sends in transactions,
// and the engine what pulsar-perf does. With the wire engine half of the transactions are
// aborted; what the Go client has aborted would be delivered.
func transactionsOfAndForJava(t *testing.T, l *load) {
	const each, count = 5, 40
	url, topic, engine := l.cluster().URL, l.topic+"-java", l.Preferences().Engine
	s := spec.DefaultProducer("tojava")
	s.Topic, s.Count, s.Workers, s.Rate, s.Body, s.Pattern = topic, count, 1, pacing.Hold(1000), payload.TemplateKind, "paid {{counter}}."
	s.Transactions.Messages = each
	if engine == broker.WireEngine {
		s.Transactions.Abort = 50
	}
	require.NoError(t, l.AddProducer("tojava", s))
	require.NoError(t, l.Start(l.soon(), "tojava"))
	l.until("all transactions have ended", func() bool {
		x := l.group("tojava").Transactions
		return x.Committed+x.Aborted == count/each
	})
	x := l.group("tojava").Transactions
	require.Equal(t, engine == broker.WireEngine, x.Aborted > 0)
	committed := int(x.Committed) * each
	c := localtest.Java(t, javasClient, file(t, "client.conf", ""), "--url", url, "consume", "-n", fmt.Sprint(committed), "-p", "Earliest", "-s", "java", topic)
	out, err := c.Output()
	require.NoError(t, err)
	require.Equal(t, committed, strings.Count(string(out), "content:paid "), "%s", out)

	from := spec.DefaultConsumer("fromjava")
	from.Topic, from.From = topic+"-perf", broker.Earliest
	require.NoError(t, l.AddConsumer("fromjava", from))
	require.NoError(t, l.Start(l.soon(), "fromjava"))
	perf := localtest.Java(t, javasPerf, file(t, "client.conf", ""), "produce", "-u", url, "-r", "100", "-m", fmt.Sprint(count), "-txn", "-nmt", fmt.Sprint(each), topic+"-perf")
	require.NoError(t, perf.Start())
	l.until("all received", func() bool { return l.group("fromjava").Consumer.Unstamped >= count })
	require.NoError(t, perf.Process.Kill()) // it would go on to print statistics
	_ = perf.Wait()                         // the error is that it was killed
}
