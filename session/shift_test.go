package session_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/cursor"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Moved back, a group receives so many messages again, none of which is called
// a duplicate, and none of those before is called lost.
func TestRewindAndSkipMoveByMessages(t *testing.T) {
	for _, partitions := range []int{0, 4} {
		t.Run(fmt.Sprint(partitions), func(t *testing.T) {
			inVirtualTime(t, func(v *inVirtual) {
				v.cluster.CreateTopic("fast", partitions)
				v.consume()
				v.produce(2000, func(p *spec.Producer) { p.Workers = 1 })
				time.Sleep(5 * time.Second)
				require.NoError(v.t, v.Pause("fast"))
				time.Sleep(2 * time.Second)
				before := v.sub1().Consumer
				require.Zero(v.t, before.Delivery.Missing())

				shift, err := v.consumerGroup("sub1").MoveBy(v.t.Context(), -1000)
				require.NoError(v.t, err)
				require.InDelta(v.t, -1000, shift.Messages, 100)
				require.Less(v.t, shift.Entries, int64(0))
				require.Len(v.t, shift.Parts, partitions)
				require.False(v.t, shift.Short)
				time.Sleep(2 * time.Second)
				after := v.sub1().Consumer
				require.InDelta(v.t, 1000, after.Received-before.Received, 100)
				require.Zero(v.t, after.Delivery.Duplicated)
				require.Zero(v.t, after.Delivery.Lost)
				require.Zero(v.t, after.Backlog.Entries)

				shift, err = v.consumerGroup("sub1").MoveBy(v.t.Context(), -1_000_000)
				require.NoError(v.t, err)
				require.True(v.t, shift.Short)
				require.InDelta(v.t, -10_000, shift.Messages, 50, "all that is stored")
				time.Sleep(3 * time.Second)
				require.InDelta(v.t, after.Received+10_000, v.sub1().Consumer.Received, 50)

				require.NoError(v.t, v.Pause("sub1"))
				require.NoError(v.t, v.Resume("fast"))
				time.Sleep(2 * time.Second)
				require.NoError(v.t, v.Pause("fast"))
				time.Sleep(2 * time.Second)
				waiting := v.sub1().Consumer.Backlog.Messages
				_, err = v.consumerGroup("sub1").MoveBy(v.t.Context(), 100_000)
				var few *cursor.TooFewError
				require.ErrorAs(v.t, err, &few)
				require.Positive(v.t, few.Waiting)
				shift, err = v.consumerGroup("sub1").MoveBy(v.t.Context(), 1000)
				require.NoError(v.t, err)
				require.InDelta(v.t, 1000, shift.Messages, 100)
				time.Sleep(2 * time.Second)
				require.InDelta(v.t, waiting-shift.Messages, v.sub1().Consumer.Backlog.Messages, 20)
				_, err = v.consumerGroup("sub1").ClearBacklog(v.t.Context())
				require.NoError(v.t, err)
				time.Sleep(2 * time.Second)
				require.Zero(v.t, v.sub1().Consumer.Backlog.Messages)
				require.NoError(v.t, v.Resume("sub1"))
				time.Sleep(time.Second)
				last := v.sub1().Consumer
				require.Zero(v.t, last.Delivery.Duplicated)
				require.Equal(v.t, 5, last.Period, "a skip that is refused opens none")
			})
		})
	}
}

// The partitions' spread and the rates of the broker come with every answer.
func TestBrokerStatsKnowThePartitions(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.cluster.CreateTopic("fast", 4)
		v.consume()
		v.produce(2000, func(p *spec.Producer) { p.Workers = 1 })
		time.Sleep(3 * time.Second)
		require.NoError(v.t, v.Pause("sub1"))
		time.Sleep(4 * time.Second)
		in, behind := v.fast().Producer.Broker.Spread, v.sub1().Consumer.Broker.Spread
		require.Equal(v.t, 4, in.Partitions)
		require.InDelta(v.t, 500, in.Least.Value, 25)
		require.InDelta(v.t, 500, in.Most.Value, 25)
		require.Equal(v.t, 4, behind.Partitions)
		require.LessOrEqual(v.t, behind.Least.Value, behind.Most.Value)
		require.Positive(v.t, behind.Most.Value)
		s := v.Snapshot()
		for metric, least := range map[snapshot.Metric]float64{
			{Group: "fast", Figure: "storage"}: 1e6, {Group: "fast", Figure: "broker.in"}: 1900,
			{Group: "sub1", Figure: "unacked"}: 0, {Group: "sub1", Figure: "broker.in"}: 1900, {Group: "sub1", Figure: "broker.out"}: 0,
		} {
			require.GreaterOrEqual(v.t, s.Value(metric), least, metric.String())
		}
	})
}
