package editor

import (
	"testing"

	prompt "github.com/c-bata/go-prompt"
	"github.com/stretchr/testify/require"
)

func TestQueueClosesItsGate(t *testing.T) {
	q := newQueue(func() (int, int) { return 80, 24 })
	read := func() []token {
		if _, err := q.Read(); err != nil {
			return nil
		}
		return q.take()
	}
	q.push(text("o"), text("ne"), enterKey, text("two"), enterKey)
	require.Empty(t, read(), "closed before Setup")
	require.NoError(t, q.Setup())
	require.Equal(t, []token{text("one"), enterKey}, read(), "texts in a row are one")
	require.Empty(t, read(), "closed behind Enter")
	require.Equal(t, "two⏎ ", q.ahead())
	line, ok := q.takeLine()
	require.True(t, ok)
	require.Equal(t, "two", line)
	_, ok = q.takeLine()
	require.False(t, ok)

	q.push(text("three"))
	q.restart()
	q.restart()
	require.NoError(t, q.Setup())
	require.Equal(t, []token{{restartToken, ""}}, read())
	require.Empty(t, read())
	q.reopen()
	require.Equal(t, []token{text("three")}, read())
	q.restart()
	require.True(t, q.dropRestart())
	q.push(token{interruptToken, ctrlC}, text("x"))
	q.flush()
	require.Equal(t, []token{{interruptToken, ctrlC}}, read(), "other Ctrl-C survive a flush")
}

func TestAheadIsWhatTheKeysMake(t *testing.T) {
	q := newQueue(nil)
	q.push(text("lisd"), key(backspace), text("t"), enterKey, text("x"), key("\x15"), newLine("found"), enterKey, text("half"), key("\x1bb"), text("a "))
	require.Equal(t, "list⏎ found⏎ a half", q.ahead())
}

func TestTheWakeKeyMeansNothingToGoPrompt(t *testing.T) {
	require.Equal(t, prompt.Ignore, prompt.GetKey([]byte(wakeKey)))
	b := prompt.NewBuffer()
	for _, l := range []string{"|", "größe 日|本", "ab|", "|ab", "", "x|" + family} {
		want := marked(l)
		fill(b, want)
		require.Equal(t, want.text, b.Text())
		require.Equal(t, want.text[:want.at], b.Document().TextBeforeCursor())
	}
}
