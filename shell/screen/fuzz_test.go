package screen

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzScreen calls the methods that the input selects. After every frame it
// checks that the emulator shows the cells of the screen, and that the last
// status row is the last row.
func FuzzScreen(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 15 {
		ops := make([]byte, 200)
		for i := range ops {
			ops[i] = byte(random.IntN(256))
		}
		f.Add(ops)
	}
	f.Fuzz(func(t *testing.T, ops []byte) {
		ops = ops[:min(len(ops), 400)] // each step looks at all that was printed
		s, d := start(40, 12)
		printed := 0
		for len(ops) >= 2 {
			op, n := ops[0]%8, int(ops[1])
			ops = ops[2:]
			width, _ := s.Size()
			switch op {
			case 0:
				for range n%20 + 1 {
					printed++
					s.Print(fmt.Sprintf("%d 日本 %s", printed, strings.Repeat("x", n)))
				}
			case 1:
				s.SetPrompt(prompt("> "+strings.Repeat("a日ж\u0301👨\u200d👩🇩🇪", n%40), width))
			case 2:
				s.SetPrompt(prompt("> p", width, strings.Split(strings.Repeat("日 popup|", n%9), "|")...))
			case 3:
				s.SetLive(graph(n%20), []string{fmt.Sprint("group ", n), "日本clock"})
			case 4:
				s.Clear()
			case 5:
				width, height := 2+n%90, 1+(n*7)%40
				d.Resize(width, height)
				s.Resize(width, height)
			case 6:
				s.Commit("> " + strings.Repeat("c", n%100))
			case 7:
				s.SetPrompt(View{})
			}
			s.Paint()
			requireShown(t, s, d)
			if _, h := s.Size(); h > 1 && len(s.status) > 0 {
				require.True(t, strings.HasPrefix("日本clock", d.rows()[h-1]), d.rows()[h-1])
			}
			for _, row := range s.front {
				require.True(t, wellFormed(row))
			}
		}
	})
}
