package frames

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/delivery"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

var pacingMax = pacing.Max()

func TestSummary(t *testing.T) {
	s := running().snapshot
	s.Totals.Received = 3_600_412
	s.Groups = append(s.Groups, states().Groups[2])
	require.Equal(t, []string{
		"  fast  3,600,412 sent · 3,600,412 acked · 0 failed · 49,998/s · p50 2.1 p99 4.8 max 2,104 ms",
		"  sub1  3,600,412 received · 0 lost · 0 duplicated · e2e p99 11.2 ms",
		"  1m12s · pulsh: 13.1 CPU s (3.64 per million) · peak 64 MiB",
	}, Summary(s))
	require.Equal(t, []string{"  1m12s · pulsh: 13.1 CPU s · peak 64 MiB"}, Summary(&snapshot.Snapshot{Elapsed: s.Elapsed, Process: s.Process}))
}

func TestSummaryTellsDisorderWhereOrderIsPromised(t *testing.T) {
	fact := func(change func(g *snapshot.Group)) string {
		g := consumer("sub1", 0)
		g.Consumer.E2E = snapshot.Latencies{}
		g.Consumer.Broker.At = at
		g.Consumer.Delivery = delivery.Totals{Received: 100, OutOfOrder: 40, OutOfOrderKey: 3}
		change(&g)
		line, _ := strings.CutPrefix(Summary(&snapshot.Snapshot{Groups: []snapshot.Group{g}})[0], "  sub1  3,600,412 received · 0 lost · ")
		return line
	}
	require.Equal(t, "0 duplicated", fact(func(*snapshot.Group) {}), "shared")
	require.Equal(t, "0 duplicated · 40 out of order", fact(func(g *snapshot.Group) { g.Consumer.Type = "exclusive" }))
	require.Equal(t, "0 duplicated · 40 out of order", fact(func(g *snapshot.Group) { g.Consumer.Type, g.Partitions = "failover", 1 }))
	require.Equal(t, "0 duplicated", fact(func(g *snapshot.Group) { g.Consumer.Type, g.Partitions = "failover", 4 }))
	require.Equal(t, "0 duplicated · 3 out of order by key", fact(func(g *snapshot.Group) {
		g.Consumer.Type, g.Partitions, g.Consumer.Delivery.Keyed = "exclusive", 4, 100
	}))
	require.Equal(t, "0 duplicated", fact(func(g *snapshot.Group) { g.Consumer.Type = "key_shared" }))
	require.Equal(t, "0 duplicated · 3 out of order by key", fact(func(g *snapshot.Group) {
		g.Consumer.Type, g.Consumer.Delivery.Keyed = "key_shared", 100
	}))
	require.Equal(t, "12 outstanding · 0 duplicated", fact(func(g *snapshot.Group) { g.Consumer.Delivery.NotYetReceived = 12 }))
}

func TestTheSummaryTellsOfChaos(t *testing.T) {
	s := &snapshot.Snapshot{Chaos: &snapshot.Chaos{Sum: snapshot.ChaosSum{Events: 2, Acks: 2, FirstAck: 1300 * time.Millisecond, P99: 7 * time.Second, Duplicated: 3, NotBack: 1}}}
	require.Equal(t, "chaos 2 events · first ack within 1.3s · peak p99 7.0s · 0 lost · 3 duplicated · 1 without recovery",
		strings.Join(strings.Fields(Summary(s)[0]), " "))
}

// The word is there at every width, with and without colours.
func TestAProtectedClusterIsSeen(t *testing.T) {
	for _, color := range []bool{false, true} {
		for _, width := range []int{60, 80, 120, 200} {
			scene := running()
			scene.snapshot.Protected = true
			f := New(scene, func(*snapshot.Snapshot) Picture { return Picture{} }, Look{Color: color})
			rows := f.Frame(at, width, 24).Status
			require.Contains(t, rows[len(rows)-1], "protected", "%d columns", width)
		}
	}
}

func TestGreeting(t *testing.T) {
	c := sessionAt().Cluster
	require.Equal(t, "pulsh 0.1.0 · pulsar://127.0.0.1:6650 · Pulsar 4.0.8 (local, ready in 5.4 s)", Greeting("0.1.0", c, 5400*time.Millisecond)[0])
	c.Version = ""
	require.Equal(t, "pulsh 0.1.0 · pulsar://127.0.0.1:6650 · Pulsar", Greeting("0.1.0", c, 0)[0])
	require.Equal(t, "pulsh 0.1.0 · not connected", Greeting("0.1.0", snapshot.Cluster{State: snapshot.Unconnected}, 0)[0])
	golden(t, "greeting", Greeting("0.1.0", sessionAt().Cluster, 5400*time.Millisecond))
	golden(t, "no-broker", Advice("no Pulsar answers at pulsar://127.0.0.1:6650 (connection refused)", []Try{
		{"local start", "here (Java 17, 0.5 GiB)"}, {"connect pulsar://host:6650", "elsewhere"},
		{"kubectl port-forward -n pulsar svc/pulsar-proxy 6650", "in Minikube"}, {"kubectl port-forward -n pulsar svc/pulsar-broker 8080", "its admin API"}}))
	require.Equal(t, []string{"x"}, Advice("x", nil))
}
