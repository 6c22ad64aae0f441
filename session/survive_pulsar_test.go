package session_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/local"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/chaos"
	"pulsh/session/dial"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// longVariable is the environment variable that makes these tests long: ten kills, and
// holes of 35 and 70 s.
const longVariable = "PULSH_TEST_LONG"

// survival is a session under load that is disturbed: a producer group of each engine
// on a topic, and all four types of subscriptions, two on each engine.
type survival struct {
	*session.Session
	t         *testing.T
	producers []string
	consumers []string
}

func survive(t *testing.T, url, admin string, rate pacing.Rate) *survival {
	s := &survival{Session: session.New(dial.Cluster), t: t}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), soon)
		defer cancel()
		s.Close(ctx)
	})
	s.within(soon, func(ctx context.Context) error {
		return s.Connect(ctx, broker.Target{URL: url, AdminURL: admin})
	})
	engines := map[broker.SubscriptionType]broker.Engine{
		broker.Exclusive: broker.ClientEngine, broker.Shared: broker.WireEngine, broker.Failover: broker.WireEngine, broker.KeyShared: broker.ClientEngine,
	}
	for kind, engine := range engines {
		want := spec.DefaultConsumer(strings.ReplaceAll(string(kind), "_", "-"))
		want.Topic, want.Type, want.Engine, want.From, want.Workers = "survive", kind, engine, broker.Earliest, 2
		name := want.Subscription
		require.NoError(t, s.AddConsumer(name, want))
		s.within(soon, func(ctx context.Context) error { return s.Start(ctx, name) })
		s.consumers = append(s.consumers, name)
	}
	for _, engine := range []broker.Engine{broker.ClientEngine, broker.WireEngine} {
		want := spec.DefaultProducer("from-" + string(engine))
		want.Topic, want.Engine, want.Rate, want.BatchBy = "survive", engine, pacing.Hold(rate/2), spec.ByKey
		keys, _ := spec.FindSetting(spec.ProducerSettings(), "keys")
		require.NoError(t, keys.Set(&want, "1000"))
		name := "from-" + string(engine)
		require.NoError(t, s.AddProducer(name, want))
		s.within(soon, func(ctx context.Context) error { return s.Start(ctx, name) })
		s.producers = append(s.producers, name)
	}
	return s
}

func (s *survival) within(d time.Duration, do func(context.Context) error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), d)
	defer cancel()
	require.NoError(s.t, do(ctx))
}

// eventually waits for a condition on snapshots.
func (s *survival) eventually(d time.Duration, what string, is func(*snapshot.Snapshot) bool) {
	s.t.Helper()
	for deadline := time.Now().Add(d); !is(s.Snapshot()); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: not within %s\n%s", what, d, s.describe())
		}
	}
}

func (s *survival) describe() string {
	var b strings.Builder
	for _, g := range s.Snapshot().Groups {
		if p := g.Producer; p != nil {
			fmt.Fprintf(&b, "%s %s: %d sent, %d acked, %d failed, %.0f/s\n", g.Name, g.State, p.Sent, p.Acked, p.Failed, p.Rate)
		} else {
			c := g.Consumer
			fmt.Fprintf(&b, "%s %s: %d received, %d lost, %d missing, %d duplicated, %.0f/s\n", g.Name, g.State, c.Received, c.Delivery.Lost, c.Delivery.Missing(), c.Delivery.Duplicated, c.Rate)
		}
	}
	return b.String()
}

// flows waits until all groups send and receive.
func (s *survival) flows(d time.Duration) {
	s.t.Helper()
	groups := len(s.producers) + len(s.consumers)
	s.eventually(d, "a sample knows all groups", func(now *snapshot.Snapshot) bool { return len(now.Groups) == groups })
	before := s.Snapshot()
	s.eventually(d, "all groups flow", func(now *snapshot.Snapshot) bool {
		for i, g := range now.Groups {
			if p := g.Producer; p != nil && p.Acked <= before.Groups[i].Producer.Acked {
				return false
			}
			if c := g.Consumer; c != nil && c.Received <= before.Groups[i].Consumer.Received {
				return false
			}
		}
		return true
	})
}

// settle ends the load, waits for all that was acked, and judges: nothing lost or
// missing; a duplicate is stored in the topic, because a producer has sent again what
// had no answer, so all subscriptions count the same ones, and no more than could be
// in flight.
func (s *survival) settle(faults int) {
	s.t.Helper()
	for _, name := range s.producers {
		s.within(soon, func(ctx context.Context) error { return s.Stop(ctx, name) })
	}
	s.eventually(2*soon, "everything is received", func(now *snapshot.Snapshot) bool {
		for _, name := range s.consumers {
			g, _ := now.Group(name)
			if g.Consumer.Delivery.Missing() > 0 || g.Consumer.Delivery.NotYetReceived > 0 {
				return false
			}
		}
		return true
	})
	time.Sleep(time.Second) // for duplicates that come last
	now := s.Snapshot()
	inFlight, first := 0, -1
	for _, name := range s.producers {
		g, _ := now.Group(name)
		inFlight += g.Producer.Pending
		require.Equal(s.t, g.Producer.Sent, g.Producer.Acked+g.Producer.Failed+g.Producer.Unknown, s.describe())
	}
	for _, name := range s.consumers {
		g, _ := now.Group(name)
		d := g.Consumer.Delivery
		require.Zero(s.t, d.Lost, s.describe())
		if first < 0 {
			first = int(d.Duplicated)
		}
		require.EqualValues(s.t, first, d.Duplicated, "a consumer has made duplicates\n%s", s.describe())
		require.LessOrEqual(s.t, int(d.Duplicated), faults*inFlight, s.describe())
	}
	s.t.Log("\n" + s.describe())
}

func TestKillsUnderLoad(t *testing.T) {
	server := localtest.Own(t)
	s := survive(t, server.URL(), server.AdminURL(), 4000)
	s.flows(soon)
	kills := 2
	if os.Getenv(longVariable) != "" {
		kills = 10
	}
	every := 15 * time.Second
	require.NoError(t, s.Chaos.Start(chaos.Fault{Name: "kill", Concerns: func(snapshot.Group) bool { return true },
		Cause: func(ctx context.Context) (string, error) { return "", server.Crash(ctx) }},
		chaos.Plan{Every: every, For: time.Duration(kills) * every}))
	s.eventually(time.Duration(kills)*2*soon, "all kills", func(now *snapshot.Snapshot) bool {
		return now.Chaos != nil && now.Chaos.Sum.Events >= kills && len(now.Chaos.Scheduled) == 0
	})
	s.flows(2 * soon)
	s.settle(kills)
	sum := s.Snapshot().Chaos.Sum
	require.Equal(t, sum.Events, sum.Acks)
	require.Zero(t, sum.Failed)
	for _, g := range s.Snapshot().Groups {
		require.GreaterOrEqual(t, g.Disconnects.Breaks, int64(kills), "%s: each kill breaks the connections", g.Name)
		require.Zero(t, g.Disconnects.Now, g.Name)
	}
	for _, e := range s.Snapshot().Chaos.Events {
		t.Log(e.Outcome())
	}
}

// proxied starts a server whose clients come through a proxy: it advertises an address
// at which the proxy listens.
func proxied(t *testing.T) (*local.Server, *toxiproxy.Proxy) {
	zerolog.SetGlobalLevel(zerolog.Disabled) // some toxics have a logger of their own
	const outside = "127.0.0.2"
	proxies := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	between := func(name string) (int, *toxiproxy.Proxy) {
		port := freePort(t, outside)
		proxy := toxiproxy.NewProxy(proxies, name, net.JoinHostPort(outside, strconv.Itoa(port)), net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		require.NoError(t, proxy.Start())
		t.Cleanup(proxy.Stop)
		return port, proxy
	}
	cfg := localtest.Config(t, t.TempDir())
	port, proxy := between("broker")
	cfg.BrokerPort, cfg.Advertised = port, outside
	cfg.WebPort, _ = between("web") // the broker makes its own namespaces through it
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	server, err := local.Start(ctx, cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), soon)
		defer cancel()
		require.NoError(t, server.Release(ctx))
	})
	require.Contains(t, server.URL(), strconv.Itoa(port))
	return server, proxy
}

// freePort returns a port that is free at two addresses.
func freePort(t *testing.T, other string) int {
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		port := l.Addr().(*net.TCPAddr).Port
		second, err := net.Listen("tcp", net.JoinHostPort(other, strconv.Itoa(port)))
		l.Close()
		if err == nil {
			second.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

// toxic is a fault of the network for a time.
type toxic struct {
	name   string
	toxics []string // of toxiproxy, as JSON
	lasts  time.Duration
	long   bool
}

func toxicsOf() []toxic {
	both := func(kind, attributes string) []string {
		var all []string
		for _, stream := range []string{"upstream", "downstream"} {
			all = append(all, fmt.Sprintf(`{"name":"%s","type":"%s","stream":"%s","toxicity":1,"attributes":{%s}}`, stream, kind, stream, attributes))
		}
		return all
	}
	return []toxic{
		{name: "latency", toxics: both("latency", `"latency":100,"jitter":0`), lasts: 3 * time.Second},
		{name: "jitter", toxics: both("latency", `"latency":100,"jitter":90`), lasts: 3 * time.Second},
		{name: "bandwidth", toxics: both("bandwidth", `"rate":200`), lasts: 3 * time.Second},
		{name: "slow close", toxics: both("slow_close", `"delay":1000`), lasts: 2 * time.Second},
		{name: "slicer", toxics: both("slicer", `"average_size":64,"size_variation":32,"delay":10`), lasts: 3 * time.Second},
		{name: "reset", toxics: both("reset_peer", `"timeout":0`)[:1], lasts: time.Second},
		{name: "hole of 4 s", toxics: both("timeout", `"timeout":0`), lasts: 4 * time.Second},
		{name: "hole of 35 s", toxics: both("timeout", `"timeout":0`), lasts: 35 * time.Second, long: true},
		{name: "hole of 70 s", toxics: both("timeout", `"timeout":0`), lasts: 70 * time.Second, long: true},
	}
}

func TestTheNetworkFails(t *testing.T) {
	server, proxy := proxied(t)
	url := "pulsar://" + proxy.Listen
	s := survive(t, url, server.AdminURL(), 2000)
	s.flows(soon)
	faults := 0
	for _, f := range toxicsOf() {
		if f.long && os.Getenv(longVariable) == "" {
			continue
		}
		faults++
		require.NoError(t, s.Chaos.Start(chaos.Fault{Name: f.name, Concerns: func(snapshot.Group) bool { return true },
			Cause: func(ctx context.Context) (string, error) {
				for _, one := range f.toxics {
					if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(one)); err != nil {
						return "", err
					}
				}
				time.Sleep(f.lasts)
				proxy.Toxics.ResetToxics(ctx)
				return "", nil
			}}, chaos.Plan{}))
		s.eventually(f.lasts+soon, f.name, func(now *snapshot.Snapshot) bool {
			return now.Chaos != nil && now.Chaos.Sum.Events == faults && now.Chaos.Events[faults-1].Lasted > 0 &&
				now.Chaos.Events[faults-1].FirstAck.Known() && now.Chaos.Events[faults-1].FirstRecv.Known()
		})
		s.flows(soon)
		t.Log(f.name + ": " + s.Snapshot().Chaos.Events[faults-1].Outcome())
	}
	s.settle(faults)
	require.Zero(t, s.Snapshot().Chaos.Sum.Failed)
	for _, g := range s.Snapshot().Groups {
		require.NotZero(t, g.Disconnects.Breaks, "%s: the reset breaks the connections", g.Name)
		require.Zero(t, g.Disconnects.Now, g.Name)
	}
}
