package start

import (
	"context"
	"errors"
	"sync"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/broker/local"
)

// localPulsar is the local Pulsar for the commands.
type localPulsar struct {
	keep bool
	home string
	dir  string // its data folder, "" for the user's cache folder

	embedded *embeddedPulsar // takes its place where no server can run

	mu     sync.Mutex
	server *local.Server
}

var _ host.Local = (*localPulsar)(nil)

// Start starts the server, or attaches to one that runs, of pulsh or not.
func (l *localPulsar) Start(ctx context.Context, transactions bool, tell func(lang.Step)) (broker.Target, error) {
	cfg, err := l.config()
	if err != nil {
		return broker.Target{}, err
	}
	cfg.Transactions = transactions
	cfg.Progress = func(p local.Progress) { tell(lang.Step{Text: p.Text, Done: p.Done, Total: p.Total}) }
	server, err := local.Start(ctx, cfg)
	if errors.Is(err, local.ErrNothing) && !transactions {
		tell(lang.Step{Text: "neither Java nor Docker nor PULSAR_HOME here: using pulsh's embedded broker, whose figures are not those of a Pulsar"})
		return l.embedded.Start()
	}
	if err != nil {
		return broker.Target{}, err
	}
	l.mu.Lock()
	l.server = server
	l.mu.Unlock()
	if note := server.Note(); note != "" {
		tell(lang.Step{Text: note})
	}
	return broker.Target{URL: server.URL(), AdminURL: server.AdminURL(), Name: "local"}, nil
}

// config returns the configuration. A server with its own data folder uses free ports,
// and shares only the libraries of the cache folder.
func (l *localPulsar) config() (local.Config, error) {
	cfg := local.Config{Home: l.home, Keep: l.keep}
	if l.dir == "" {
		return cfg, nil
	}
	libraries, err := local.Libraries()
	if err != nil {
		return cfg, err
	}
	cfg.Dir, cfg.Libraries = l.dir, libraries
	cfg.BrokerPort, cfg.WebPort, cfg.ZooKeeperPort = local.AnyPort, local.AnyPort, local.AnyPort
	return cfg, nil
}

// running returns the server of this process, or one that another process left
// running.
func (l *localPulsar) running() (*local.Server, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil {
		attached, err := local.Attach(l.dir)
		if err != nil {
			return nil, err
		}
		l.server = attached
	}
	return l.server, nil
}

// Stop stops the server for all processes that use it.
func (l *localPulsar) Stop(ctx context.Context) error {
	if l.embedded.running() != nil {
		l.embedded.stop()
		return nil
	}
	return l.with(func(s *local.Server) error { return s.Stop(ctx) })
}

// Kill kills the server with SIGKILL.
func (l *localPulsar) Kill(ctx context.Context) error {
	return l.with(func(s *local.Server) error { return s.Kill(ctx) })
}

// Restart restarts the server with its data.
func (l *localPulsar) Restart(ctx context.Context, _ func(lang.Step)) error {
	return l.with(func(s *local.Server) error { return s.Restart(ctx) })
}

// Crash kills the server and starts it again.
func (l *localPulsar) Crash(ctx context.Context) error {
	return l.with(func(s *local.Server) error { return s.Crash(ctx) })
}

// Suspend stops the process of the server for a time.
func (l *localPulsar) Suspend(ctx context.Context, d time.Duration) error {
	return l.with(func(s *local.Server) error { return s.Suspend(ctx, d) })
}

func (l *localPulsar) with(act func(*local.Server) error) error {
	if l.embedded.running() != nil {
		return &lang.Error{Message: "the embedded broker is a part of this process; `fault disconnect` closes its connections", Try: "fault disconnect", From: -1}
	}
	server, err := l.running()
	if err != nil {
		return err
	}
	return act(server)
}

// Report returns the status of the server, with the last lines of its log.
func (l *localPulsar) Report(lines int) (host.LocalReport, error) {
	if b := l.embedded.running(); b != nil {
		return l.embedded.report(b), nil
	}
	server, err := l.running()
	if err != nil {
		return host.LocalReport{}, err
	}
	s := server.Status()
	report := host.LocalReport{
		Condition: string(s.Condition), Reason: s.Reason, URL: server.URL(), AdminURL: server.AdminURL(),
		Version: s.Version, Source: s.Source, PID: s.PID, Uptime: s.Uptime,
		Resident: s.Resident, Data: s.Data, Users: s.Users,
	}
	if lines > 0 {
		report.Log, err = server.Logs(lines)
	}
	return report, err
}

// release stops the server if this is its last process.
func (l *localPulsar) release(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil {
		return nil
	}
	return l.server.Release(ctx)
}
