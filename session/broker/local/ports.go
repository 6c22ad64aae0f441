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
	// portsTried is how many ports after a taken one are looked at; a hundred
	// taken in a row means that something else is wrong.
	portsTried = 100
	// anyPortLow and anyPortHigh bound the ports used for AnyPort. They lie
	// below the ports that systems hand to outgoing connections (32768 and up),
	// which could take one between the look and its use.
	anyPortLow, anyPortHigh = 20000, 32000
	// dialTime bounds one look at a port on this machine.
	dialTime = 500 * time.Millisecond
)

// portFree says whether a server could listen on the port of 127.0.0.1 now.
// It also dials, since some systems let a second listener in beside a wildcard.
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

// choosePort returns the wanted port, or the next free one, or any free one
// when AnyPort is wanted. A port in not is never taken.
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

// ports are the places where one server listens, all on 127.0.0.1.
type ports struct {
	Broker    int `json:"broker"`
	Web       int `json:"web"`
	ZooKeeper int `json:"zookeeper"`
	// Bookie may change from start to start: a standalone's bookie is known by
	// a name, not by its address.
	Bookie int `json:"bookie"`
}

// keep returns cfg with the ports of the server before, so that clients of that
// server find the next one. A port that was asked for by its number is changed
// only if another pulsh still holds the server; otherwise the wish is newer.
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

// choosePorts returns the four ports of a server, and a note if a wanted one is
// taken. The ports of the server before, if it left any, are taken again.
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

// portNote says which wanted ports were taken, or nothing.
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
