package commands

import (
	"context"
	"errors"
	"net"
	"syscall"

	"pulsh/session/export"
	"pulsh/session/scrape"
)

func metricsServe(_ context.Context, c *call) error {
	at, ok := value[listenAt](c, "address")
	if !ok {
		at = listenAt{address: metricsAddress}
	}
	if at.remote && c.Text("remote") == "" {
		return c.Refuse("address", "metrics serve "+at.address+" remote=on", "other machines can reach %s", at.address)
	}
	outletsOf(c.Commands).mu.Lock()
	running := outletsOf(c.Commands).server
	outletsOf(c.Commands).mu.Unlock()
	if running != nil {
		return c.Fail("metrics stop", "metrics are served at %s already", running.URL())
	}
	l, err := c.env.Listen("tcp", at.address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return c.Refuse("address", "metrics serve 127.0.0.1:0", "another program listens at %s", at.address)
	case err != nil:
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err
		}
		return c.Refuse("address", "metrics serve", "nobody can listen at %s: %s", at.address, err)
	}
	commands := c.Commands
	server := scrape.Serve(l, func() *export.Report { return outline(commands, commands.env.Session.Snapshot()) })
	outletsOf(c.Commands).mu.Lock()
	outletsOf(c.Commands).server = server
	outletsOf(c.Commands).mu.Unlock()
	c.Say("metrics: %s", server.URL())
	return nil
}

func metricsStop(ctx context.Context, c *call) error {
	outletsOf(c.Commands).mu.Lock()
	server := outletsOf(c.Commands).server
	outletsOf(c.Commands).server = nil
	outletsOf(c.Commands).mu.Unlock()
	if server == nil {
		return c.Fail("metrics serve", "no metrics are served")
	}
	ctx, cancel := context.WithTimeout(ctx, outletTime)
	defer cancel()
	server.Close(ctx)
	c.Say("metrics: no longer at %s", server.URL())
	return nil
}
