package commands

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/commands/answers"
	"pulsh/session/connections"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

func TestSpreadNamesTheUnevenPartitions(t *testing.T) {
	p := snapshot.Spread{Partitions: 4, Least: snapshot.Part{Partition: "fast-partition-3", Value: 120}, Most: snapshot.Part{Partition: "fast-partition-0", Value: 4100}}
	var s answers.Rows
	s.Spread(p, "in")
	s.Spread(p, "out")
	require.Equal(t, []string{
		"partitions    4                     in: least 120/s on 3, most 4.10k/s on 0",
		"partitions    4                     backlog: least 120 on 3, most 4.1k on 0",
	}, s.Lines)
}

func TestShowCountsOnlyTheConsumersThatAreConnected(t *testing.T) {
	for _, c := range []struct {
		connected, without int
		want               string
	}{
		{1, 0, "1 consumer connected"},
		{0, 0, "0 consumers connected"},
		{0, 1, "0 of 1 consumer connected"},
		{3, 1, "3 of 4 consumers connected"},
	} {
		g := snapshot.Group{Workers: 4, Consumer: &snapshot.Consumer{Consumers: c.connected}, Disconnects: connections.Figures{Breaks: 1, Now: c.without}}
		var s answers.Rows
		s.Consumer(g, spec.DefaultConsumer("sub1"))
		require.Contains(t, strings.Join(s.Lines, "\n"), "  "+c.want+", receiver queue 1000\n")
	}
}
