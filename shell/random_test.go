package shell

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/shell/ptytest"
)

const (
	randomInputs = 4000 // some seconds of keys, more than anyone types between two looks
	randomStep   = 100  // inputs between two proofs of life
	// randomVariable sets the number of inputs. A million take hours.
	randomVariable = "PULSH_RANDOM_INPUTS"
)

// randomKeys are what no one would type: keys of all terminals, halves of
// sequences and of characters, pastes, and commands that end and that do not.
func randomKeys() []string {
	return []string{
		"a", "b", " ", "s", "echo x", "日本", "é", "e\u0301", "\u0301", "👨\u200d👩\u200d👧", "🇩🇪", "\u200d", "\xff\xfe", "\xe6\x97", "\r", "\t", "\t\t", "\x1b[Z",
		"\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1bOA", "\x1b[1;5C", "\x1b[1;5D", "\x1bf", "\x1bb", "\x1bd", "\x1b.", "\x1b\x7f",
		"\x7f", "\x01", "\x05", "\x0b", "\x15", "\x17", "\x19", "\x1f", "\x0c", "\x03", "\x12", "\x12ec", "\x13", "\x07", "\x1b", "\x1b[", "\x1b[99~",
		"\x1b[H", "\x1b[F", "\x1b[3~", "\x1b[5~", "\x1b[6~", "\x1bOQ", "\x1b[[B", "\x1bOR", "\x1b]0;t\x07", "\x00", "\x02", "\x06", "\x10", "\x0e", "\x14",
		"\x1b[200~echo p\necho q\nhalf\x1b[201~", "\x1b[200~\x1b[201~", "\x1b[200~open 'quote\n", "seq 30\r", "stray\r", "notes 3\r", "fail\r", "nonsense \\\r",
		"!!", "!e", "!1\r", "'", "sure\r", "sleep 60\r",
		"a very long text that goes on and on until it wraps around the edge of any terminal of a usual width, twice if need be ",
	}
}

// TestRandomKeysAndSizes types random input and resizes the terminal. After
// every step the shell must still run a command, with every row in its place and
// no cell of a popup left. At the end it must restore the terminal.
func TestRandomKeysAndSizes(t *testing.T) {
	inputs, err := strconv.Atoi(os.Getenv(randomVariable))
	if err != nil {
		inputs = randomInputs
	}
	s := open(t, 80, 24, "freeze")
	s.See("^>$")
	random := rand.New(rand.NewPCG(7, uint64(inputs))) // another number, other keys
	keys := randomKeys()
	for done := 0; done < inputs; done += randomStep {
		for range randomStep {
			if random.IntN(15) == 0 {
				s.Resize(1+random.IntN(150), 1+random.IntN(50))
			}
			s.Send(keys[random.IntN(len(keys))])
		}
		s.Resize(80, 24)
		s.Send("\x1b[201~\x07") // out of a paste, out of a search
		s.Send("\x03")          // out of a question, a command or a line
		s.See("^CLOCK.* of 80, 15$")
		s.Until("the clock in its place", func() bool { return status(s.Rows()) == nil })
		prove(s)
		s.Forget()
		if done%10_000 == 0 {
			t.Logf("%d inputs", done)
		}
	}
	s.Send("\x05\x15quit\r")
	require.Zero(t, s.Wait())
	s.RequireRestored()
}

// prove clears the line until a command is answered, and the screen until
// nothing stands there but the line and the rows below. Keys that are still on
// their way may spoil one try, not all.
func prove(s *ptytest.Terminal) {
	s.Again(func() { s.Send("\x03\x05\x15\x1b[201~echo alive\r") }, "an answer", func() bool {
		return strings.Contains("\n"+strings.Join(s.Rows(), "\n"), "\n  alive\n")
	})
	s.Again(func() { s.Send("\x03\x0c") }, "a clean screen", func() bool { return clean(s.Rows()) == nil })
}

// clean reports whether the screen has only the empty line and the rows below
// it.
func clean(rows []string) error {
	for y, row := range rows {
		switch {
		case y == 0 && row == ">":
		case y > 0 && row == "":
		case strings.HasPrefix(row, "STATE "), strings.HasPrefix(row, "CLOCK "):
		case strings.HasPrefix(row, fmt.Sprintf("G%02d ┤", y-11)) && strings.Trim(row[len("G00 ┤"):], "╌─█") == "":
		default:
			return fmt.Errorf("row %d is %q", y, row)
		}
	}
	return nil
}
