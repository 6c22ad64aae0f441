package fault

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/protocol"
)

func every(*Rule) bool { return true }

// Rules count for themselves: one that treats a command does not keep the others from
// counting it.
func TestARuleTreatsTheCommandThatItIsFor(t *testing.T) {
	s := New(time.Now)
	s.Add(Rule{At: Send, Share: 1, Lose: true, After: 1, Times: 1})
	s.Add(Rule{At: Send, Share: 1, Double: true, After: 2, Times: 2})
	var did []string
	for range 6 {
		rule, ok := s.Find(Send, every)
		switch {
		case !ok:
			did = append(did, "-")
		case rule.Lose:
			did = append(did, "lose")
		case rule.Double:
			did = append(did, "double")
		}
	}
	require.Equal(t, []string{"-", "lose", "double", "double", "-", "-"}, did)
	require.False(t, s.Active(), "rules that are used up are gone")
	require.EqualValues(t, 3, s.Hits())
	_, ok := s.Find(Acks, every)
	require.False(t, ok)
}

func TestImpossibleRules(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		why  string
	}{
		{Rule{At: Send, Lose: true}, ""},
		{Rule{At: Messages, Lose: true}, "only what is sent can be lost, doubled or swapped"},
		{Rule{At: All, Swap: true}, "only what is sent can be lost, doubled or swapped"},
		{Rule{At: Acks, Corrupt: true}, "only send and messages carry entries that can be corrupt"},
		{Rule{At: Acks, Refuse: true, Code: protocol.PersistenceError}, ""},
		{Rule{At: Pings, Refuse: true}, "only send, acks, lookups and creates can be refused with an error"},
	} {
		require.Equal(t, c.why, c.rule.Impossible(), "%+v", c.rule)
	}
}
