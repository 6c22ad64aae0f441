// Package embedded runs a Pulsar in memory inside this process, with its binary
// protocol and its admin API on sockets.
package embedded

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"runtime/pprof"
	"time"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/fault"
	"pulsh/session/broker/memory/rest"
	"pulsh/session/broker/memory/serve"
)

// Name is what the status line, exports and reports call the broker, so that nobody
// takes its figures for those of a real Pulsar.
const Name = "embedded"

// Config holds the settings of a Broker. The zero value is a broker for this machine
// alone, on ports of its choice.
type Config struct {
	Listen      string // host:port of the binary protocol; "" is a free port on loopback
	AdminListen string // host:port of the admin API; likewise
	// Accept and AdminAccept are used instead of the addresses, if they are not nil.
	Accept, AdminAccept net.Listener
	Remote              bool   // allows addresses that other machines can reach
	Memory              int64  // bytes that entries may take; 0 is memory.DefaultMemory
	Token               string // that clients must present, or ""
	TLS                 *tls.Config
	// BatchIndexAck lets consumers acknowledge single messages of a batch.
	BatchIndexAck bool
	Retention     time.Duration // see memory.Config
	// Labels has the labels of all goroutines, see runtime/pprof; nil for none.
	Labels context.Context
}

// Broker is a running broker.
type Broker struct {
	*memory.Broker
	Faults *fault.Set
	began  time.Time
	server *serve.Server
	admin  *rest.Server
}

// Start starts a broker. It runs until Close.
func Start(c Config) (*Broker, error) {
	b := &Broker{Broker: memory.New(memory.Config{Memory: c.Memory, BatchIndexAck: c.BatchIndexAck, Retention: c.Retention}), Faults: fault.New(time.Now), began: time.Now()}
	if c.Labels != nil { // what is started below has them too
		pprof.SetGoroutineLabels(c.Labels)
		defer pprof.SetGoroutineLabels(context.Background())
	}
	var err error
	if b.server, err = serve.New(b.Broker, serve.Options{Listen: c.Listen, Accept: c.Accept, Remote: c.Remote, Token: c.Token, TLS: c.TLS, Faults: b.Faults, Labels: c.Labels}); err != nil {
		return nil, fmt.Errorf("the embedded broker cannot listen: %w", err)
	}
	listener := c.AdminAccept
	if listener == nil {
		if listener, err = serve.Listen(c.AdminListen, c.Remote); err != nil {
			b.server.Close()
			return nil, fmt.Errorf("the admin API of the embedded broker cannot listen: %w", err)
		}
	}
	b.admin = rest.New(b.Broker, listener, rest.Options{ServiceURL: b.server.URL(), Token: c.Token})
	return b, nil
}

// URL returns the service URL.
func (b *Broker) URL() string { return b.server.URL() }

// AdminURL returns the URL of the admin API.
func (b *Broker) AdminURL() string { return b.admin.URL() }

// Uptime returns for how long the broker has run.
func (b *Broker) Uptime() time.Duration { return time.Since(b.began) }

// Connections returns how many clients are connected.
func (b *Broker) Connections() int { return b.server.Connections() }

// Disconnect closes the connections of all clients and returns how many there were.
func (b *Broker) Disconnect() int { return b.server.Disconnect() }

// Close disconnects all clients and forgets everything.
func (b *Broker) Close() {
	b.admin.Close()
	b.server.Close()
	b.Broker.Close()
}
