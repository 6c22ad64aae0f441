package session_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/cursor"
	"pulsh/session/spec"
)

// On a real Pulsar, whose batches hold what the moment gives them, a move by
// messages is right to a few entries, and what comes again is no duplicate.
func TestPulsarMovesByMessages(t *testing.T) {
	for _, partitions := range []int{0, 3} {
		t.Run(fmt.Sprint(partitions), func(t *testing.T) {
			aloneOnEachEngine(t, func(t *testing.T, l *load) {
				l.produce(func(p *spec.Producer) { p.Partitions, p.Workers = partitions, 1 })
				l.consume(nil)
				l.acked(8000)
				l.settle()
				before := l.sub1()
				shift, err := l.consumerGroup("sub1").MoveBy(l.soon(), -2000)
				require.NoError(t, err)
				t.Logf("back by %d messages in %d entries, %v", -shift.Messages, -shift.Entries, shift.Parts)
				require.InDelta(t, -2000, shift.Messages, 600)
				require.Len(t, shift.Parts, partitions)
				moved := time.Now()
				l.until("what was rewound", func() bool {
					s := l.sub1()
					return s.Broker.At.After(moved.Add(time.Second)) && s.Backlog.Known && s.Backlog.Entries == 0 && s.Received > before.Received
				})
				again := l.sub1().Received - before.Received
				t.Logf("%d messages came again", again)
				require.InDelta(t, -shift.Messages, again, 800, "the estimate")
				require.Zero(t, l.sub1().Delivery.Duplicated)

				require.NoError(t, l.Pause("sub1"))
				require.NoError(t, l.Start(l.soon(), "fast"))
				l.acked(6000)
				require.NoError(t, l.Stop(l.soon(), "fast"))
				shift, err = l.consumerGroup("sub1").MoveBy(l.soon(), 2000)
				require.NoError(t, err)
				t.Logf("skipped %d messages in %d entries, %v", shift.Messages, shift.Entries, shift.Parts)
				require.InDelta(t, 2000, shift.Messages, 600)
				_, err = l.consumerGroup("sub1").MoveBy(l.soon(), 1_000_000)
				var few *cursor.TooFewError
				require.ErrorAs(t, err, &few)
				_, err = l.consumerGroup("sub1").ClearBacklog(l.soon())
				require.NoError(t, err)
				l.until("an empty backlog", func() bool { return l.sub1().Backlog.Entries == 0 })
				require.NoError(t, l.Resume("sub1"))
				require.Zero(t, l.sub1().Delivery.Duplicated)
			})
		})
	}
}

func TestASeekOnATopicLoadedAMomentAgoTellsMessagesToGo(t *testing.T) {
	l := newLoad(t)
	l.consume(nil)
	l.produce(func(s *spec.Producer) { s.Batch, s.Delay, s.Workers = 50, 100*time.Millisecond, 1 })
	l.acked(4000)
	l.settle()
	stored := l.fast().Acked
	require.NoError(t, l.Stop(l.soon(), "sub1"))
	require.NoError(t, l.admin.Unload(l.soon(), l.topic)) // the broker counts from nothing again
	later := connect(t)
	later.topic = l.topic
	later.consume(nil)
	require.NoError(t, later.Pause("sub1"))
	require.NoError(t, later.consumerGroup("sub1").SeekTime(l.soon(), time.Unix(0, 0)))
	later.until("what there is to go", func() bool { return later.sub1().Drain != nil })
	require.InEpsilon(t, stored, later.sub1().Drain.Start, 0.4, "not entries, of which there are a fiftieth")
}
