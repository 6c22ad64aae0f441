package messages

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestATextThatLostItsQuotesIsKnown(t *testing.T) {
	for _, c := range []struct {
		body, source string
		lost         bool
	}{
		{"{order:7}", `send x {"order":7}`, true},
		{"[a,b]", `send x ["a","b"]`, true},
		{`{"order":7}`, `send x '{"order":7}'`, false},
		{`{"bad": json`, `send x '{"bad": json'`, false}, // sent as it was meant
		{"{order:7}", "send x {order:7}", false},
		{"[1]", "send x [1]", false},
		{"hello", `send x "hello"`, false},
		{"", `send x ""`, false},
	} {
		require.Equal(t, c.lost, lostQuotes(c.body, c.source), c.source)
	}
}
