package admin

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

func TestGapsAsPulsarWritesThem(t *testing.T) {
	id := func(ledger, entry int64) broker.MessageID { return broker.MessageID{Ledger: ledger, Entry: entry} }
	for text, want := range map[string][]broker.EntryRun{
		"": nil, "[]": nil, "[(3:4..3:6]]": {{Behind: id(3, 4), Last: id(3, 6)}},
		"[(3:-1..3:6],(3:8..4:0]]": {{Behind: id(3, -1), Last: id(3, 6)}, {Behind: id(3, 8), Last: id(4, 0)}}, "[(3:..": nil,
	} {
		require.Equal(t, want, cursorStats{IndividuallyDeletedMessages: text}.gaps(), text)
	}
}
