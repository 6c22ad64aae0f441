package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// SuperviseWord is a hidden first argument of the pulsh binary. With it, main must
// call [Supervise] with the other arguments and exit with its result.
const SuperviseWord = "local-supervise"

// supervisor runs one server process from its start to its end.
type supervisor struct {
	at      instance
	run     launch
	server  process
	cmd     *exec.Cmd
	ended   chan error
	asked   bool
	lastUse time.Time
}

// Supervise runs the server of an instance folder, the only argument, until it ends,
// SIGTERM arrives, or no process uses it. It returns the exit code. [Start] runs it
// in a process of its own.
func Supervise(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, SuperviseWord+" wants one folder")
		return 2
	}
	// The kernel kills the server when the thread that started it ends.
	runtime.LockOSThread()
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	s := &supervisor{at: instance{args[0]}, ended: make(chan error, 1), lastUse: time.Now()}
	if err := s.begin(); err != nil {
		fmt.Fprintln(os.Stdout, `{"error":`+quoteJSON(err.Error())+`}`)
		return 1
	}
	s.watch(signals)
	return 0
}

// hello is the only output of a supervisor.
type hello struct {
	Server process `json:"server"`
	Error  string  `json:"error,omitempty"`
}

func quoteJSON(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// begin starts the server and writes the hello.
func (s *supervisor) begin() error {
	if err := readJSON(s.at.launchFile(), &s.run); err != nil {
		return err
	}
	if len(s.run.Command) == 0 {
		return errors.New("nothing to start")
	}
	console, err := os.Create(s.at.console())
	if err != nil {
		return err
	}
	defer console.Close()
	s.cmd = exec.Command(s.run.Command[0], s.run.Command[1:]...)
	s.cmd.Env = append(withoutSecrets(os.Environ()), s.run.Env...)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = s.at.dir, console, console
	s.cmd.SysProcAttr = ownedBySupervisor()
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.server, _ = processOf(s.cmd.Process.Pid)
	go func() { s.ended <- s.cmd.Wait() }()
	b, err := json.Marshal(hello{Server: s.server})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(os.Stdout, string(b))
	return os.Stdout.Close()
}

// watch waits for the end of the server, a signal, or the leave of the last user.
func (s *supervisor) watch(signals <-chan os.Signal) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-s.ended:
			s.record(err)
			return
		case sig := <-signals:
			if sig != syscall.SIGHUP {
				s.stop()
				return
			}
		case <-tick.C:
			s.at.continueOverdue(s.server)
			if s.unused() {
				s.stop()
				return
			}
		}
	}
}

// unused reports whether no process uses the server. If so, it records that the
// server is stopping: a pulsh that starts now waits for the end and does not join.
// While another process holds the lock, unused reports false.
func (s *supervisor) unused() bool {
	lock := flock.New(s.at.file("lock"))
	if got, err := lock.TryLock(); err != nil || !got {
		// A removed folder has no users.
		_, gone := os.Stat(s.at.dir)
		return os.IsNotExist(gone)
	}
	defer func() { _ = lock.Unlock() }()
	if len(s.at.users()) > 0 || s.at.kept() {
		s.lastUse = time.Now()
		return false
	}
	if time.Since(s.lastUse) < s.run.Linger {
		return false
	}
	if st, ok := s.at.state(); ok && st.Server == s.server {
		st.Phase = phaseStopping
		_ = s.at.setState(st)
	}
	return true
}

// stop ends the server with SIGTERM and, after stopGrace, SIGKILL.
func (s *supervisor) stop() {
	s.asked = true
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Process.Signal(syscall.SIGCONT) // a suspended process takes no SIGTERM
	ctx, cancel := context.WithTimeout(context.Background(), stopGrace)
	defer cancel()
	if c := s.run.StopCommand; len(c) > 0 {
		_ = exec.CommandContext(ctx, c[0], c[1:]...).Run()
	}
	select {
	case err := <-s.ended:
		s.record(err)
	case <-ctx.Done():
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		s.record(<-s.ended)
	}
}

// record writes the record of the server's end.
func (s *supervisor) record(err error) {
	e := exit{Server: s.server, Asked: s.asked, Reason: "it ended", At: time.Now()}
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		e.Reason = failed.Error()
		if ws, ok := failed.Sys().(syscall.WaitStatus); ok && ws.Signaled() && ws.Signal() == syscall.SIGKILL {
			e.Killed, e.Reason = true, "it was killed"
		}
	}
	_ = writeJSON(s.at.file("exit.json"), e)
}

// spawn starts a supervisor and returns its process and that of the server. The
// supervisor has its own session and inherits no files but its output.
func (i instance) spawn(command []string, run launch, deadline time.Time) (sup, server process, err error) {
	if err := writeJSON(i.launchFile(), run); err != nil {
		return sup, server, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return sup, server, err
	}
	defer r.Close()
	errors, err := os.Create(i.file("log", "supervisor.log"))
	if err != nil {
		w.Close()
		return sup, server, err
	}
	defer errors.Close()
	cmd := exec.Command(command[0], append(command[1:len(command):len(command)], i.dir)...)
	cmd.Env = withoutSecrets(os.Environ())
	cmd.Dir, cmd.Stdout, cmd.Stderr = i.dir, w, errors
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	w.Close()
	if err != nil {
		return sup, server, &Error{Message: "the supervisor of the server does not start: " + reason(err), Cause: err}
	}
	sup, _ = processOf(cmd.Process.Pid)
	defer cmd.Process.Release()
	_ = r.SetReadDeadline(deadline)
	var said hello
	if err := json.NewDecoder(r).Decode(&said); err != nil {
		_ = sup.signal(syscall.SIGKILL)
		sup.reap()
		return sup, server, &Error{Message: "the supervisor of the server ended without a word", Next: "see " + errors.Name(), Cause: err}
	}
	if said.Error != "" {
		sup.reap()
		return sup, server, &Error{Message: "the server does not start: " + said.Error}
	}
	return sup, said.Server, nil
}
