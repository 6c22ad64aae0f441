package snapshot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTheSumsOfClustersAddUpToTheSession sums groups by cluster.
func TestTheSumsOfClustersAddUpToTheSession(t *testing.T) {
	known := Backlog{Known: true, Messages: 5}
	s := &Snapshot{Cluster: Cluster{Label: "default", State: Up}, Clusters: []Cluster{{Label: "eu", State: Reconnecting}},
		Groups: []Group{
			{Name: "fast", Cluster: "default", State: Running, Producer: &Producer{Sent: 10, Acked: 9, Rate: 3}},
			{Name: "slow", Cluster: "eu", State: Stopped, Producer: &Producer{Sent: 4, Acked: 4}},
			{Name: "sub1", Cluster: "eu", State: Running, Consumer: &Consumer{Received: 3, Rate: 2, Backlog: known}},
			{Name: "sub2", Cluster: "eu", State: Running, Consumer: &Consumer{Received: 2, Rate: 1, Backlog: known, SharedWith: "sub1"}},
		}}
	require.Equal(t, ClusterSum{Groups: 1, Running: 1, ProduceRate: 3, Sent: 10, Acked: 9}, s.SumOf("default"))
	require.Equal(t, ClusterSum{Groups: 3, Running: 2, RecvRate: 3, Sent: 4, Acked: 4, Received: 5, Backlog: 5, BacklogKnown: true}, s.SumOf("eu"))
	require.True(t, s.Several())
	require.Equal(t, Reconnecting, s.ClusterOf("eu").State)
	require.Equal(t, Unconnected, s.ClusterOf("us").State)

	s.Groups[2].Consumer.Backlog.Known = false
	require.False(t, s.SumOf("eu").BacklogKnown, "a part of a sum is unknown")
	s.Clusters, s.Groups = nil, s.Groups[:1]
	require.False(t, s.Several())
}

// TestTheBacklogOfAReplicatedTopicSaysNothingOfClocks leaves the upper bound unknown: the
// messages waited on the way between the clusters too.
func TestTheBacklogOfAReplicatedTopicSaysNothingOfClocks(t *testing.T) {
	stats := BrokerStats{At: time.Now(), BacklogMessages: 5}
	require.True(t, stats.Waiting().Known)
	stats.Replicated = true
	require.False(t, stats.Waiting().Known)
	require.True(t, stats.Backlog().Known)
}
