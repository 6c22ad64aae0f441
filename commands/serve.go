package commands

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"

	"pulsh/commands/lang"
	"pulsh/session/export"
	"pulsh/session/scrape"
)

// metricsAddress is where metrics are served if nothing is said: Prometheus asks
// its own at 9090, and the port was free in its list of default ports.
const metricsAddress = "127.0.0.1:9095"

// ParseMetricsAddress reads an address for metrics, HOST:PORT, :PORT or PORT.
// Without a host it is this machine. remote says that other machines can reach it.
func ParseMetricsAddress(text string) (address string, remote bool, err error) {
	if !strings.Contains(text, ":") {
		text = ":" + text
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return "", false, fmt.Errorf("%q is not an address such as %s", text, metricsAddress)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || port != strconv.FormatUint(n, 10) {
		return "", false, fmt.Errorf("%q is not a port: 0 to 65535", port)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	ip := net.ParseIP(host)
	if strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r == '/' || r == '@' }) {
		return "", false, fmt.Errorf("%q is not the name of a host", host)
	}
	return net.JoinHostPort(host, port), host != "localhost" && (ip == nil || !ip.IsLoopback()), nil
}

// listenAt is an address that was read.
type listenAt struct {
	address string
	remote  bool
}

func addressKind() lang.Kind {
	return lang.Kind{Name: "ADDRESS", Sample: metricsAddress, Forms: "127.0.0.1:9095, 9095, 0.0.0.0:9095", Doc: "where to listen: 127.0.0.1:9095, or 9095 for this machine, or 0.0.0.0:9095 for all who can reach it",
		Parse: func(text string) (any, error) {
			address, remote, err := ParseMetricsAddress(text)
			return listenAt{address, remote}, err
		}, Complete: lang.Offer(metricsAddress, "this machine alone", "0.0.0.0:9095", "all who can reach it, with remote=on")}
}

func metricsServe(_ context.Context, c *call) error {
	at, ok := value[listenAt](c, "address")
	if !ok {
		at = listenAt{address: metricsAddress}
	}
	if at.remote && c.Text("remote") == "" {
		return c.Refuse("address", "metrics serve "+at.address+" remote=on", "other machines can reach %s", at.address)
	}
	c.outlets.mu.Lock()
	running := c.outlets.server
	c.outlets.mu.Unlock()
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
	server := scrape.Serve(l, func() *export.Report { return commands.outline(commands.env.Session.Snapshot()) })
	c.outlets.mu.Lock()
	c.outlets.server = server
	c.outlets.mu.Unlock()
	c.Say("metrics: %s", server.URL())
	return nil
}

func metricsStop(ctx context.Context, c *call) error {
	c.outlets.mu.Lock()
	server := c.outlets.server
	c.outlets.server = nil
	c.outlets.mu.Unlock()
	if server == nil {
		return c.Fail("metrics serve", "no metrics are served")
	}
	ctx, cancel := context.WithTimeout(ctx, outletTime)
	defer cancel()
	server.Close(ctx)
	c.Say("metrics: no longer at %s", server.URL())
	return nil
}
