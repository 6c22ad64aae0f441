package commands

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"

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
