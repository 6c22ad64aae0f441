package local

import (
	"context"
	"os"
	"syscall"
	"time"
)

// SuspendMax bounds the time for which a server is suspended.
const SuspendMax = time.Hour

// relaunchTime bounds the start of the server's process after a crash. It does not
// include the time until the server is ready.
const relaunchTime = 5 * time.Second

// Crash kills the server with SIGKILL and starts it again with its data. It returns
// when the server is ready. The server is started again even if ctx ends.
func (s *Server) Crash(ctx context.Context) error {
	if err := s.Kill(ctx); err != nil {
		return err
	}
	starting, cancel := context.WithTimeout(context.WithoutCancel(ctx), relaunchTime)
	defer cancel()
	if err := s.relaunch(starting); err != nil {
		return err
	}
	return s.waitReady(ctx)
}

// suspension is the record of a suspended server. The supervisor continues the
// server if the process that has suspended it does not.
type suspension struct {
	By    process   `json:"by"`
	Until time.Time `json:"until"`
}

// overdue is the time after the end of a suspension at which the supervisor
// continues the server.
const overdue = 2 * time.Second

func (i instance) suspension() string { return i.file("suspended.json") }

// Suspend stops the process of the server with SIGSTOP and continues it with SIGCONT
// after a time, or when ctx ends. If this process ends first, the supervisor of the
// server continues it.
func (s *Server) Suspend(ctx context.Context, d time.Duration) error {
	st, err := s.own()
	if err != nil {
		return err
	}
	if !st.running() || !st.Server.alive() {
		return notRunning()
	}
	if len(st.KillCommand) > 0 {
		return &Error{Message: "a server in a container cannot be suspended", Next: "local kill"}
	}
	self, _ := processOf(os.Getpid())
	if err := writeJSON(s.at.suspension(), suspension{By: self, Until: time.Now().Add(d)}); err != nil {
		return err
	}
	err = st.Server.signal(syscall.SIGSTOP)
	if err == nil {
		select {
		case <-time.After(d):
		case <-ctx.Done():
		}
		err = st.Server.signal(syscall.SIGCONT)
	}
	if err == nil {
		_ = os.Remove(s.at.suspension()) // the supervisor removes it otherwise
	}
	return err
}

// continueOverdue continues a server whose suspension is over, or that was suspended
// by a process that has ended.
func (i instance) continueOverdue(server process) {
	var is suspension
	if readJSON(i.suspension(), &is) != nil {
		return
	}
	if is.By.alive() && time.Now().Before(is.Until.Add(overdue)) {
		return
	}
	if server.signal(syscall.SIGCONT) == nil {
		_ = os.Remove(i.suspension())
	}
}
