package shell

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// patience is how long a test waits for what must happen.
const patience = 15 * time.Second

// frameEnd is what every frame ends with.
const frameEnd = "\x1b[?2026l"

// terminal is the toy shell on a pty, with an emulator that shows its screen.
type terminal struct {
	t       testing.TB
	cmd     *exec.Cmd
	pty     *os.File
	pumping sync.WaitGroup

	mu      sync.Mutex
	emu     *vt.Emulator
	raw     bytes.Buffer
	frames  int
	after   func(rows []string) error // checked after every frame
	broken  error
	changed chan struct{} // closed and replaced after every read
	width   int
}

// open starts the toy shell on a terminal of the given size.
func open(t testing.TB, width, height int, words string, env ...string) *terminal {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	switch words {
	case "under": // under a shell that owns the session
		cmd = exec.Command("sh", "-c", `"$0"; cat`, os.Args[0])
	case "jobs": // under a shell with job control
		cmd = exec.Command("sh", "-c", `set -m; "$0"; echo STOPPED; read word; fg; echo ENDED; cat`, os.Args[0])
	}
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=", toyVariable+"=toy "+words)
	cmd.Env = append(cmd.Env, env...)
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)})
	require.NoError(t, err)
	s := &terminal{
		t: t, cmd: cmd, pty: file, width: width,
		emu: vt.NewEmulator(width, height), changed: make(chan struct{}),
	}
	s.pumping.Go(s.pump)
	t.Cleanup(s.close)
	return s
}

// pump feeds the emulator, frame by frame.
func (s *terminal) pump() {
	buf := make([]byte, 64<<10)
	var rest []byte
	for {
		n, err := s.pty.Read(buf)
		s.mu.Lock()
		s.raw.Write(buf[:n])
		rest = append(rest, buf[:n]...)
		for {
			i := bytes.Index(rest, []byte(frameEnd))
			if i < 0 {
				break
			}
			_, _ = s.emu.Write(rest[:i+len(frameEnd)])
			rest = rest[i+len(frameEnd):]
			s.frames++
			s.inspect()
		}
		keep := len(frameEnd) - 1
		for keep > 0 && !bytes.HasSuffix(rest, []byte(frameEnd[:keep])) {
			keep--
		}
		_, _ = s.emu.Write(rest[:len(rest)-keep])
		rest = rest[len(rest)-keep:]
		if err != nil {
			_, _ = s.emu.Write(rest)
		}
		close(s.changed)
		s.changed = make(chan struct{})
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (s *terminal) inspect() {
	if s.after == nil || s.broken != nil {
		return
	}
	rows := s.rowsLocked()
	if err := s.after(rows); err != nil {
		s.broken = fmt.Errorf("after frame %d: %w\n%s", s.frames, err, strings.Join(rows, "\n"))
	}
}

// always sets what must hold after every frame from now on.
func (s *terminal) always(check func(rows []string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = check
}

func (s *terminal) rowsLocked() []string {
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

// rows returns the screen.
func (s *terminal) rows() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rowsLocked()
}

// scrollback returns the rows that left the screen.
func (s *terminal) scrollback() []string {
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

func (s *terminal) stream() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// until waits until done says yes.
func (s *terminal) until(what string, done func() bool) {
	s.t.Helper()
	deadline := time.After(patience)
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if done() {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			require.FailNow(s.t, "never came: "+what, strings.Join(s.rows(), "\n"))
		}
	}
}

// see waits for a row that matches the pattern.
func (s *terminal) see(pattern string) {
	s.t.Helper()
	re := regexp.MustCompile(pattern)
	s.until(pattern, func() bool {
		for _, row := range s.rows() {
			if re.MatchString(row) {
				return true
			}
		}
		return false
	})
}

// gone waits until no row matches the pattern.
func (s *terminal) gone(pattern string) {
	s.t.Helper()
	re := regexp.MustCompile(pattern)
	s.until("no "+pattern, func() bool {
		for _, row := range s.rows() {
			if re.MatchString(row) {
				return false
			}
		}
		return true
	})
}

// send types.
func (s *terminal) send(keys string) {
	s.t.Helper()
	_, err := io.WriteString(s.pty, keys)
	require.NoError(s.t, err)
}

// resize gives the terminal another size.
func (s *terminal) resize(width, height int) {
	s.mu.Lock()
	s.emu.Resize(width, height)
	s.width = width
	s.mu.Unlock()
	require.NoError(s.t, pty.Setsize(s.pty, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)}))
}

// wait waits for the end of the shell and returns its exit code.
func (s *terminal) wait() int {
	s.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
		require.FailNow(s.t, "the shell did not end", strings.Join(s.rows(), "\n"))
	}
	return s.cmd.ProcessState.ExitCode()
}

// modes returns the terminal's modes, as they are on the side of the shell.
func (s *terminal) modes() *unix.Termios {
	s.t.Helper()
	m, err := unix.IoctlGetTermios(int(s.pty.Fd()), getTermios)
	require.NoError(s.t, err)
	return m
}

// requireRestored checks that the terminal was given back.
func (s *terminal) requireRestored() {
	s.t.Helper()
	m := s.modes()
	for name, on := range map[string]bool{
		"ICANON": m.Lflag&unix.ICANON != 0, "ECHO": m.Lflag&unix.ECHO != 0,
		"ISIG": m.Lflag&unix.ISIG != 0, "ICRNL": m.Iflag&unix.ICRNL != 0,
	} {
		require.True(s.t, on, "%s is off", name)
	}
	raw := s.stream()
	for _, mode := range []string{"?7", "?25", "?2004", "?2026"} {
		last := regexp.MustCompile(regexp.QuoteMeta("\x1b["+mode)+"[hl]").FindAllString(raw, -1)
		want := map[string]string{"?7": "h", "?25": "h", "?2004": "l", "?2026": "l"}[mode]
		require.NotEmpty(s.t, last)
		require.Equal(s.t, "\x1b["+mode+want, last[len(last)-1])
	}
}

func (s *terminal) close() {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Signal(syscall.SIGKILL)
		_ = s.cmd.Wait()
	}
	_ = s.pty.Close()
	s.pumping.Wait()
	_ = s.emu.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	require.NoError(s.t, s.broken)
}
