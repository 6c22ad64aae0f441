package commands

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/commands/answers"
	"pulsh/session/snapshot"
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
