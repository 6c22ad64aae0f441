package local

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"time"
)

const (
	// portsTried is the number of ports that are tried after a taken one. If a
	// hundred in a row are taken, something else is wrong.
	portsTried = 100
	// anyPortLow and anyPortHigh bound the ports for AnyPort. They are below those
	// of outgoing connections (32768 and up), which could take a port between the
	// check and its use.
	anyPortLow, anyPortHigh = 20000, 32000
	// dialTime bounds a connection to this machine.
	dialTime = 500 * time.Millisecond
)

// portFree reports whether a server can listen on a port of 127.0.0.1. It also
// dials, since some systems allow a second listener beside one on all addresses.
func portFree(ctx context.Context, port int) bool {
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	l.Close()
	c, err := (&net.Dialer{Timeout: dialTime}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return true
	}
	c.Close()
	return false
}

// choosePort returns the wanted port or the next free one, for AnyPort after a
// random one. It adds the port to not and returns none that was in it.
func choosePort(wanted int, not map[int]bool, free func(int) bool) (int, error) {
	if wanted == AnyPort {
		wanted = anyPortLow + rand.IntN(anyPortHigh-anyPortLow)
	}
	last := min(wanted+portsTried, 65535)
	for p := wanted; p <= last; p++ {
		if !not[p] && free(p) {
			not[p] = true
			return p, nil
		}
	}
	return 0, &Error{Message: fmt.Sprintf("no port from %d to %d is free", wanted, last), Next: "choose another port"}
}

// ports has the ports of a server.
type ports struct {
	Broker    int `json:"broker"`
	Web       int `json:"web"`
	ZooKeeper int `json:"zookeeper"`
	// Bookie may differ between starts: the metadata names a standalone's bookie
	// by an ID and not by its address.
	Bookie int `json:"bookie"`
}

// keep returns cfg with the ports of the last server, so that its clients find the
// next one. A port that cfg gives by number is replaced only if another pulsh still
// holds a lease: it waits on the old port.
func (p ports) keep(cfg Config, held bool) Config {
	again := func(wanted *int, before int) {
		if before != 0 && (held || *wanted == AnyPort) {
			*wanted = before
		}
	}
	again(&cfg.BrokerPort, p.Broker)
	again(&cfg.WebPort, p.Web)
	again(&cfg.ZooKeeperPort, p.ZooKeeper)
	return cfg
}

// choosePorts returns the ports of a server, those of the last server if they are
// free, and a note if a wanted port is taken.
func choosePorts(ctx context.Context, cfg Config, before ports, held bool) (p ports, note string, err error) {
	free := func(port int) bool { return portFree(ctx, port) }
	not := map[int]bool{}
	cfg = before.keep(cfg, held)
	if p.Broker, err = choosePort(cfg.BrokerPort, not, free); err != nil {
		return p, "", err
	}
	if p.Web, err = choosePort(cfg.WebPort, not, free); err != nil {
		return p, "", err
	}
	if p.ZooKeeper, err = choosePort(cfg.ZooKeeperPort, not, free); err != nil {
		return p, "", err
	}
	if p.Bookie, err = choosePort(AnyPort, not, free); err != nil {
		return p, "", err
	}
	return p, portNote(cfg, p), nil
}

// portNote returns a note on the wanted ports that are taken, or "".
func portNote(cfg Config, p ports) string {
	moved := func(wanted, got int) string {
		if wanted == AnyPort || wanted == got {
			return ""
		}
		return fmt.Sprintf("port %d is taken by another program, using %d", wanted, got)
	}
	broker, web := moved(cfg.BrokerPort, p.Broker), moved(cfg.WebPort, p.Web)
	if broker != "" && web != "" {
		return broker + "; " + web
	}
	return broker + web
}
