package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// Somebody else moves the subscription back, and on by few messages: both are told.
func TestPulsarMovesByOthersAreTold(t *testing.T) {
	aloneOnEachEngine(t, func(t *testing.T, l *load) {
		l.consume(func(s *spec.Consumer) { s.Queue = 10 })
		l.produce(func(p *spec.Producer) { p.Rate, p.Batch = pacing.Hold(500), 1 })
		l.acked(1500)
		require.NoError(t, l.Stop(l.soon(), "fast"))
		l.until("all is received", func() bool {
			c := l.sub1()
			return int64(c.Delivery.Unique()) == l.fast().Acked && c.Backlog.Known && c.Backlog.Entries == 0
		})
		require.NoError(t, l.Pause("sub1"))
		time.Sleep(2500 * time.Millisecond) // two polls
		require.NoError(t, l.admin.SeekTime(l.soon(), l.topic, "sub1", time.Now().Add(-time.Hour)))
		l.until("the move is told", func() bool {
			return len(notesAbout(l.Session, "the subscription sub1 was moved back by about")) == 1
		})
		l.until("it has a mark", func() bool { return len(marksAbout(l.Session, "moved back")) == 1 })

		require.NoError(t, l.Resume("sub1"))
		l.until("all has come again", func() bool { c := l.sub1(); return c.Backlog.Known && c.Backlog.Entries == 0 })
		require.NoError(t, l.Pause("sub1"))
		require.NoError(t, l.Start(l.soon(), "fast"))
		l.acked(1000)
		require.NoError(t, l.Stop(l.soon(), "fast"))
		time.Sleep(2500 * time.Millisecond)
		require.NoError(t, l.admin.SkipEntries(l.soon(), l.topic, "sub1", 300))
		time.Sleep(2500 * time.Millisecond)
		require.NoError(t, l.Resume("sub1"))
		l.until("the skip is told", func() bool {
			return len(notesAbout(l.Session, "left the backlog of sub1 undelivered (the subscription was moved on, not by this group)")) == 1
		})
		l.until("nothing is missing", func() bool { return l.sub1().Delivery.Missing() == 0 })
		require.Zero(t, l.sub1().Delivery.Lost)
		require.InDelta(t, 300, l.sub1().Removed, 20)
	})
}
