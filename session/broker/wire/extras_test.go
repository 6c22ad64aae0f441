package wire

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/payload"
)

// extrasOf returns what a template and properties make of each message.
func extrasOf(t *testing.T, body, properties string) *payload.Extras {
	t.Helper()
	template, err := payload.ParseTemplate(body)
	require.NoError(t, err)
	list, err := payload.ParseProperties(properties)
	require.NoError(t, err)
	keys, err := payload.ParseKeys("3")
	require.NoError(t, err)
	return &payload.Extras{Content: payload.NewTemplated(template), Properties: list, EventTime: true, Ordering: payload.NewKeyTable(keys)}
}

// Both engines read what either sends beside a stamped body, in batches and alone.
func TestBodiesOfTheUsersKeepTheirBytes(t *testing.T) {
	server := localtest.Start(t)
	for _, sending := range engines {
		for _, taking := range engines {
			for _, batch := range []int{1, 100} {
				t.Run(fmt.Sprintf("%s-%s-%d", sending, taking, batch), func(t *testing.T) {
					b := newBench(t, server, sending, taking)
					c := b.consumer(func(s *broker.ConsumerSpec) { s.Position = broker.Earliest })
					p := b.producer(func(s *broker.ProducerSpec) {
						s.Batch.Messages = batch
						s.Bodies.Extras = extrasOf(t, `{"id":{{counter}}}`, "region:eu,n:{{counter}}")
					})
					const n = 50
					dues := b.dues(n)
					require.Equal(t, n, p.Send(dues))
					for i, d := range b.receive(c, n) {
						require.Equal(t, fmt.Sprintf(`{"id":%d}`, i+1), string(d.Body))
						stamp, ok := d.ReadStamp()
						require.True(t, ok)
						require.EqualValues(t, i, stamp.Sequence)
						require.Equal(t, b.base.UnixNano()+dues[i], stamp.Due)
						require.NotEmpty(t, d.Key, "the ordering key")
						if w, ok := d.Whole.(*whole); ok {
							require.EqualValues(t, stamp.Due/1e6, w.details.eventTime)
							require.Equal(t, d.Key, string(w.details.orderKey))
							got := map[string]string{}
							for _, one := range w.details.properties {
								got[string(one.Key)] = string(one.Value)
							}
							require.Len(t, got, 3)
							require.Equal(t, "eu", got["region"])
							require.Equal(t, fmt.Sprint(i+1), got["n"])
						}
					}
					require.NoError(t, p.Close(b.within()))
					require.NoError(t, c.Close(b.within()))
				})
			}
		}
	}
}

// Empty bodies are bodies, no null values.
func TestEmptyBodies(t *testing.T) {
	server := localtest.Start(t)
	for _, engine := range engines {
		b := newBench(t, server, engine, engine)
		c := b.consumer(func(s *broker.ConsumerSpec) { s.Position, s.Type, s.Compacted = broker.Earliest, broker.Failover, true })
		p := b.producer(func(s *broker.ProducerSpec) {
			s.Bodies.Extras = &payload.Extras{Content: payload.NewContent([][]byte{{}})}
		})
		require.Equal(t, 20, p.Send(b.dues(20)))
		for i, d := range b.receive(c, 20) {
			require.Empty(t, d.Body)
			stamp, ok := d.ReadStamp()
			require.True(t, ok)
			require.EqualValues(t, i, stamp.Sequence)
		}
		require.NoError(t, p.Close(b.within()))
		require.NoError(t, c.Close(b.within()))
	}
}

// A message with a delay is not delivered much earlier; brokers deliver it up to a
// second before.
func TestDelayedDelivery(t *testing.T) {
	server := localtest.Start(t)
	for _, engine := range engines {
		b := newBench(t, server, engine, engine)
		c := b.consumer(func(s *broker.ConsumerSpec) { s.Position, s.Type = broker.Earliest, broker.Shared })
		p := b.producer(func(s *broker.ProducerSpec) {
			s.Batch.Messages = 1
			s.Bodies.Extras = &payload.Extras{Delay: payload.Delay{Least: 3 * time.Second, Most: 3 * time.Second}}
		})
		dues := b.dues(20)
		require.Equal(t, 20, p.Send(dues))
		for _, d := range b.receive(c, 20) {
			stamp, ok := payload.ReadStamp(d.Body)
			require.True(t, ok)
			require.InDelta(t, b.base.UnixNano()+dues[stamp.Sequence]+3e9, stamp.Due, 1e6)
			require.Greater(t, b.base.UnixNano()+d.Received, stamp.Due-15e8)
		}
		require.NoError(t, p.Close(b.within()))
		require.NoError(t, c.Close(b.within()))
	}
}

// Java's client prints the bodies and properties that both engines send.
func TestJavaReadsBodiesOfTheUsers(t *testing.T) {
	server := localtest.Start(t)
	b := newBench(t, server, "wire", "wire")
	base, n := b.topic, 0
	for _, engine := range engines {
		b.sending = open(t, engine, server.URL(), b.clock)
		for _, batch := range []int{1, 100} {
			b.topic = fmt.Sprintf("%s-%s-%d", base, engine, batch)
			p := b.producer(func(s *broker.ProducerSpec) {
				s.Batch.Messages = batch
				s.Bodies.Extras = extrasOf(t, `{"id":{{counter}}}`, "region:eu")
			})
			require.Equal(t, 20, p.Send(b.dues(20)))
			require.NoError(t, p.Close(b.within()))
			n += 20
		}
	}
	tool := localtest.Java(t, "org.apache.pulsar.client.cli.PulsarClientTool", emptyFile(t), "--url", server.URL(),
		"consume", "-n", fmt.Sprint(n), "-p", "Earliest", "-s", "java", "--regex", "persistent://public/default/"+base+"-.*")
	out, err := tool.Output()
	require.NoError(t, err)
	messages := bytes.Split(out, []byte("----- got message -----\n"))[1:]
	require.Len(t, messages, n)
	for _, m := range messages {
		head, body, found := strings.Cut(string(m), "content:")
		require.True(t, found, "%q", m)
		require.Regexp(t, `^\{"id":\d+\}\s`, body)
		require.Contains(t, head, "region=eu")
		require.Contains(t, head, payload.StampProperty+"=")
	}
}
