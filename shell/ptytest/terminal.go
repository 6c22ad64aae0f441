// Package ptytest gives tests a program on a terminal of its own: a pty, with an
// emulator that shows what a user would see. Tests wait for rows of its screen
// and never for time to pass; what must hold on every frame is checked after
// every frame.
package ptytest

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what a program alone has to do.
const patience = 15 * time.Second

// frameEnd is what every frame ends with: the end of a synchronized update.
const frameEnd = "\x1b[?2026l"

// Terminal is a program on a pty, with an emulator that shows its screen. Its
// methods may be called from several goroutines.
type Terminal struct {
	// Cmd is the program, which has been started.
	Cmd *exec.Cmd
	// Patience is how long the waiting methods wait before they fail the test.
	Patience time.Duration

	t      testing.TB
	pty    *os.File
	pumped chan struct{} // closed when the program and all its children are gone

	mu      sync.Mutex
	emu     *vt.Emulator
	raw     bytes.Buffer
	frames  int
	after   func(rows []string) error // checked after every frame
	broken  error
	changed chan struct{} // closed and replaced after every read
}

// Start starts cmd on a terminal of the given size. When the test ends the
// program is killed, if it still runs.
func Start(t testing.TB, cmd *exec.Cmd, width, height int) *Terminal {
	t.Helper()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)})
	require.NoError(t, err)
	s := &Terminal{
		Cmd: cmd, Patience: patience,
		t: t, pty: file, pumped: make(chan struct{}),
		emu: vt.NewEmulator(width, height), changed: make(chan struct{}),
	}
	go s.pump()
	t.Cleanup(s.close)
	return s
}

// pump feeds the emulator, frame by frame, until nobody can write any more.
func (s *Terminal) pump() {
	defer close(s.pumped)
	buf := make([]byte, 64<<10)
	var rest []byte
	for {
		n, err := s.pty.Read(buf)
		rest = s.feed(append(rest, buf[:n]...), buf[:n], err != nil)
		if err != nil {
			return
		}
	}
}

// feed writes whole frames to the emulator, and what cannot be the beginning of
// a frame's end; it returns the rest.
func (s *Terminal) feed(pending, read []byte, last bool) (rest []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw.Write(read)
	for {
		i := bytes.Index(pending, []byte(frameEnd))
		if i < 0 {
			break
		}
		_, _ = s.emu.Write(pending[:i+len(frameEnd)])
		pending = pending[i+len(frameEnd):]
		s.frames++
		s.inspect()
	}
	keep := len(frameEnd) - 1
	for keep > 0 && (last || !bytes.HasSuffix(pending, []byte(frameEnd[:keep]))) {
		keep--
	}
	_, _ = s.emu.Write(pending[:len(pending)-keep])
	close(s.changed)
	s.changed = make(chan struct{})
	return pending[len(pending)-keep:]
}

func (s *Terminal) inspect() {
	if s.after == nil || s.broken != nil {
		return
	}
	rows := s.rowsLocked()
	if err := s.after(rows); err != nil {
		s.broken = fmt.Errorf("after frame %d: %w\n%s", s.frames, err, strings.Join(rows, "\n"))
	}
}

// Always sets what must hold after every frame from now on; nil is nothing. The
// test fails at its end when it did not.
func (s *Terminal) Always(check func(rows []string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = check
}

func (s *Terminal) rowsLocked() []string {
	rows := make([]string, s.emu.Height())
	for y := range rows {
		var b strings.Builder
		for x := 0; x < s.emu.Width(); x++ {
			c := s.emu.CellAt(x, y)
			switch {
			case c == nil || c.Width == 0:
			case c.Content == "":
				b.WriteByte(' ')
			default:
				b.WriteString(c.Content)
			}
		}
		rows[y] = strings.TrimRight(b.String(), " ")
	}
	return rows
}

// Rows returns the screen, row by row, without the blanks at their ends.
func (s *Terminal) Rows() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rowsLocked()
}

// Cell returns what stands in one cell, "" outside of the screen. It is much
// cheaper than Rows.
func (s *Terminal) Cell(x, y int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.emu.CellAt(x, y); c != nil {
		return c.Content
	}
	return ""
}

// Scrollback returns the rows that left the screen, the oldest first.
func (s *Terminal) Scrollback() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := make([]string, s.emu.ScrollbackLen())
	for y := range rows {
		var b strings.Builder
		for x := 0; x < s.emu.Width(); x++ {
			if c := s.emu.ScrollbackCellAt(x, y); c != nil {
				b.WriteString(c.Content)
			}
		}
		rows[y] = strings.TrimRight(b.String(), " ")
	}
	return rows
}

// Stream returns every byte that the program has written.
func (s *Terminal) Stream() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// Frames returns how many frames the program has painted.
func (s *Terminal) Frames() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frames
}

// Send types.
func (s *Terminal) Send(keys string) {
	s.t.Helper()
	_, err := io.WriteString(s.pty, keys)
	require.NoError(s.t, err)
}

// Resize gives the terminal another size.
func (s *Terminal) Resize(width, height int) {
	s.t.Helper()
	s.mu.Lock()
	s.emu.Resize(width, height)
	s.mu.Unlock()
	require.NoError(s.t, pty.Setsize(s.pty, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)}))
}

func (s *Terminal) close() {
	if s.Cmd.ProcessState == nil {
		_ = s.Cmd.Process.Signal(syscall.SIGKILL)
		_ = s.Cmd.Wait()
	}
	_ = s.pty.Close()
	<-s.pumped
	_ = s.emu.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	require.NoError(s.t, s.broken)
}
