package screen

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/vt"
	"github.com/stretchr/testify/require"
)

// display is an emulator that a Screen writes to.
type display struct {
	*vt.Emulator
	writes int
	bytes  int
	stream strings.Builder
}

func newDisplay(width, height int) *display {
	// The screen asks the terminal nothing, so there are no replies to drain.
	d := &display{Emulator: vt.NewEmulator(width, height)}
	return d
}

func (d *display) Write(p []byte) (int, error) {
	d.writes++
	d.bytes += len(p)
	d.stream.Write(p)
	return d.Emulator.Write(p)
}

// rows returns what the emulator shows.
func (d *display) rows() []string {
	rows := make([]string, d.Height())
	for y := range rows {
		var b strings.Builder
		for x := 0; x < d.Width(); x++ {
			c := d.CellAt(x, y)
			switch {
			case c == nil || c.Content == "" && c.Width == 1:
				b.WriteByte(' ')
			case c.Width > 0:
				b.WriteString(c.Content)
			}
		}
		rows[y] = strings.TrimRight(b.String(), " ")
	}
	return rows
}

func (d *display) scrollback() []string {
	rows := make([]string, d.ScrollbackLen())
	for y := range rows {
		var b strings.Builder
		for x := 0; x < d.Width(); x++ {
			if c := d.ScrollbackCellAt(x, y); c != nil {
				b.WriteString(c.Content)
			}
		}
		rows[y] = strings.TrimRight(b.String(), " ")
	}
	return rows
}

// requireShown checks that the emulator shows the cells that the screen has in
// front.
func requireShown(t testing.TB, s *Screen, d *display) {
	t.Helper()
	want := make([]string, len(s.front))
	for y, row := range s.front {
		want[y] = RowText(row)
	}
	require.Equal(t, want, d.rows())
}

func prompt(line string, width int, popup ...string) View {
	v := View{Rows: Wrap(Cells(line, true), width)}
	v.Y = len(v.Rows) - 1
	v.X = len(v.Rows[v.Y])
	for _, row := range popup {
		v.Popup = append(v.Popup, append(make([]Cell, 2), Cells(row, true)...))
	}
	return v
}
