package editor

import (
	"testing"

	prompt "github.com/c-bata/go-prompt"
	"github.com/stretchr/testify/require"
)

// TestKeysOfTerminals presses keys in the spellings of terminals: xterm with and
// without application mode, the Linux console, tmux, rxvt, kitty.
func TestKeysOfTerminals(t *testing.T) {
	for want, sequences := range map[prompt.Key][]string{
		prompt.Up: {"\x1b[A", "\x1bOA"}, prompt.Down: {"\x1b[B", "\x1bOB"},
		prompt.Right: {"\x1b[C", "\x1bOC"}, prompt.Left: {"\x1b[D", "\x1bOD"},
		prompt.Home:         {"\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"},
		prompt.End:          {"\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"},
		prompt.ControlRight: {"\x1b[1;5C", "\x1b[5C", "\x1bOc"},
		prompt.ControlLeft:  {"\x1b[1;5D", "\x1b[5D", "\x1bOd"},
		prompt.Delete:       {"\x1b[3~"}, prompt.ControlDelete: {"\x1b[3;5~"},
		prompt.PageUp: {"\x1b[5~"}, prompt.PageDown: {"\x1b[6~"}, prompt.BackTab: {"\x1b[Z"},
		prompt.Enter: {"\r", "\n"}, prompt.Tab: {"\t"}, prompt.Backspace: {"\x7f"}, prompt.ControlH: {"\x08"},
		prompt.ControlUnderscore: {"\x1f"}, prompt.Escape: {"\x1b"},
		altF: {"\x1bf", "\x1bF", "\x1b[1;3C"}, altB: {"\x1bb", "\x1bB", "\x1b[1;3D"},
		altD: {"\x1bd", "\x1bD", "\x1b[3;3~"}, altDot: {"\x1b.", "\x1b_"}, altBackspace: {"\x1b\x7f", "\x1b\x08"},
		prompt.F1: {"\x1bOP", "\x1b[[A", "\x1b[11~", "\x1b[P"}, prompt.F2: {"\x1bOQ", "\x1b[[B", "\x1b[12~", "\x1b[Q"},
		prompt.F3: {"\x1bOR", "\x1b[[C", "\x1b[13~"}, prompt.F4: {"\x1bOS", "\x1b[[D", "\x1b[14~", "\x1b[S"},
		prompt.F5: {"\x1b[15~", "\x1b[[E"}, prompt.F6: {"\x1b[17~"}, prompt.F7: {"\x1b[18~"},
		prompt.F8: {"\x1b[19~"}, prompt.F9: {"\x1b[20~"}, prompt.F10: {"\x1b[21~"},
		prompt.NotDefined: {"", "x", "\x1b[99;99z", "\x1bz"},
	} {
		for _, sequence := range sequences {
			require.Equal(t, want, keyOf(sequence), "%q", sequence)
		}
	}
	for n := 1; n <= 10; n++ {
		got, ok := functionKey(prompt.F1 + prompt.Key(n-1))
		require.True(t, ok)
		require.Equal(t, n, got)
	}
	for _, k := range []prompt.Key{prompt.F11, prompt.Enter, altB} {
		_, ok := functionKey(k)
		require.False(t, ok)
	}
}

// TestLinesOfSeveralBytes holds the line against the faults of prompt.Buffer with
// runes of several bytes.
func TestLinesOfSeveralBytes(t *testing.T) {
	for _, from := range []string{"|", "größe 日|本", "ab|", "|ab", "x|" + family + "y", "🇩🇪|🇫🇷"} {
		l := marked(from)
		require.Equal(t, from, l.marked())
		require.Equal(t, len(l.before()), l.at())
		deleted := l
		deleted.removeRight(l.charAfter())
		require.Equal(t, l.before()+"|"+l.after()[len(l.charAfter()):], deleted.marked())
		deleted = l
		deleted.removeLeft(l.charBefore())
		require.Equal(t, l.before()[:l.at()-len(l.charBefore())]+"|"+l.after(), deleted.marked())
		end := l
		end.moveRight(l.after())
		require.True(t, end.atEnd())
		end.moveLeft(end.before())
		require.Equal(t, "|"+l.Text, end.marked())
	}
}
