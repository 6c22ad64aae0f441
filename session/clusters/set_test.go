package clusters

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// away is a fault that may pass.
type away struct{}

func (away) Error() string { return "nobody listens" }
func (away) Passing() bool { return true }

// world is a set on clusters in memory.
type world struct {
	*Set
	mu     sync.Mutex // guards the fields below
	absent map[string]bool
	notes  []string
}

// inVirtualTime runs a test on a set whose clusters answer unless they are absent.
func inVirtualTime(t *testing.T, test func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		cluster := virtual.New()
		defer cluster.Close()
		w := &world{absent: map[string]bool{}}
		w.Set = New(Host{
			Dial: func(_ context.Context, at broker.Target, clock broker.Clock) (Link, error) {
				c, err := cluster.Connect(clock)
				return Link{Broker: c.Engine, Admin: c.Admin, Probe: func(context.Context) (Answer, error) {
					w.mu.Lock()
					defer w.mu.Unlock()
					if w.absent[at.URL] {
						return Answer{}, away{}
					}
					return Answer{Version: "4.0.8", SizeMax: 5 << 20}, nil
				}}, err
			},
			Clock: func() int64 { return 0 },
			Say: func(format string, args ...any) {
				w.mu.Lock()
				defer w.mu.Unlock()
				w.notes = append(w.notes, fmt.Sprintf(format, args...))
			},
			Mark:   func(snapshot.MarkKind, string) {},
			Latest: func() *snapshot.Snapshot { return &snapshot.Snapshot{} },
			Groups: func(string) []Group { return nil },
		})
		defer w.Close(t.Context())
		test(t, w)
	})
}

func (w *world) hide(url string, hidden bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.absent[url] = hidden
}

func (w *world) heard() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := strings.Join(w.notes, "\n")
	w.notes = nil
	return text
}

func TestClustersHaveNames(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		_, err := w.Of("")
		require.EqualError(t, err, "not connected to a cluster")
		require.NoError(t, w.Check("default"), "it may connect later")
		require.NoError(t, w.Connect(t.Context(), broker.Target{URL: "pulsar://a"}))
		require.NoError(t, w.Add(t.Context(), "eu", broker.Target{URL: "pulsar://eu"}, false))
		for name, want := range map[string]string{
			"eu": "there is a cluster eu already", "default": "default is the session's own cluster, which connect chooses",
			"": "a cluster needs a name", "e u": `"e u" is not a name: use letters, digits, - and _`,
		} {
			require.EqualError(t, w.Add(t.Context(), name, broker.Target{URL: "pulsar://b"}, false), want)
		}
		require.Equal(t, []string{"default", "eu"}, w.Names())
		_, err = w.Of("us")
		require.EqualError(t, err, `no cluster "us" (default, eu)`)
		require.EqualError(t, w.Remove(t.Context(), "us"), `no cluster "us" (default, eu)`)
		require.EqualError(t, w.Remove(t.Context(), "default"), "default is the session's own cluster; it stays")
		own, err := w.Of("")
		require.NoError(t, err)
		same, err := w.Of(spec.OwnCluster)
		require.NoError(t, err)
		require.Same(t, own, same)
		require.NoError(t, w.Remove(t.Context(), "eu"))
		require.Equal(t, []string{"default"}, w.Names())
		for i := range spec.ClustersMax {
			require.NoError(t, w.Add(t.Context(), fmt.Sprintf("c%d", i), broker.Target{URL: "pulsar://c"}, false))
		}
		require.EqualError(t, w.Add(t.Context(), "more", broker.Target{URL: "pulsar://c"}, false), "a session has at most 16 clusters beside its own")
	})
}

func TestOutagesAreToldByCluster(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		require.NoError(t, w.Connect(t.Context(), broker.Target{URL: "pulsar://a"}))
		w.hide("pulsar://a", true)
		time.Sleep(10 * time.Second)
		require.Equal(t, "nobody listens", w.heard(), "where there is one cluster, it needs no name")
		w.hide("pulsar://a", false)
		time.Sleep(10 * time.Second)
		require.Contains(t, w.heard(), "broker reachable again after")

		require.NoError(t, w.Add(t.Context(), "eu", broker.Target{URL: "pulsar://eu"}, false))
		w.hide("pulsar://eu", true)
		time.Sleep(10 * time.Second)
		require.Equal(t, "eu: nobody listens", w.heard())
		own, others := w.Now()
		require.Equal(t, snapshot.Up, own.State)
		require.Equal(t, snapshot.Reconnecting, others[0].State)
		w.hide("pulsar://a", true)
		time.Sleep(10 * time.Second)
		require.Equal(t, "default: nobody listens", w.heard())
	})
}

func TestAClusterMayBeAddedWhileItIsAway(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		w.hide("pulsar://eu", true)
		require.ErrorIs(t, w.Add(t.Context(), "eu", broker.Target{URL: "pulsar://eu"}, false), away{})
		require.NoError(t, w.Add(t.Context(), "eu", broker.Target{URL: "pulsar://eu"}, true))
		_, others := w.Now()
		require.Equal(t, snapshot.Reconnecting, others[0].State)
		require.Empty(t, others[0].Version)
		w.hide("pulsar://eu", false)
		time.Sleep(3 * time.Second)
		_, others = w.Now()
		require.Equal(t, snapshot.Up, others[0].State)
		require.Equal(t, "4.0.8", others[0].Version)
		require.Equal(t, 5<<20, others[0].SizeMax)
	})
}

func TestConnectingWaitsForAFaultThatPasses(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		w.hide("pulsar://eu", true)
		time.AfterFunc(3*time.Second, func() { w.hide("pulsar://eu", false) })
		tries := 0
		err := Within(t.Context(), broker.Target{URL: "pulsar://eu"}, 10*time.Second, func(error) { tries++ },
			func(at broker.Target) error { return w.Add(t.Context(), "eu", at, false) })
		require.NoError(t, err)
		require.Positive(t, tries)
	})
}
