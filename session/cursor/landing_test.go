package cursor

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

func TestLanding(t *testing.T) {
	stored := []broker.Ledger{{ID: 4, Entries: 100}, {ID: 7, Entries: 50}, {ID: 9, Entries: 10}}
	for _, c := range []struct {
		ledgers       []broker.Ledger
		ledger, entry int64
		want          string
	}{
		{stored, 4, 0, ""},
		{stored, 4, 99, ""},
		{stored, 9, 9, ""},
		{stored, 1, 0, "there is no ledger 1: the earliest message, 4:0, is delivered next"},
		{stored, 5, 3, "there is no ledger 5: message 7:0 is delivered next"},
		{stored, 4, 100, "ledger 4 has 100 entries: message 7:0 is delivered next"},
		{stored, 9, 10, "ledger 9 has 10 entries: the next message that is sent is delivered next"},
		{stored, 10, 0, "there is no ledger 10: the next message that is sent is delivered next"},
		{[]broker.Ledger{{ID: 3}, {ID: 4, Entries: 5}}, 3, 0, "ledger 3 has 0 entries: the earliest message, 4:0, is delivered next"},
		{[]broker.Ledger{{ID: 3}}, 1, 0, "there is no ledger 1: the next message that is sent is delivered next"},
		{nil, 1, 0, "there is no ledger 1: the next message that is sent is delivered next"},
	} {
		require.Equal(t, c.want, Landing(broker.CursorPosition{Ledgers: c.ledgers}, broker.MessageID{Ledger: c.ledger, Entry: c.entry}), "%v %d:%d", c.ledgers, c.ledger, c.entry)
	}
}
