package tty

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

const partVariable = "PULSH_TTY_PART"

// parts are the programs that the test binary runs on a terminal of its own.
// Each ends its output with a word.
var parts = map[string]func(t *Terminal) string{
	"modes": func(t *Terminal) string {
		if err := t.Raw(); err != nil {
			return err.Error()
		}
		defer t.Restore()
		fmt.Println("raw")
		buf := make([]byte, 10)
		n, _ := t.ReadTimeout(buf, 10*time.Second)
		return fmt.Sprintf("key %q", buf[:n])
	},
	"idle": func(t *Terminal) string {
		n, err := t.ReadTimeout(make([]byte, 10), time.Millisecond)
		return fmt.Sprint("read ", n, " ", err)
	},
	"wake": func(t *Terminal) string {
		go t.Wake()
		_, err := t.ReadTimeout(make([]byte, 10), 10*time.Second)
		_, again := t.ReadTimeout(make([]byte, 10), 10*time.Second)
		return fmt.Sprint(err == io.EOF, " ", again == io.EOF)
	},
	"size": func(t *Terminal) string {
		width, height := t.Size()
		return fmt.Sprint("size ", width, " ", height)
	},
	"stall": func(t *Terminal) string {
		begun := time.Now()
		n, err := t.Write(bytes.Repeat([]byte("x"), 1<<20))
		took := time.Since(begun)
		// Nobody reads yet: what follows waits behind the limit.
		return fmt.Sprint("stalled ", errors.Is(err, ErrStalled), " ", n < 1<<20, " ", took < 5*stallMax)
	},
}

func TestMain(m *testing.M) {
	part, ok := parts[os.Getenv(partVariable)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := Usable(os.Stdin, os.Stdout, os.Getenv("TERM")); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	keeper := Keep()
	t, err := Open(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(part(t))
	t.Restore()
	t.Restore()
	t.Close()
	t.Close()
	keeper.Release()
	fmt.Println("over")
}

func begin(t *testing.T, part, term string) *os.File {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), partVariable+"="+part, "TERM="+term)
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 97, Rows: 31})
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = file.Close()
	})
	return file
}

// readUntil reads until word comes or the terminal ends.
func readUntil(t *testing.T, file *os.File, word string) string {
	t.Helper()
	var all strings.Builder
	buf := make([]byte, 64<<10)
	for !strings.Contains(all.String(), word) {
		n, err := file.Read(buf)
		all.Write(buf[:n])
		if err != nil {
			break
		}
	}
	require.Contains(t, all.String(), word)
	return all.String()
}

func modes(t *testing.T, file *os.File) (cooked, output bool) {
	m, err := unix.IoctlGetTermios(int(file.Fd()), getTermios)
	require.NoError(t, err)
	return m.Lflag&(unix.ICANON|unix.ECHO|unix.ISIG) == unix.ICANON|unix.ECHO|unix.ISIG,
		m.Oflag&unix.OPOST != 0
}

func TestRawAndBack(t *testing.T) {
	file := begin(t, "modes", "xterm")
	readUntil(t, file, "raw")
	cooked, output := modes(t, file)
	require.False(t, cooked)
	require.True(t, output, "output processing stays on")
	_, err := file.Write([]byte("\x03"))
	require.NoError(t, err)
	require.Contains(t, readUntil(t, file, "over"), `key "\x03"`)
	cooked, _ = modes(t, file)
	require.True(t, cooked)
}

func TestParts(t *testing.T) {
	for part, want := range map[string]string{
		"idle": "read 0 <nil>",
		"wake": "true true",
		"size": "size 97 31",
	} {
		readUntil(t, begin(t, part, "xterm"), want)
	}
}

func TestAStalledTerminalDoesNotHang(t *testing.T) {
	file := begin(t, "stall", "xterm")
	fd := int(file.Fd())
	// The program fills the terminal; nothing is read until it has given up.
	deadline := time.Now().Add(4 * stallMax)
	for last, same := -1, time.Now(); time.Now().Before(deadline); {
		n, err := unix.IoctlGetInt(fd, inputWaiting)
		require.NoError(t, err)
		if n != last {
			last, same = n, time.Now()
		}
		if n > 0 && time.Since(same) > 2*stallMax {
			break
		}
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLHUP}}
		_, _ = unix.Poll(fds, 50)
	}
	readUntil(t, file, "stalled true true true")
}

func TestNotUsable(t *testing.T) {
	file, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer file.Close()
	require.ErrorIs(t, Usable(file, file, "xterm"), ErrNotTerminal)
	readUntil(t, begin(t, "idle", "dumb"), ErrDumb.Error())
	readUntil(t, begin(t, "idle", ""), ErrDumb.Error())

	// A terminal that is not the controlling one.
	ours, theirs, err := pty.Open()
	require.NoError(t, err)
	defer ours.Close()
	defer theirs.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), partVariable+"=idle", "TERM=xterm")
	cmd.Stdin, cmd.Stdout = theirs, theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	require.Error(t, cmd.Run())
	readUntil(t, ours, "there is no controlling terminal")
}
