package editor

import (
	"testing"

	prompt "github.com/c-bata/go-prompt"
	"github.com/stretchr/testify/require"
)

func TestQueueKeepsTheOrder(t *testing.T) {
	q := newQueue()
	next := func() token {
		t.Helper()
		got, ok := q.take()
		require.True(t, ok)
		return got
	}
	q.push(text("o"), text("ne"), enterKey, text("two"), enterKey)
	require.Equal(t, text("one"), next(), "texts in a row are one")
	require.Equal(t, enterKey, next())
	require.Equal(t, "two⏎ ", q.ahead())
	line, ok := q.takeLine()
	require.True(t, ok)
	require.Equal(t, "two", line)
	_, ok = q.takeLine()
	require.False(t, ok)
	_, ok = q.take()
	require.False(t, ok)

	q.push(text("three"))
	q.redraw()
	q.redraw()
	require.Equal(t, token{kind: redrawToken}, next(), "one for both")
	q.pushFront(enterKey)
	require.Equal(t, []token{enterKey, text("three")}, q.setAside())
	q.redraw()
	q.dropRedraw()
	q.dropRedraw()
	require.False(t, q.waiting())
	q.push(pressed(prompt.ControlC), text("x"))
	q.flush()
	require.Equal(t, pressed(prompt.ControlC), next(), "other Ctrl-C survive a flush")
	require.False(t, q.waiting())
}

func TestAheadIsWhatTheKeysMake(t *testing.T) {
	q := newQueue()
	q.push(text("lisd"), key("\x7f"), text("t"), enterKey, text("x"), key("\x15"), newLine("found"), enterKey, text("half"), key("\x1bb"), text("a "))
	require.Equal(t, "list⏎ found⏎ a half", q.ahead())
}
