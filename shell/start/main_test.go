package start

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/local"
	"pulsh/session/broker/local/localtest"
	"pulsh/shell/ptytest"
)

// binaryVariable names the pulsh that is tested. It is built if the variable is
// not set; set it to test another build, such as one with the race detector.
const binaryVariable = "PULSH_TEST_BINARY"

// patience is how long a test waits for what Pulsar has a part in: on a busy
// machine the first topic takes it seconds.
const patience = time.Minute

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == local.SuperviseWord || os.Getenv(binaryVariable) != "" {
		os.Exit(localtest.Main(m))
	}
	dir, err := os.MkdirTemp("", "pulsh-")
	if err == nil {
		err = build(filepath.Join(dir, "pulsh"))
	}
	code := 1
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = localtest.Main(m)
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// build makes the program as the Makefile does, but for the profile, which takes
// minutes and changes no behaviour.
func build(path string) error {
	cmd := exec.Command("go", "build", "-pgo=off", "-o", path, "pulsh")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pulsh cannot be built: %w\n%s", err, out)
	}
	return os.Setenv(binaryVariable, path)
}

// pulsh is the program with an environment of its own, in which nothing is left
// of the user's. It runs where its examples are.
func pulsh(t testing.TB, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Getenv(binaryVariable), args...)
	home := t.TempDir()
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TERM=xterm-256color", "LANG=C.UTF-8",
		"XDG_CACHE_HOME=" + filepath.Join(home, "cache"),
		"XDG_CONFIG_HOME=" + filepath.Join(home, "config"),
		"XDG_STATE_HOME=" + filepath.Join(home, "state"),
	}, env...)
	return cmd
}

// at are the flags that lead to a server.
func at(server *local.Server) []string {
	return []string{"--url", server.URL(), "--admin-url", server.AdminURL()}
}

// open is the program at its prompt, connected to a server.
func open(t testing.TB, server *local.Server, width, height int, env ...string) *ptytest.Terminal {
	t.Helper()
	return openCommand(t, pulsh(t, env, at(server)...), width, height)
}

// openCommand is a program at its prompt.
func openCommand(t testing.TB, cmd *exec.Cmd, width, height int) *ptytest.Terminal {
	t.Helper()
	s := ptytest.Start(t, cmd, width, height)
	s.Patience = patience
	s.See("^>$")
	s.See(`^\d\d:\d\d:\d\d ● `)
	s.Always(live)
	return s
}

// ownTopic is a name that no other test has, short enough for one row.
func ownTopic() string { return "start-" + strconv.FormatInt(time.Now().UnixNano(), 36) }

// run types a line and waits for a row of its answer.
func run(s *ptytest.Terminal, line, answer string) {
	s.Send(line + "\r")
	s.See(answer)
}

// load starts a producer and a consumer group of the given rate.
func load(s *ptytest.Terminal, rate string) (topic string) {
	topic = ownTopic()
	run(s, "consume start sub1 topic="+topic, `^  sub1: receiving `)
	run(s, "produce start fast rate="+rate+" topic="+topic, `^  fast: sending to `)
	s.See(`^sub1 +● .* +[1-9][0-9.]*k?/s`)
	return topic
}

// leave types quit and waits for the end.
func leave(t testing.TB, s *ptytest.Terminal) {
	t.Helper()
	s.Always(nil)
	s.Send("\x15quit\r")
	require.Zero(t, s.Wait())
	s.RequireRestored()
}

var (
	clockRow = regexp.MustCompile(`^\d\d:\d\d:\d\d [●◌○×] `)
	groupRow = regexp.MustCompile(`^(fast|sub1) +[●‖«◌×■○] `)
)

// live is what holds on every frame of a screen that is high enough for all of
// it: the last row is the session's, groups stand above it, and above them the
// time axis and the value axis of each graph meet.
func live(rows []string) error {
	y := len(rows) - 1
	if !clockRow.MatchString(rows[y]) {
		return fmt.Errorf("the last row is %q", rows[y])
	}
	for y--; y >= 0 && groupRow.MatchString(rows[y]); y-- {
	}
	for i, row := range rows[:y+1] {
		if groupRow.MatchString(row) {
			return fmt.Errorf("the row of a group, %d, is above another row", i)
		}
	}
	corner, foot := -1, -1
	for i, row := range rows {
		if before, _, ok := strings.Cut(row, "└──"); ok {
			corner, foot = len([]rune(before)), i
		}
	}
	if foot < 0 {
		return nil
	}
	if foot < y-2 || foot > y-1 {
		return fmt.Errorf("the time axis is row %d, and the groups are below %d", foot, y)
	}
	for i := foot - 1; i >= 0; i-- {
		before, _, ok := strings.Cut(rows[i], "┤")
		if ok && len([]rune(before)) != corner {
			return fmt.Errorf("the value axis of row %d is in column %d, and the corner in %d", i, len([]rune(before)), corner)
		}
	}
	return nil
}

// figure reads a number of the last row: sent, received.
func figure(s *ptytest.Terminal, name string) float64 {
	match := s.See(`^\d\d:\d\d:\d\d .*\b` + name + ` +([0-9.]+)([kMG]?)`)
	var v float64
	_, _ = fmt.Sscan(match[1], &v)
	return v * map[string]float64{"": 1, "k": 1e3, "M": 1e6, "G": 1e9}[match[2]]
}

// grows waits until a number of the last row is larger than it is now.
func grows(s *ptytest.Terminal, name string) {
	from := figure(s, name)
	s.Until(name+" grows", func() bool { return figure(s, name) > from })
}

// said is what a program without a terminal came to.
type said struct {
	code     int
	out, err string
}

// piped runs the program without a terminal, not even a controlling one.
func piped(t testing.TB, cmd *exec.Cmd, input string) said {
	t.Helper()
	return pipedWithin(t, patience, cmd, input)
}

func pipedWithin(t testing.TB, within time.Duration, cmd *exec.Cmd, input string) said {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	require.NoError(t, cmd.Start())
	kill := time.AfterFunc(within, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	_ = cmd.Wait() // the exit code says it
	require.NotContains(t, out.String()+errs.String(), "\x1b")
	return said{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}
