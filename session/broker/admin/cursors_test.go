package admin

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// partitionsOf are the numbers of partitions with which the calls are tried.
var partitionsOf = []int{0, 3}

func TestPulsarCursorPositions(t *testing.T) {
	r, ctx := connect(t), t.Context()
	for _, partitions := range partitionsOf {
		topic := fmt.Sprintf("%ssurvey-%d", r.prefix, partitions)
		require.NoError(t, r.CreateTopic(ctx, topic, partitions))
		require.NoError(t, r.CreateSubscription(ctx, topic, "s/1", broker.Earliest))
		require.NoError(t, r.CreateSubscription(ctx, topic, "keeper", broker.Earliest))
		begin := time.Now().Truncate(time.Millisecond)
		ids := r.publish(t, topic, 12, 25)
		parts := max(partitions, 1)

		all, err := r.CursorPositions(ctx, topic, "s/1")
		require.NoError(t, err)
		require.Len(t, all, parts)
		for i, s := range all {
			require.Equal(t, i, max(s.Partition, 0))
			require.InDelta(t, 25, s.MessagesPerEntry, 0.01)
			require.EqualValues(t, 0, s.Behind())
			require.EqualValues(t, 12/parts, s.Ahead())
			at, ok := s.Step(2)
			require.True(t, ok)
			batch := 2
			if partitions > 0 {
				batch = i + 2*partitions
			}
			require.Equal(t, [2]int64{ids[batch].LedgerID(), ids[batch].EntryID()}, [2]int64{at.Ledger, at.Entry})
			e, err := r.Entry(ctx, topic, at)
			require.NoError(t, err)
			require.Equal(t, 25, e.Messages)
			require.WithinRange(t, e.Published, begin, time.Now())
			require.NoError(t, r.SeekID(ctx, topic, "s/1", at))
		}
		later, err := r.CursorPositions(ctx, topic, "s/1")
		require.NoError(t, err)
		for i := range all {
			require.EqualValues(t, 2, all[i].Moved(later[i]))
			require.EqualValues(t, 2, later[i].Behind())
			back, ok := later[i].Step(-2)
			require.True(t, ok)
			first, _ := all[i].Step(0)
			require.Equal(t, first, back)
		}
		_, err = r.CursorPositions(ctx, topic, "nobody")
		require.EqualError(t, err, topic+" has no subscription nobody")
		require.True(t, broker.IsMissing(err))
		_, err = r.Entry(ctx, topic, broker.MessageID{Ledger: ids[0].LedgerID(), Entry: 99_999, Partition: int(ids[0].PartitionIdx())})
		require.Error(t, err)
	}
}

// Pulsar counts entries, not messages, and only partition by partition.
func TestPulsarSkipsEntries(t *testing.T) {
	r, ctx := connect(t), t.Context()
	for _, partitions := range partitionsOf {
		topic := fmt.Sprintf("%sskip-%d", r.prefix, partitions)
		require.NoError(t, r.CreateTopic(ctx, topic, partitions))
		require.NoError(t, r.CreateSubscription(ctx, topic, "s", broker.Earliest))
		r.publish(t, topic, 12, 10) // 120 messages
		r.waitBacklog(t, topic, "s", 12)
		require.NoError(t, r.SkipEntries(ctx, topic, "s", 2))
		r.waitBacklog(t, topic, "s", 12-2*int64(max(partitions, 1)))
		require.NoError(t, r.SkipEntries(ctx, topic, "s", 1_000_000), "more than wait are all")
		r.waitBacklog(t, topic, "s", 0)
	}
}

func TestPulsarCompacts(t *testing.T) {
	r, ctx := connect(t), t.Context()
	for _, partitions := range partitionsOf {
		topic := fmt.Sprintf("%scompact-%d", r.prefix, partitions)
		require.NoError(t, r.CreateTopic(ctx, topic, partitions))
		r.publish(t, topic, 6, 10)
		all, err := r.Compaction(ctx, topic)
		require.NoError(t, err)
		require.Len(t, all, max(partitions, 1))
		require.Equal(t, broker.CompactionNever, all[0].State)
		require.NoError(t, r.Compact(ctx, topic))
		require.NoError(t, r.Compact(ctx, topic), "twice is no error")
		require.Eventually(t, func() bool {
			all, err := r.Compaction(ctx, topic)
			require.NoError(t, err)
			for _, c := range all {
				require.NotEqual(t, broker.CompactionFailed, c.State, c.Detail)
				if c.State != broker.CompactionDone {
					return false
				}
			}
			return true
		}, soon, glance)
	}
}

// What Pulsar refuses, it refuses with a status that tells why.
func TestPulsarRefuses(t *testing.T) {
	r, ctx := connect(t), t.Context()
	for _, partitions := range partitionsOf {
		topic := fmt.Sprintf("%srefuse-%d", r.prefix, partitions)
		require.NoError(t, r.CreateTopic(ctx, topic, partitions))
		require.True(t, broker.IsThere(r.CreateTopic(ctx, topic, partitions)))
		require.NoError(t, r.CreateSubscription(ctx, topic, "s", broker.Earliest))
		require.True(t, broker.IsThere(r.CreateSubscription(ctx, topic, "s", broker.Earliest)))
		consumer, err := r.client.Subscribe(consumerOf(topic, "s"))
		require.NoError(t, err)
		err = r.DeleteSubscription(ctx, topic, "s", false)
		require.True(t, broker.IsBusy(err), "%v", err)
		err = r.DeleteTopic(ctx, topic, false)
		require.True(t, broker.IsBusy(err), "%v", err)
		consumer.Close()
		require.NoError(t, r.DeleteSubscription(ctx, topic, "s", true))
		require.True(t, broker.IsMissing(r.DeleteSubscription(ctx, topic, "s", true)))
		require.NoError(t, r.DeleteTopic(ctx, topic, false))
		for name, err := range map[string]error{
			"unload": r.Unload(ctx, topic), "terminate": r.Terminate(ctx, topic), "clear": r.ClearBacklog(ctx, topic, "s"),
			"skip": r.SkipEntries(ctx, topic, "s", 1), "expire": r.Expire(ctx, topic, "s", time.Hour), "compact": r.Compact(ctx, topic),
		} {
			require.True(t, broker.IsMissing(err), "%s: %v", name, err)
		}
	}
	one := r.prefix + "single"
	require.NoError(t, r.CreateTopic(ctx, one, 0))
	require.Error(t, r.GrowTopic(ctx, one, 2), "it is not partitioned")
	many := r.prefix + "shrink"
	require.NoError(t, r.CreateTopic(ctx, many, 3))
	require.Error(t, r.GrowTopic(ctx, many, 2), "none can be taken away")
}
