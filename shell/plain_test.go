package shell

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// piped runs the toy shell without a terminal.
func piped(t *testing.T, words, input string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TERM=xterm", toyVariable+"=toy "+words)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no controlling terminal
	_ = cmd.Run()                                        // the exit code says it
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func TestPiped(t *testing.T) {
	out, errs, code := piped(t, "", "echo \x1b[31mone\x1b[0m\necho tw\\\no\nseq 3")
	require.Equal(t, "  one\n  two\nline 1\nline 2\nline 3\ntoy summary\n", out)
	require.Empty(t, errs)
	require.Zero(t, code)
}

func TestPipedStopsAtTheFirstError(t *testing.T) {
	out, errs, code := piped(t, "", "echo one\nfail\necho two\n")
	require.Equal(t, "  one\ntoy summary\n", out)
	require.Contains(t, errs, "\"fail\" fails\n  try: echo\n")
	require.NotContains(t, out+errs, "\x1b")
	require.Equal(t, ExitFailed, code)
}

func TestPipedTellsTheStatusOnceASecond(t *testing.T) {
	out, errs, code := piped(t, "", "sleep 1\nnotes 2\nsleep 1\nquit\necho never\n")
	require.Equal(t, "toy summary\n", out)
	require.Regexp(t, `(?m)^toy status \| sleep 1  ██░░ 50 %  [01]s$`, errs)
	require.Contains(t, errs, "note 1\nnote 2\n")
	require.Zero(t, code)
}

func TestBatchOnATerminalIsPlain(t *testing.T) {
	s := open(t, 80, 24, "batch")
	require.Equal(t, ExitFailed, s.Wait())
	s.See("^  one")
	s.See("toy summary")
	require.NotContains(t, s.Stream(), "\x1b")
}

func TestADumbTerminalGetsNoEscape(t *testing.T) {
	s := open(t, 80, 24, "", "TERM=dumb")
	s.Send("echo one\n")
	s.See("^  one")
	s.Send("quit\n")
	require.Zero(t, s.Wait())
	require.NotContains(t, s.Stream(), "\x1b")
}

func TestASignalEndsThePlainShell(t *testing.T) {
	s := open(t, 80, 24, "", "TERM=dumb")
	s.Send("echo ready\nsleep 60\n")
	s.See("^  ready")
	s.Send("\x03") // the terminal makes it SIGINT
	require.Equal(t, ExitInterrupted, s.Wait())
	s.See("toy summary")
}
