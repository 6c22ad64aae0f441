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
		return c.Refuse("address", "metrics serve "+at.Address+" remote=on", "other machines can reach %s; that needs remote=on", at.Address)
	}
	backgroundOf(c.Host).mu.Lock()
	running := backgroundOf(c.Host).server
	backgroundOf(c.Host).mu.Unlock()
	if running != nil {
		return c.Fail("metrics stop", "already serving metrics at %s", running.URL())
	}
	l, err := c.Env.Listen("tcp", at.Address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return c.Refuse("address", "metrics serve 127.0.0.1:0", "another program listens on %s", at.Address)
	case err != nil:
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err
		}
		return c.Refuse("address", "metrics serve", "cannot listen on %s: %s", at.Address, err)
	}
	commands := c.Host
	server := scrape.Serve(l, func() *export.Report { return outline(commands, commands.Env.Session.Snapshot()) })
	backgroundOf(c.Host).mu.Lock()
	backgroundOf(c.Host).server = server
	backgroundOf(c.Host).mu.Unlock()
	c.Say("metrics: %s", server.URL())
	return nil
}

// MetricsStop runs the command metrics stop: end serving metrics.
func MetricsStop(ctx context.Context, c *host.Call) error {
	backgroundOf(c.Host).mu.Lock()
	server := backgroundOf(c.Host).server
	backgroundOf(c.Host).server = nil
	backgroundOf(c.Host).mu.Unlock()
	if server == nil {
		return c.Fail("metrics serve", "not serving metrics")
	}
	ctx, cancel := context.WithTimeout(ctx, backgroundStopMax)
	defer cancel()
	server.Close(ctx)
	c.Say("metrics: stopped serving at %s", server.URL())
	return nil
}
