package report

import (
	"context"
	"errors"
	"net"
	"syscall"

	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/session/export"
	"pulsh/session/scrape"
)

// MetricsServe runs the command metrics serve: serve metrics to Prometheus.
func MetricsServe(_ context.Context, c *host.Call) error {
	at, ok := host.Value[kinds.ListenAt](c, "address")
	if !ok {
		at = kinds.ListenAt{Address: kinds.MetricsAddress}
	}
	if at.Remote && c.Text("remote") == "" {
		return c.Refuse("address", "metrics serve "+at.Address+" remote=on", "other machines can reach %s", at.Address)
	}
	outletsOf(c.Host).mu.Lock()
	running := outletsOf(c.Host).server
	outletsOf(c.Host).mu.Unlock()
	if running != nil {
		return c.Fail("metrics stop", "metrics are served at %s already", running.URL())
	}
	l, err := c.Env.Listen("tcp", at.Address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return c.Refuse("address", "metrics serve 127.0.0.1:0", "another program listens at %s", at.Address)
	case err != nil:
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err
		}
		return c.Refuse("address", "metrics serve", "nobody can listen at %s: %s", at.Address, err)
	}
	commands := c.Host
	server := scrape.Serve(l, func() *export.Report { return outline(commands, commands.Env.Session.Snapshot()) })
	outletsOf(c.Host).mu.Lock()
	outletsOf(c.Host).server = server
	outletsOf(c.Host).mu.Unlock()
	c.Say("metrics: %s", server.URL())
	return nil
}

// MetricsStop runs the command metrics stop: end serving metrics.
func MetricsStop(ctx context.Context, c *host.Call) error {
	outletsOf(c.Host).mu.Lock()
	server := outletsOf(c.Host).server
	outletsOf(c.Host).server = nil
	outletsOf(c.Host).mu.Unlock()
	if server == nil {
		return c.Fail("metrics serve", "no metrics are served")
	}
	ctx, cancel := context.WithTimeout(ctx, outletTime)
	defer cancel()
	server.Close(ctx)
	c.Say("metrics: no longer at %s", server.URL())
	return nil
}
