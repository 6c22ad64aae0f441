package screen

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const (
	// keptLines is the number of lines that a resize can wrap anew: more than any
	// terminal has rows. Twice as many accumulate before they are cut.
	keptLines = 2000
	// stagedMax is the number of lines that may wait for the next frame. A caller
	// that prints more paints itself, so that output is not faster than the
	// terminal.
	stagedMax = 1000
)

// Options are the properties of a Screen that never change.
type Options struct {
	Color bool // false drops colours and keeps other attributes
	// Size returns the size that the terminal has now; nil if only Resize tells. A
	// frame for another size is not painted: it would move the cursor away from the
	// row by which a change of size is understood.
	Size func() (width, height int)
}

// Screen is the only writer to the terminal. Its methods may be called from any
// goroutine. Those that paint hold a mutex until the terminal has taken the bytes,
// so the goroutines that produce and consume must not call them.
type Screen struct {
	opts    Options
	changed chan struct{}

	mu            sync.Mutex
	w             io.Writer
	width, height int
	started       bool

	lines  []string // the last lines of output, as printed
	staged []string // lines that wait for the next frame
	rows   [][]Cell // rows of output on the screen, top first
	prompt View
	wipe   bool // the next frame pushes all output into the scrollback

	graphText, statusText []string
	graph, status         [][]Cell

	front [][]Cell // what the terminal shows
	next  [][]Cell // what it shall show; kept between frames to save allocations
	pen   pen
	lost  bool // the last write failed: scroll region and modes are unknown
	erase bool // the next frame erases what stands below the rows of output
	held  bool // nothing is painted until Resize or ResizeAt
	shown shownCursor
}

// shownCursor is the cursor after a frame.
type shownCursor struct {
	x, y   int
	hidden bool
}

// New returns a screen of width columns and height rows that writes to w, once per
// frame. It writes nothing before Start.
func New(w io.Writer, width, height int, opts Options) *Screen {
	s := &Screen{w: w, opts: opts, changed: make(chan struct{}, 1)}
	s.setSize(width, height)
	return s
}

// Changed returns a channel that holds a value while lines wait to be painted.
func (s *Screen) Changed() <-chan struct{} { return s.changed }

// Size returns the columns and rows of the screen.
func (s *Screen) Size() (width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.width, s.height
}

// Color reports whether colours are shown.
func (s *Screen) Color() bool { return s.opts.Color }

// Start takes the terminal: the text on it goes to the scrollback, and pastes are
// bracketed. Automatic wrapping is off; the screen wraps itself, so that a
// character of unexpected width spoils only one row. Start does nothing if the
// screen is started.
func (s *Screen) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started {
		return
	}
	s.started = true
	s.stale()
	s.write([]byte("\x1b[?2004h\x1b[?7l\x1b[0m\x1b[999;1H" +
		strings.Repeat("\r\n", s.height-1) + "\x1b[H"))
	s.paint()
}

// Stop gives the terminal back: it removes input line, graph and status, puts the
// cursor below the last row of output, and undoes the modes that Start set. It may
// be called any number of times. Start takes the terminal again.
func (s *Screen) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started {
		return
	}
	s.prompt, s.held = View{}, false
	s.paint()
	s.started = false
	row := min(len(s.rows), s.height-1) + 1
	s.write([]byte("\x1b[?2026l\x1b[r\x1b[0m\x1b[" + strconv.Itoa(row) +
		";1H\x1b[J\x1b[?7h\x1b[?2004l\x1b[?25h"))
}

// Hold paints nothing until Resize or ResizeAt: the terminal's size changes, and a
// frame for another size would land in the wrong rows.
func (s *Screen) Hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = s.started
}

// AskCursor asks the terminal where the cursor is. After a change of size only the
// terminal knows what it has moved into its scrollback, or taken out of it.
func (s *Screen) AskCursor() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started {
		s.write([]byte("\x1b[6n"))
	}
}

// Resize sets the size of a terminal that does not tell where the cursor is. The next
// frame wraps the output anew and repaints everything. A size without columns or rows
// is ignored.
func (s *Screen) Resize(width, height int) {
	if width < 1 || height < 1 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _, _ := heights(height, len(s.graph), len(s.status))
	s.resize(width, height, max(body-len(s.prompt.Rows), 1))
}

// ResizeAt sets the size of a terminal whose cursor is in a row, from 0. The rows of
// output above the input line stay where the terminal has put them. The next frame
// repaints them, erases what is below, and scrolls up what no longer fits.
func (s *Screen) ResizeAt(width, height, row int) {
	if width < 1 || height < 1 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	above := row - max(s.shown.y-len(s.rows), 0)
	s.resize(width, height, min(max(above, 0), height-1))
	s.erase = true
}

// resize keeps so many rows of output on the screen. It needs mu.
func (s *Screen) resize(width, height, keep int) {
	s.held = false
	s.setSize(width, height)
	s.rows = nil
	for i := len(s.lines) - 1; i >= 0 && len(s.rows) < keep; i-- {
		s.rows = slices.Concat(s.wrap(s.lines[i]), s.rows)
	}
	s.rows = s.rows[max(len(s.rows)-keep, 0):]
}

func (s *Screen) setSize(width, height int) {
	s.width, s.height = max(width, 1), max(height, 1)
	s.front = newGrid(s.width, s.height)
	s.next = newGrid(s.width, s.height)
	s.stale()
}

// newGrid returns height rows of width cells that share one allocation.
func newGrid(width, height int) [][]Cell {
	cells := make([]Cell, width*height)
	grid := make([][]Cell, height)
	for y := range grid {
		grid[y] = cells[y*width : (y+1)*width : (y+1)*width]
	}
	return grid
}

// stale marks every cell of the terminal as unknown.
func (s *Screen) stale() {
	s.lost = true
	for _, row := range s.front {
		for x := range row {
			row[x].Rune = staleRune
		}
	}
}

// Print adds lines of output above the input line. A line may contain SGR
// sequences; a line feed divides it. The lines appear with the next frame.
func (s *Screen) Print(lines ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stage(lines...)
	if len(s.staged) >= stagedMax {
		s.paint()
	}
}

// stage appends lines to those that wait for the next frame.
func (s *Screen) stage(lines ...string) {
	for _, line := range lines {
		s.staged = append(s.staged, strings.Split(line, "\n")...)
	}
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// Commit removes the input line and prints a line of output in its place. Both
// appear with the next frame.
func (s *Screen) Commit(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prompt = View{}
	s.stage(line)
}

// SetPrompt sets the input line and its popup, which appear with the next frame.
func (s *Screen) SetPrompt(v View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prompt = v
}

// SetLive sets the graph and the status rows, texts with SGR sequences, which
// appear with the next frame. Rows that do not fit are left out (see Budget).
func (s *Screen) SetLive(graph, status []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(graph, s.graphText) {
		s.graphText, s.graph = slices.Clone(graph), s.parse(graph)
	}
	if !slices.Equal(status, s.statusText) {
		s.statusText, s.status = slices.Clone(status), s.parse(status)
	}
}

func (s *Screen) parse(lines []string) [][]Cell {
	rows := make([][]Cell, len(lines))
	for i, line := range lines {
		rows[i] = Cells(line, s.opts.Color)
	}
	return rows
}

// Clear makes the next frame move all output into the scrollback, so that the
// input line stands in the first row.
func (s *Screen) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe = true
}

// Paint brings the terminal up to date with one write and returns the number of
// bytes, 0 if nothing changed.
func (s *Screen) Paint() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.paint()
}

// write writes b to the terminal. If the terminal does not take all of it, as on a
// stalled link, the next frame repaints everything.
func (s *Screen) write(b []byte) {
	if n, err := s.w.Write(b); err != nil || n < len(b) {
		s.stale()
	}
}

func (s *Screen) wrap(line string) [][]Cell {
	return fold(Cells(line, s.opts.Color), s.width)
}
