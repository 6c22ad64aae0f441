package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"
)

// Origin is the way in which a pulsh came to its server.
type Origin string

// The origins.
const (
	Started Origin = "started" // this call started it
	Joined  Origin = "joined"  // another pulsh had started it
	Foreign Origin = "foreign" // a server that pulsh has not started and does not stop
)

// Server is a Pulsar standalone on this machine. It is safe for concurrent use.
type Server struct {
	cfg     Config
	at      instance
	origin  Origin
	foreign state // of a foreign server

	mu    sync.Mutex
	lease string
}

// helloTime bounds the start of a supervisor, which starts one process.
const helloTime = 15 * time.Second

// startTries bounds the attempts of Start: another program may take a port between
// the check and Java's use of it.
const startTries = 3

// Start returns a server that is ready: the one that another pulsh of this user
// runs, the one that answers on the wanted port, or a new one. If ctx ends first,
// Start stops the server that it has started.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		s, err := start(ctx, cfg)
		if try == startTries || !errors.Is(err, errPortTaken) {
			return s, err
		}
		cfg.Progress(Progress{Step: "start", Text: "another program took a port meanwhile; trying other ports"})
	}
}

// start is one attempt of Start.
func start(ctx context.Context, cfg Config) (*Server, error) {
	s := &Server{cfg: cfg, at: instance{filepath.Join(cfg.Dir, "local")}}
	if err := s.at.make(); err != nil {
		return nil, err
	}
	if err := s.obtain(ctx); err != nil {
		s.dropLease()
		return nil, err
	}
	if s.origin == Foreign {
		return s, nil
	}
	if err := s.waitReady(ctx); err != nil {
		quit, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*stopGrace)
		defer cancel()
		return nil, errors.Join(err, s.Release(quit))
	}
	return s, nil
}

// Attach returns the server of a folder, as Config.Dir, for its status or to control
// it. It does not start the server and does not use it. The error is
// [ErrNotRunning] if none has ever run there.
func Attach(dir string) (*Server, error) {
	cfg, err := Config{Dir: dir}.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, at: instance{filepath.Join(cfg.Dir, "local")}, origin: Joined}
	if _, ok := s.at.state(); !ok {
		return nil, notRunning()
	}
	return s, nil
}

func notRunning() error {
	return &Error{Message: ErrNotRunning.Error(), Next: "local start", Cause: ErrNotRunning}
}

func (s *Server) lock(ctx context.Context) (func(), error) {
	return lockFolder(ctx, s.at.dir, func() {
		s.cfg.Progress(Progress{Step: "wait", Text: "another pulsh is starting or stopping the server"})
	})
}

// obtain finds or starts the server's process, under the lock.
func (s *Server) obtain(ctx context.Context) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	st, known := s.at.state()
	if known && st.running() && st.overdue() && ready(ctx, st.Ports.Web) != nil {
		s.cfg.Progress(Progress{Step: "start", Text: fmt.Sprintf("the last start was not ready within %s; starting again", startDeadline)})
		if err := s.stopLocked(ctx, st); err != nil {
			return err
		}
	} else if known && st.running() && st.Phase != phaseStopping && st.Server.alive() {
		s.origin = Joined
		if s.cfg.Transactions && !st.Transactions {
			return &Error{Message: "the local pulsar runs without a transaction coordinator; it has to start with one", Next: "local stop"}
		}
		if err := s.takeLease(); err != nil {
			return err
		}
		return s.keepIfAsked()
	}
	if known {
		if err := s.clear(ctx, st); err != nil {
			return err
		}
	}
	if s.findForeign(ctx) {
		return nil
	}
	disk, err := s.cfg.Space(s.at.dir)
	if err != nil {
		return err
	}
	if err := checkDisk(s.at.dir, disk, s.cfg.DiskNeeded); err != nil {
		return err
	}
	src, err := findSource(ctx, s.cfg)
	if err != nil {
		return err
	}
	if src.docker != "" {
		removeContainer(ctx, src.docker, containerName(s.at.dir))
	}
	st, err = s.at.plan(ctx, s.cfg, src, disk, st.Ports)
	if err != nil {
		return err
	}
	s.origin = Started
	if err := os.RemoveAll(s.at.keepFile()); err != nil {
		return err
	}
	if err := s.keepIfAsked(); err != nil {
		return err
	}
	if err := s.takeLease(); err != nil {
		return err
	}
	text := fmt.Sprintf("starting Pulsar %s on port %d (uses at most 6 GB of disk)", st.Version, st.Ports.Broker)
	if st.Note != "" {
		text = st.Note
	}
	s.cfg.Progress(Progress{Step: "start", Text: text})
	return s.launch(st)
}

// launch starts a server that was planned and records it. The lock is held.
func (s *Server) launch(st state) error {
	st.Phase, st.Started, st.ReadyInMS, st.LogFrom = phaseStarting, time.Now(), 0, 0
	if info, err := os.Stat(s.at.logFile()); err == nil {
		st.LogFrom = info.Size()
	}
	var err error
	st.Supervisor, st.Server, err = s.at.spawn(s.cfg.Supervisor, st.Launch, time.Now().Add(helloTime))
	if err != nil {
		return err
	}
	return s.at.setState(st)
}

// clear waits for the end of a server that is stopping, and kills one whose
// supervisor has ended. The lock is held.
func (s *Server) clear(ctx context.Context, st state) error {
	if err := s.awaitEnd(ctx, st); err != nil {
		return err
	}
	if err := st.Server.signal(syscall.SIGKILL); err != nil {
		return err
	}
	return until(ctx, stopGrace, func() bool { return !st.Server.alive() })
}

// awaitEnd waits for the end of the supervisor of st.
func (s *Server) awaitEnd(ctx context.Context, st state) error {
	err := until(ctx, 3*stopGrace, func() bool {
		gone := !st.running()
		st.Supervisor.reap()
		return gone
	})
	if err != nil {
		return &Error{Message: "the local pulsar does not stop", Next: "local kill", Cause: err}
	}
	return nil
}

// until polls done until it returns true, ctx ends or limit is over.
func until(ctx context.Context, limit time.Duration, done func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for !done() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pollEvery):
		}
	}
	return nil
}

// findForeign reports whether a Pulsar that pulsh has not started answers on the
// wanted broker port.
func (s *Server) findForeign(ctx context.Context) bool {
	port := s.cfg.BrokerPort
	if port == AnyPort || portFree(ctx, port) || !speaksPulsar(ctx, port) {
		return false
	}
	s.origin = Foreign
	s.foreign = state{Phase: phaseReady, Ports: ports{Broker: port}, Source: "somebody else",
		Note: fmt.Sprintf("a pulsar already runs on port %d, using it", port)}
	if s.cfg.WebPort != AnyPort {
		if v := adminVersion(ctx, s.cfg.WebPort); v != "" {
			s.foreign.Ports.Web, s.foreign.Version = s.cfg.WebPort, v
		}
	}
	return true
}

// waitReady waits until the server can store messages.
func (s *Server) waitReady(ctx context.Context) error {
	var last error
	st, _ := s.at.state()
	look := ready
	if st.Phase == phaseReady {
		look = answers
	}
	limit := startDeadline - min(time.Since(st.Started), startDeadline-stopGrace)
	err := until(ctx, limit, func() bool {
		if !st.Server.alive() {
			last = s.diedEarly(st)
			return true
		}
		last = look(ctx, st.Ports.Web)
		return last == nil
	})
	if ctx.Err() != nil {
		return fmt.Errorf("starting pulsar was cancelled: %w", ctx.Err())
	}
	if err != nil {
		return s.notReady(st, limit, last)
	}
	if last != nil {
		return last
	}
	if st.Transactions && st.Phase != phaseReady {
		if err := enableCoordinators(ctx, st.Ports.Web); err != nil {
			return err
		}
	}
	return s.recordReady(ctx, st)
}

// notReady returns the error for a server that was not ready within a limit. The last
// probe failed with why.
func (s *Server) notReady(st state, limit time.Duration, why error) error {
	says := "its log says: " + cause(s.linesSince(st.LogFrom))
	if disk, err := s.cfg.Space(s.at.dir); err == nil && disk.Free < diskWarned {
		says = fmt.Sprintf("the disk of %s has %s free", s.at.dir, humanize.Bytes(uint64(max(disk.Free, 0))))
	}
	return &Error{Message: fmt.Sprintf("pulsar was not ready within %s (%v); %s", limit.Round(time.Second), why, says),
		Next: "see " + s.at.logFile(), Cause: ErrNotReady}
}

// recordReady records the duration of the start, unless another pulsh has.
func (s *Server) recordReady(ctx context.Context, st state) error {
	took := time.Since(st.Started)
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	now, _ := s.at.state()
	if now.Server == st.Server && now.Phase == phaseStarting {
		now.Phase, now.ReadyInMS = phaseReady, took.Milliseconds()
		if err := s.at.setState(now); err != nil {
			return err
		}
	}
	s.cfg.Progress(Progress{Step: "ready", Text: fmt.Sprintf("Pulsar %s is ready at %s", now.Version, brokerURL(now.Ports.Broker))})
	return nil
}

// errPortTaken is the cause of an error about a server that found a port taken.
var errPortTaken = errors.New("a port is taken")

// diedEarly returns the error for a server that ended before it was ready.
func (s *Server) diedEarly(st state) error {
	why := cause(s.linesSince(st.LogFrom))
	if e, ok := s.at.exit(st.Server); ok && e.Killed {
		why = e.Reason
	}
	e := &Error{Message: "pulsar ended while it was starting: " + why, Next: "see " + s.at.logFile()}
	if strings.Contains(why, "java.net.BindException") || strings.Contains(why, "Address already in use") {
		e.Cause = errPortTaken
	}
	return e
}

// takeLease makes this process a user of the server. The lock is held.
func (s *Server) takeLease() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lease != "" {
		return nil
	}
	me, ok := processOf(os.Getpid())
	if !ok {
		return &Error{Message: "this system does not say when a process started"}
	}
	lease, err := s.at.addLease(me)
	s.lease = lease
	return err
}

// dropLease ends the use of the server by this process.
func (s *Server) dropLease() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lease != "" {
		os.Remove(s.lease)
		s.lease = ""
	}
}

func (s *Server) keepIfAsked() error {
	if !s.cfg.Keep {
		return nil
	}
	return s.Keep()
}
