package local

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// Kill ends the server with SIGKILL, as a crash would. Its data stays.
func (s *Server) Kill(ctx context.Context) error {
	st, err := s.own()
	if err != nil {
		return err
	}
	if !st.running() {
		return notRunning()
	}
	if len(st.KillCommand) > 0 {
		if out, err := exec.CommandContext(ctx, st.KillCommand[0], st.KillCommand[1:]...).CombinedOutput(); err != nil {
			return &Error{Message: "the container was not killed: " + lastLine(string(out)), Cause: err}
		}
	} else if err := st.Server.signal(syscall.SIGKILL); err != nil {
		return err
	}
	return s.awaitEnd(ctx, st)
}

// Restart stops the server if it runs and starts it again with the same data
// on the same ports. It returns when the server is ready.
func (s *Server) Restart(ctx context.Context) error {
	if _, err := s.own(); err != nil {
		return err
	}
	if err := s.relaunch(ctx); err != nil {
		return err
	}
	return s.waitReady(ctx)
}

// relaunch is the part of a restart that holds the lock.
func (s *Server) relaunch(ctx context.Context) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	st, err := s.own()
	if err != nil {
		return err
	}
	if err := s.stopLocked(ctx, st); err != nil {
		return err
	}
	if err := s.clear(ctx, st); err != nil {
		return err
	}
	for _, port := range []int{st.Ports.Broker, st.Ports.Web, st.Ports.ZooKeeper, st.Ports.Bookie} {
		if err := until(ctx, stopGrace, func() bool { return portFree(ctx, port) }); err != nil {
			return &Error{Message: fmt.Sprintf("port %d of the local pulsar is taken by something else now", port),
				Next: "stop what listens there, then: local restart", Cause: err}
		}
	}
	if err := s.takeLease(); err != nil {
		return err
	}
	s.cfg.Progress(Progress{Step: "start", Text: fmt.Sprintf("starting Pulsar %s on port %d again", st.Version, st.Ports.Broker)})
	return s.launch(st)
}

// Stop stops the server for all its users, with SIGTERM and, a few seconds later,
// SIGKILL. It returns nil if no server runs.
func (s *Server) Stop(ctx context.Context) error {
	if _, err := s.own(); err != nil {
		return err
	}
	s.dropLease()
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	st, err := s.own()
	if err != nil {
		return err
	}
	return s.stopLocked(ctx, st)
}

// Release ends this process's use of the server. The last user stops the server,
// unless it is kept or lingers, and waits for its end until ctx ends. The
// supervisor stops it in any case.
func (s *Server) Release(ctx context.Context) error {
	if s.origin == Foreign {
		return nil
	}
	s.dropLease()
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	st, ok := s.at.state()
	if !ok || st.Launch.Linger > 0 || s.at.kept() || len(s.at.users()) > 0 {
		return nil
	}
	return s.stopLocked(ctx, st)
}

// Keep keeps the server running after its last user has left, until Stop.
func (s *Server) Keep() error {
	if s.origin == Foreign {
		return nil
	}
	return os.WriteFile(s.at.keepFile(), nil, 0o600)
}

// stopLocked asks the supervisor to stop the server and waits for its end.
func (s *Server) stopLocked(ctx context.Context, st state) error {
	if !st.running() {
		return nil
	}
	st.Phase = phaseStopping
	if err := s.at.setState(st); err != nil {
		return err
	}
	if err := st.Supervisor.signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.awaitEnd(ctx, st)
}

// own returns the recorded state of the server, or an error if pulsh has not
// started it.
func (s *Server) own() (state, error) {
	if s.origin == Foreign {
		return state{}, &Error{Message: ErrForeign.Error() + ", so pulsh leaves it alone", Cause: ErrForeign}
	}
	st, ok := s.at.state()
	if !ok {
		return state{}, notRunning()
	}
	return st, nil
}
