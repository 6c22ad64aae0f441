// Package ptytest runs a program on a pseudo-terminal, with an emulator that
// shows the screen of a user. Tests wait for rows of the screen and never for
// time to pass. A test can set a check that runs after every frame.
package ptytest

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
)

// patience is the default time that a test waits for the program.
const patience = 15 * time.Second

// frameEnd is the last byte sequence of every frame: the end of a synchronized
// update.
const frameEnd = "\x1b[?2026l"

// Terminal is a program on a pseudo-terminal with an emulator of its screen. Its
// methods may be called from any goroutine.
type Terminal struct {
	// Cmd is the program. It has been started.
	Cmd *exec.Cmd
	// Patience is the time that the waiting methods wait before they fail the
	// test.
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

// Start starts cmd on a terminal of the given size. It kills the program at the
// end of the test.
func Start(t testing.TB, cmd *exec.Cmd, width, height int) *Terminal {
	t.Helper()
	hangUp()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)})
	require.NoError(t, err)
	s := &Terminal{
		Cmd: cmd, Patience: patience,
		t: t, pty: file, pumped: make(chan struct{}),
		emu: vt.NewEmulator(width, height), changed: make(chan struct{}),
	}
	go s.pump()
	go s.reply()
	t.Cleanup(s.close)
	return s
}

// hangUp lets the programs of the tests take SIGHUP as usual, also where the tests are run under
// nohup: a program keeps ignoring what was ignored when it was started, and would outlive its
// terminal.
var hangUp = sync.OnceFunc(func() {
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
})

// pump feeds the emulator frame by frame until no process has the terminal open.
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

// reply sends the emulator's reports to the program, until the emulator is closed.
func (s *Terminal) reply() {
	_, _ = io.Copy(s.pty, s.emu) // the program may be gone
}

// feed writes pending bytes to the emulator, frame by frame. It returns the last
// bytes that may be the beginning of a frameEnd.
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

// Always sets a check that must hold after every later frame; nil removes it. At
// its end the test fails with the first error.
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

// Rows returns the rows of the screen without the blanks at their ends.
func (s *Terminal) Rows() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rowsLocked()
}

// Cell returns the character in a cell, "" outside the screen. It is much
// cheaper than Rows.
func (s *Terminal) Cell(x, y int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.emu.CellAt(x, y); c != nil {
		return c.Content
	}
	return ""
}

// Scrollback returns the rows that have left the screen, the oldest first.
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

// Stream returns all bytes that the program has written.
func (s *Terminal) Stream() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// Frames returns the number of frames that the program has painted.
func (s *Terminal) Frames() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frames
}

// Send types keys.
func (s *Terminal) Send(keys string) {
	s.t.Helper()
	_, err := io.WriteString(s.pty, keys)
	require.NoError(s.t, err)
}

// Resize changes the size of the terminal.
func (s *Terminal) Resize(width, height int) {
	s.t.Helper()
	s.mu.Lock()
	s.makeRoom(height)
	s.emu.Resize(width, height)
	s.mu.Unlock()
	require.NoError(s.t, pty.Setsize(s.pty, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)}))
}

// makeRoom scrolls rows into the scrollback, as terminals do, if the cursor would be
// below the last row. The emulator alone would cut off the rows at the bottom.
func (s *Terminal) makeRoom(height int) {
	at := s.emu.CursorPosition()
	if over := at.Y - (height - 1); over > 0 {
		_, _ = s.emu.Write(fmt.Appendf(nil, "\x1b[%d;1H%s\x1b[%d;%dH", s.emu.Height(), strings.Repeat("\n", over), at.Y+1-over, at.X+1))
	}
}

func (s *Terminal) close() {
	if s.Cmd.ProcessState == nil {
		_ = s.Cmd.Process.Signal(syscall.SIGKILL)
		_ = s.Cmd.Wait()
	}
	_ = s.pty.Close()
	select {
	case <-s.pumped:
	case <-time.After(s.Patience):
		s.t.Errorf("a process that the program has started still has the terminal open %v after its end", s.Patience)
		return
	}
	_ = s.emu.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	require.NoError(s.t, s.broken)
}
