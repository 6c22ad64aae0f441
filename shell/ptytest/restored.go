package ptytest

import (
	"regexp"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// RequireRestored checks that the program has restored the terminal: cooked
// modes, and the default of each private mode.
func (s *Terminal) RequireRestored() {
	s.t.Helper()
	m, err := unix.IoctlGetTermios(int(s.pty.Fd()), getTermios)
	require.NoError(s.t, err)
	for name, on := range map[string]bool{
		"ICANON": m.Lflag&unix.ICANON != 0, "ECHO": m.Lflag&unix.ECHO != 0,
		"ISIG": m.Lflag&unix.ISIG != 0, "ICRNL": m.Iflag&unix.ICRNL != 0,
	} {
		require.True(s.t, on, "%s is off", name)
	}
	raw := s.Stream()
	for mode, want := range map[string]string{
		"?7":    "h", // lines wrap
		"?25":   "h", // the cursor is visible
		"?2004": "l", // pastes are not marked
		"?2026": "l", // what is written shows at once
	} {
		last := regexp.MustCompile(regexp.QuoteMeta("\x1b["+mode)+"[hl]").FindAllString(raw, -1)
		require.NotEmpty(s.t, last)
		require.Equal(s.t, "\x1b["+mode+want, last[len(last)-1])
	}
}

// RequireColorless checks that the program has written no colour.
func (s *Terminal) RequireColorless() {
	s.t.Helper()
	for _, m := range regexp.MustCompile("\x1b\\[([0-9;]*)m").FindAllStringSubmatch(s.Stream(), -1) {
		require.NotRegexp(s.t, `(^|;)([349][0-7]|10[0-7]|38|48)($|;)`, m[1])
	}
}
