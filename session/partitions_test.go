package session_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/spec"
)

// The groups of a profile start in any order: the consumer group creates the
// topic with the partitions that the producer group wants.
func TestGroupsOfAPartitionedTopicStartInAnyOrder(t *testing.T) {
	for _, order := range [][]string{{"perf", "perf-sub"}, {"perf-sub", "perf"}} {
		inVirtualTime(t, func(v *inVirtual) {
			producer, consumer := spec.DefaultProducer("perf"), spec.DefaultConsumer("perf-sub")
			producer.Topic, producer.Partitions, consumer.Topic = "persistent://public/default/wide", 4, "wide,narrow"
			require.NoError(v.t, v.AddProducer("perf", producer))
			require.NoError(v.t, v.AddConsumer("perf-sub", consumer))
			for _, name := range order {
				require.NoError(v.t, v.Start(v.t.Context(), name), "%v", order)
			}
			stats, err := v.Admin().Stats(v.t.Context(), "wide")
			require.NoError(v.t, err)
			require.Len(v.t, stats.Partitions, 4)
			stats, err = v.Admin().Stats(v.t.Context(), "narrow")
			require.NoError(v.t, err)
			require.Empty(v.t, stats.Partitions)
		})
	}
}
