package habits_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/commands/habits"
)

func TestLines(t *testing.T) {
	for typed, want := range map[string]string{
		":q": "quit", `\q`: "quit", "--help": "help", "LS": "list", "kill fast": "remove fast", "start  fast rate=1": "produce start fast rate=1",
		"describe sub1": "show sub1", "fast.rate=10k": "set fast rate=10k",
	} {
		require.Equal(t, []string{want}, habits.Lines(typed), typed)
	}
	for _, typed := range []string{"", "fast", "a.b", "n", "rate=1k"} {
		require.Empty(t, habits.Lines(typed), typed)
	}
	require.True(t, habits.Redirected("|"))
	require.True(t, habits.Redirected(">out"))
	require.False(t, habits.Redirected("fast"))
}
