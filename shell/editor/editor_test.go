package editor

import (
	"fmt"
	"testing"

	prompt "github.com/c-bata/go-prompt"
	"github.com/stretchr/testify/require"

	"pulsh/shell/screen"
)

func TestWordMotionsCountRunes(t *testing.T) {
	b := prompt.NewBuffer()
	b.InsertText("scale größe 日本 x", false, true)
	at := func() string { return b.Document().TextBeforeCursor() }
	wordLeft(b)
	require.Equal(t, "scale größe 日本 ", at())
	wordLeft(b)
	require.Equal(t, "scale größe ", at())
	wordLeft(b)
	wordLeft(b)
	wordLeft(b)
	require.Equal(t, "", at())
	wordRight(b)
	wordRight(b)
	require.Equal(t, "scale größe", at())
	for range 5 {
		wordRight(b)
	}
	require.Equal(t, "scale größe 日本 x", at())
	wordLeft(b)
	deleteWordLeft(b)
	require.Equal(t, "scale größe x", b.Text())
	b.CursorLeft(6)
	deleteWordRight(b)
	require.Equal(t, "scale  x", b.Text())
}

func TestCompleterRemembersTheListOfAText(t *testing.T) {
	asked := 0
	c := completer{complete: func(text string, cursor int) []Suggestion {
		asked++
		require.Equal(t, len("gr"), cursor)
		return make([]Suggestion, 5-asked)
	}}
	b := prompt.NewBuffer()
	require.Nil(t, c.suggest(*b.Document()))
	b.InsertText("gr", false, true)
	for range 3 {
		require.Len(t, c.suggest(*b.Document()), 4)
		require.Nil(t, c.suggest(*prompt.NewDocument()), "the popup is reset with every key")
	}
	require.Equal(t, 1, asked)
	c.forget()
	require.Len(t, c.suggest(*b.Document()), 3)
}

func TestTabOnAnEmptyLineOpensTheList(t *testing.T) {
	c := completer{complete: func(text string, _ int) []Suggestion {
		return []Suggestion{{Text: "help" + text}}
	}}
	b := prompt.NewBuffer()
	c.openBare(b)
	require.Len(t, c.suggest(*b.Document()), 1)
	b.InsertText("x", false, true)
	c.suggest(*b.Document())
	require.Nil(t, c.suggest(*prompt.NewDocument()), "typing closes it")
	c.openBare(b)
	require.Nil(t, c.suggest(*prompt.NewDocument()), "it opens on an empty line only")
}

func TestQueueClosesItsGate(t *testing.T) {
	q := newQueue(func() (int, int) { return 80, 24 }, func(int) {})
	read := func() string {
		b, _ := q.Read()
		return string(b)
	}
	q.push(text("one"), enterKey, text("two"), enterKey)
	require.Empty(t, read(), "closed before Setup")
	require.NoError(t, q.Setup())
	require.Equal(t, "one", read())
	require.Equal(t, "\r", read())
	require.Empty(t, read(), "closed behind Enter")
	require.Equal(t, enterToken, q.lastKind())
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
	require.Equal(t, restartKey, read())
	require.Empty(t, read())
	q.reopen()
	require.Equal(t, "three", read())
	q.restart()
	q.dropRestart()
	q.push(token{interruptToken, ctrlC}, text("x"))
	q.flush()
	require.Equal(t, ctrlC, read(), "other Ctrl-C survive a flush")
}

func TestGridDrawsWhatGoPromptDraws(t *testing.T) {
	var shown screen.View
	cleared := false
	g := &grid{show: func(v screen.View) { shown = v }, clear: func() { cleared = true }}
	g.begin(6)
	g.WriteStr("> ab")
	g.WriteStr("日x")
	g.EraseDown()
	require.NoError(t, g.Flush())
	require.Len(t, shown.Rows, 2)
	require.Empty(t, shown.Popup)
	require.Equal(t, 1, shown.X)
	require.Equal(t, 1, shown.Y)

	g.ScrollDown()
	g.ScrollUp()
	g.CursorDown(1)
	g.SetColor(prompt.White, prompt.Cyan, true)
	g.WriteStr(" p\x07 ")
	g.CursorUp(1)
	g.CursorBackward(4)
	require.NoError(t, g.Flush())
	require.Len(t, shown.Popup, 1)
	cells := shown.Popup[0]
	require.False(t, cells[0].IsSet(), "the popup begins under the cursor")
	require.Equal(t, screen.Cell{Rune: 'p', Width: 1, Style: screen.Style{Attrs: screen.Bold | screen.Reverse}}, cells[2])
	require.Equal(t, '?', cells[3].Rune)

	g.EraseScreen()
	require.True(t, cleared)
	before := shown
	g.WriteStr("line\n")
	require.NoError(t, g.Flush())
	require.Equal(t, before, shown, "the end of a line is committed, not shown")
	g.reset()
	g.EraseDown()
	require.NoError(t, g.Flush())
	require.Equal(t, screen.View{}, shown)
	g.CursorUp(-3)
	g.CursorForward(99)
	require.NoError(t, g.Flush())
	require.Equal(t, 5, shown.X)
}

func TestKnownSequencesReachGoPrompt(t *testing.T) {
	for seq, name := range knownSequences() {
		if name == escape || len(name) == 2 {
			continue // ESC is ours, and the word motions are bound as they are
		}
		require.NotEqual(t, prompt.NotDefined, prompt.GetKey([]byte(name)), fmt.Sprintf("%q", seq))
		require.NotEqual(t, prompt.Ignore, prompt.GetKey([]byte(name)), fmt.Sprintf("%q", seq))
	}
	require.Equal(t, prompt.Ignore, prompt.GetKey([]byte(restartKey)))
}
