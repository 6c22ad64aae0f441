package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/host"
	"pulsh/commands/outcome"
	"pulsh/commands/report"
	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/embedded/virtual"
)

// rig types lines on a cluster in memory with a local Pulsar that is that cluster.
type rig struct {
	*host.Host
	t       *testing.T
	cluster *virtual.Cluster
	out     strings.Builder
}

// mortal is a local Pulsar that faults act on.
type mortal struct {
	home
	cluster *virtual.Cluster
}

// restartTime is how long a crashed server of these tests is away.
const restartTime = 3 * time.Second

func (m mortal) Crash(context.Context) error {
	m.cluster.Kill()
	time.Sleep(restartTime)
	m.cluster.Restore()
	return nil
}

func (m mortal) Suspend(ctx context.Context, d time.Duration) error {
	const step = 100 * time.Millisecond
	for range int(d / step) {
		m.cluster.Stall(step)
		select {
		case <-time.After(step):
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// whole is an engine that cannot break its connections.
type whole struct{ broker.Broker }

func (w whole) OpenProducer(ctx context.Context, spec broker.ProducerSpec) (broker.Producer, error) {
	p, err := w.Broker.OpenProducer(ctx, spec)
	return struct{ broker.Producer }{p}, err
}

func (w whole) Subscribe(ctx context.Context, spec broker.ConsumerSpec) (broker.Consumer, error) {
	c, err := w.Broker.Subscribe(ctx, spec)
	return struct{ broker.Consumer }{c}, err
}

// unbreakable is a dial whose engine cannot break its connections.
func unbreakable(dial session.Dial) session.Dial {
	return func(ctx context.Context, target broker.Target, clock broker.Clock) (session.Link, error) {
		link, err := dial(ctx, target, clock)
		link.Broker = whole{link.Broker}
		return link, err
	}
}

func newRig(t *testing.T, breakable bool) *rig {
	cluster := virtual.New()
	t.Cleanup(cluster.Close)
	r := &rig{t: t, cluster: cluster}
	dial := dialled(cluster)
	if !breakable {
		dial = unbreakable(dial)
	}
	r.Host = world(t, dial, func(e *host.Env) { e.Local, e.Yes = mortal{cluster: cluster}, true })
	r.do("connect pulsar://localhost:6650 admin=http://localhost:8080", "consume start sub1 topic=fast workers=4",
		"produce start fast rate=1000 producers=4", "wait 3s")
	return r
}

func (r *rig) do(lines ...string) string {
	r.t.Helper()
	r.out.Reset()
	for _, line := range lines {
		require.NoError(r.t, r.Execute(r.t.Context(), line, &r.out), line)
	}
	return r.out.String()
}

func TestChaosOnTheLocalPulsar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, true)
		r.do("chaos kill", "wait 10s", "chaos stop 2s every=30s for=1m", "wait 70s")
		s := r.Env.Session.Snapshot()
		require.Equal(t, 3, s.Chaos.Sum.Events)
		kill := s.Chaos.Events[0]
		require.Equal(t, restartTime, kill.Lasted)
		require.True(t, kill.FirstAck.Known() && kill.FirstRecv.Known())
		require.GreaterOrEqual(t, kill.P99, restartTime-time.Second, "the wait since the due time shows")
		require.Equal(t, 2*time.Second, s.Chaos.Events[1].Lasted)
		require.Zero(t, s.Chaos.Sum.Lost)
		require.LessOrEqual(t, s.Chaos.Sum.Duplicated, int64(50), "what was in flight at a kill is sent again")
		require.Zero(t, s.Chaos.Sum.NotBack)
		var marks []string
		for _, m := range s.Marks {
			marks = append(marks, m.Text)
		}
		require.Contains(t, marks, "chaos kill")
		require.Contains(t, marks, "chaos stop 2s over")
	})
}

// Connections break on an engine that can break them, and are replaced on one that
// cannot. Nothing is lost either way.
func TestChaosDisconnect(t *testing.T) {
	for _, breakable := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, breakable)
			r.do("chaos disconnect sub1 50% every=5s for=30s", "wait 1s", "chaos disconnect fast 50% every=5s for=30s", "wait 40s", "produce stop fast", "wait 3s")
			s := r.Env.Session.Snapshot()
			require.Equal(t, 12, s.Chaos.Sum.Events)
			require.Zero(t, s.Chaos.Sum.NotBack)
			require.Zero(t, s.Chaos.Sum.Failed)
			require.Zero(t, s.Totals.Lost)
			require.LessOrEqual(t, s.Totals.Duplicated, int64(100), "what was in flight is sent again")
			sub, _ := s.Group("sub1")
			require.Zero(t, sub.Consumer.Delivery.Missing())
			require.Equal(t, "2 consumers", s.Chaos.Events[0].Detail)
			require.Equal(t, "2 producers", s.Chaos.Events[1].Detail)
		})
	}
}

// Commands and faults act on the same groups at the same time.
func TestChaosAndCommandsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, true)
		r.do("chaos disconnect fast 100% every=1s", "chaos disconnect sub1 100% every=1s")
		for range 20 {
			r.do("scale fast 8", "set fast size=2KiB", "scale sub1 2", "set sub1 queue=500", "wait 500ms", "scale fast 4", "scale sub1 4", "set fast size=1KiB", "pause sub1", "resume sub1")
		}
		r.do("chaos off", "wait 3s", "produce stop fast", "wait 3s")
		s := r.Env.Session.Snapshot()
		require.Zero(t, s.Totals.Lost)
		sub, _ := s.Group("sub1")
		require.Zero(t, sub.Consumer.Delivery.Missing())
		require.Zero(t, s.Chaos.Sum.Failed)
	})
}

func TestChaosEndsWithTheSessionAndTheCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, true)
		r.do("chaos stop 1h")
		time.Sleep(time.Second)
		r.do("chaos off", "wait 1s")
		r.do("chaos unload fast every=10s", "stop all", "connect pulsar://elsewhere:6650")
		require.Contains(t, r.do("chaos"), "stop 1h")
		require.Empty(t, r.Env.Session.Snapshot().Chaos.Scheduled)
		require.Error(t, r.Execute(t.Context(), "chaos kill", &r.out), "the session is elsewhere")
		require.Error(t, r.Execute(t.Context(), "chaos stop 1s", &r.out))
	})
}

func TestChaosIsInTheReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, true)
		t.Chdir(t.TempDir())
		r.do("chaos stop 2s", "wait 15s", "export run.json", "export run.html")
		data, err := os.ReadFile("run.json")
		require.NoError(t, err)
		var d struct {
			Chaos struct {
				Events []map[string]any
				Sum    map[string]any
			}
		}
		require.NoError(t, json.Unmarshal(data, &d))
		require.Equal(t, "stop 2s", d.Chaos.Events[0]["fault"])
		require.EqualValues(t, 2, d.Chaos.Events[0]["lasted_seconds"])
		require.NotNil(t, d.Chaos.Events[0]["first_receive_seconds"])
		require.EqualValues(t, 1, d.Chaos.Sum["events"])
		require.EqualValues(t, 0, d.Chaos.Sum["lost"])
		page, err := os.ReadFile("run.html")
		require.NoError(t, err)
		require.Contains(t, string(page), "<h2>Chaos</h2>")
		require.Contains(t, string(page), "lasted 2.0s")
		var xml bytes.Buffer
		require.NoError(t, outcome.JUnit(&xml, outcome.Run{Report: report.ReportNow(r.Host)}))
		require.Contains(t, xml.String(), `name="chaos 1 stop 2s"`)
		require.Contains(t, xml.String(), `<property name="chaos" value="1 event`)
	})
}
