package editor

import (
	"testing"

	prompt "github.com/c-bata/go-prompt"
	"github.com/stretchr/testify/require"
)

func TestAPastedBlockWaits(t *testing.T) {
	y := newTyping(OpenHistory("", nil), nil)
	y.press(pasted("\n\n one\ntwo"))
	y.press(pasted("2\nthree\n"))
	y.press(text("!"))
	require.Equal(t, " one!", y.Text)
	require.Equal(t, []string{"two2", "three"}, y.block.lines())
	require.Equal(t, []token{newLine("two2"), pressed(prompt.Enter), newLine("three"), pressed(prompt.Enter)}, y.block.tokens())
	require.Len(t, y.view("> ", 80, 24, true).Popup, 3)
	require.Len(t, y.view("> ", 80, 3, true).Popup, 1, "a low terminal")
	y.clear()
	require.Empty(t, y.block.tokens())

	y.press(text("list"))
	y.press(pasted("\n"))
	require.Empty(t, y.block.tokens())
	require.Nil(t, y.view("> ", 80, 24, true).Popup)
}

func TestTheQueueShowsAPastedBlock(t *testing.T) {
	q := newQueue()
	q.push(text("one"), pasted("\ntwo"), pasted("\nthree"))
	require.Equal(t, "one⏎ two⏎ three", q.ahead())
	_, ok := q.takeLine()
	require.False(t, ok)
	q.push(pressed(prompt.Enter))
	require.Equal(t, "one⏎ two⏎ three⏎ ", q.ahead())
	_, ok = q.takeLine()
	require.False(t, ok, "it is shown before it runs")
}
