package shell

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/shell/ptytest"
)

const (
	randomInputs = 2000 // about ten seconds of keys, more than anyone types between two looks
	randomStep   = 50   // inputs between two proofs of life
)

// TestRandomKeysAndSizes types what no one would and resizes meanwhile. After
// every step the shell must still run a command, with every row in its place.
func TestRandomKeysAndSizes(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	random := rand.New(rand.NewPCG(7, 11))
	keys := []string{
		"a", "b", " ", "s", "echo x", "日本", "é", "\xff\xfe", "\xe6\x97", "\r", "\t", "\t\t", "\x1b[Z",
		"\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1bOA", "\x1b[1;5C", "\x1b[1;5D", "\x1bf", "\x1bb", "\x1bd", "\x1b\x7f",
		"\x7f", "\x01", "\x05", "\x0b", "\x15", "\x17", "\x0c", "\x03", "\x12", "\x12ec", "\x07", "\x1b", "\x1b[", "\x1b[99~",
		"\x1b[H", "\x1b[F", "\x1b[3~", "\x1bOQ", "\x1bOR", "\x1b]0;t\x07", "\x00", "\x02", "\x06", "\x10", "\x0e", "\x14",
		"\x1b[200~echo p\necho q\nhalf\x1b[201~", "\x1b[200~\x1b[201~", "seq 30\r", "stray\r", "notes 3\r", "fail\r", "nonsense \\\r",
		"a very long text that goes on and on until it wraps around the edge of any terminal of a usual width, twice if need be ",
	}
	for done := 0; done < randomInputs; done += randomStep {
		for range randomStep {
			if random.IntN(15) == 0 {
				s.Resize(1+random.IntN(150), 1+random.IntN(50))
			}
			s.Send(keys[random.IntN(len(keys))])
		}
		s.Resize(80, 24)
		s.Send("\x1b[201~\x07\x03") // out of a paste, out of a search
		s.See("^CLOCK.* of 80, 15$")
		s.Until("the clock in its place", func() bool { return status(s.Rows()) == nil })
		prove(s)
	}
	s.Send("\x05\x15quit\r")
	require.Zero(t, s.Wait())
	s.RequireRestored()
}

// prove clears the line until a command is answered. Keys that are still on their way may
// spoil one try, not all.
func prove(s *ptytest.Terminal) {
	s.Send("\x05\x15echo alive\r")
	s.See("^  alive$")
	s.Send("\x0c")
	s.Gone("^  alive$")
}
