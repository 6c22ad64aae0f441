package session_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/embedded"
	"pulsh/session/dial"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// notesAbout returns the notes so far that contain a text.
func notesAbout(s *session.Session, text string) (all []string) {
	for {
		select {
		case n := <-s.Notes():
			if strings.Contains(n.Text, text) {
				all = append(all, n.Text)
			}
		default:
			return all
		}
	}
}

// marksAbout returns the marks that contain a text.
func marksAbout(s *session.Session, text string) (all []snapshot.Mark) {
	for _, m := range s.Snapshot().Marks {
		if strings.Contains(m.Text, text) {
			all = append(all, m)
		}
	}
	return all
}

func TestConnectionsThatBreakAreTold(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		t := v.t
		v.consume()
		v.produce(1000, nil)
		time.Sleep(3 * time.Second)
		require.Zero(t, v.fast().Disconnects.Breaks)
		v.cluster.Kill()
		time.Sleep(4 * time.Second)
		require.Equal(t, 1, v.sub1().Disconnects.Now)
		require.Zero(t, v.sub1().Consumer.Consumers, "connected to a broker that is dead")
		v.cluster.Restore()
		time.Sleep(6 * time.Second)
		for _, g := range v.Snapshot().Groups {
			require.EqualValues(t, 1, g.Disconnects.Breaks, g.Name)
			require.InDelta(t, 4.7, g.Disconnects.Without.Seconds(), 0.8, g.Name) // an attempt a second
			require.Equal(t, g.Disconnects.Without, g.Disconnects.Longest, g.Name)
			require.Zero(t, g.Disconnects.Now, g.Name)
		}
		require.Equal(t, 1, v.sub1().Consumer.Consumers)
		lost, again := 0, map[string]bool{}
		for _, said := range strings.Split(v.heard(), "\n") {
			if said == "sub1, fast: 1 consumer and 4 producers lost their connection; connecting again" {
				lost++
			} else if names, _, found := strings.Cut(said, ": connected again after "); found {
				for name := range strings.SplitSeq(names, ", ") {
					require.False(t, again[name], "once")
					again[name] = true
				}
			}
		}
		require.Equal(t, 1, lost)
		require.Equal(t, map[string]bool{"sub1": true, "fast": true}, again, "together, or each when it is back")
		require.Len(t, marksAbout(v.Session, "lost their connection"), 1)
		require.Empty(t, marksAbout(v.Session, "connected again"), "the return of the broker has a mark")
		require.Len(t, marksAbout(v.Session, "broker back"), 1)

		require.NoError(t, v.Reset("fast"))
		require.Zero(t, v.fast().Disconnects)
		require.EqualValues(t, 1, v.sub1().Disconnects.Breaks)
		require.NoError(t, v.Stop(t.Context(), "fast"))
		require.NoError(t, v.Stop(t.Context(), "sub1"))
		v.cluster.Kill()
		time.Sleep(time.Second)
		require.Empty(t, notesAbout(v.Session, "lost"), "stopped groups miss nothing")
	})
}

// The Go client tells of its connections only in its log, so this test fails if its
// words change.
func TestBothEnginesSeeTheirConnectionsBreak(t *testing.T) {
	for _, engine := range []broker.Engine{broker.ClientEngine, broker.WireEngine} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			b, err := embedded.Start(embedded.Config{})
			require.NoError(t, err)
			defer b.Close()
			l := &load{Session: session.New(dial.Cluster), t: t, topic: "public/default/links"}
			defer func() {
				ctx, cancel := context.WithTimeout(context.Background(), soon)
				defer cancel()
				l.Close(ctx)
			}()
			require.NoError(t, l.Connect(l.soon(), broker.Target{URL: b.URL(), AdminURL: b.AdminURL()}))
			preferences := l.Preferences()
			preferences.Engine = engine
			require.NoError(t, l.SetPreferences(preferences))
			require.NoError(t, l.Admin().CreateTopic(l.soon(), l.topic, 3))
			l.consume(nil)
			l.read("r1", nil)
			l.produce(func(p *spec.Producer) { p.Connections = 2 })
			l.acked(1000)

			require.NoError(t, l.Admin().Unload(l.soon(), l.topic))
			l.acked(1000)
			require.Zero(t, l.group("fast").Disconnects.Breaks, "an unload breaks no connection")
			require.Zero(t, l.group("sub1").Disconnects.Breaks)
			require.Zero(t, l.group("r1").Disconnects.Breaks)

			require.NotZero(t, b.Disconnect())
			l.until("the breaks are counted", func() bool {
				for _, name := range []string{"fast", "sub1", "r1"} {
					if d := l.group(name).Disconnects; d.Breaks == 0 || d.Now > 0 {
						return false
					}
				}
				return true
			})
			l.acked(1000)
			l.until("one mark tells both", func() bool { return len(marksAbout(l.Session, "fast")) > 0 })
			mark := marksAbout(l.Session, "fast")[0]
			require.Contains(t, mark.Text, "sub1, r1, fast: ")
			require.Contains(t, mark.Text, "lost their connection and had it again after")
			require.Equal(t, snapshot.MarkReconnect, mark.Kind)
			require.Equal(t, []string{mark.Text}, notesAbout(l.Session, "lost their connection"))

			require.NoError(t, l.Stop(l.soon(), "sub1"))
			require.NoError(t, l.Stop(l.soon(), "r1"))
			require.NoError(t, l.Stop(l.soon(), "fast"))
			b.Disconnect()
			require.EqualValues(t, 1, l.group("fast").Disconnects.Breaks)
		})
	}
}
