package start

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"sync"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/broker/embedded"
	"pulsh/session/broker/memory/fault"
	"pulsh/session/broker/memory/serve"
	"pulsh/session/metrics"
	"pulsh/shell"
)

// embeddedPulsar is the broker in memory for the commands.
type embeddedPulsar struct {
	config embedded.Config
	login  embeddedLogin
	room   int64 // bytes that the process needs beside the entries
	// measured says that its share of this process's CPU is measured: there is a shell
	// beside it, and nobody else takes CPU profiles, of which there can be one at a time.
	measured bool

	mu     sync.Mutex
	broker *embedded.Broker
	share  *metrics.Share // of this process's CPU
}

var _ host.Embedded = (*embeddedPulsar)(nil)

// heapRoom is the memory in bytes that a shell with its groups needs beside the
// entries, and aloneRoom what the broker needs for connections and queues.
const (
	heapRoom  = 256 << 20
	aloneRoom = 64 << 20
)

// embeddedGCPercent lets the heap grow to twice what is alive.
const embeddedGCPercent = 100

// Start starts the broker, unless it runs.
func (e *embeddedPulsar) Start() (broker.Target, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.broker == nil {
		if err := e.login.read(&e.config); err != nil {
			return broker.Target{}, err
		}
		if e.measured {
			e.config.Labels = pprof.WithLabels(context.Background(), pprof.Labels(metrics.PartLabel, embedded.Name))
		}
		b, err := embedded.Start(e.config)
		if err != nil {
			return broker.Target{}, listenFault(err)
		}
		if e.broker = b; e.measured {
			e.share = metrics.NewShare(embedded.Name)
		}
		// Entries are large and hold no pointers: a collection costs little, and
		// the heap must not grow to a multiple of what they take.
		_, most := b.Memory()
		if os.Getenv("GOGC") == "" {
			metrics.TuneGC(embeddedGCPercent)
		}
		debug.SetMemoryLimit(min(debug.SetMemoryLimit(-1), most+most/8+e.room))
	}
	return e.login.present(broker.Target{URL: e.broker.URL(), AdminURL: e.broker.AdminURL(), Name: embedded.Name}), nil
}

// listenFault adds the next step to an address that was refused.
func listenFault(err error) error {
	var remote *serve.RemoteError
	if errors.As(err, &remote) {
		return &lang.Error{Message: remote.Error() + "; that needs --listen-remote", Try: "pulsh broker --listen 127.0.0.1:6650", From: -1}
	}
	return &lang.Error{Message: err.Error(), Try: "pulsh --embedded", From: -1}
}

// Faults returns what the broker does wrong on purpose, nil if it does not run.
func (e *embeddedPulsar) Faults() *fault.Set {
	if b := e.running(); b != nil {
		return b.Faults
	}
	return nil
}

// Disconnect closes the connections of all clients.
func (e *embeddedPulsar) Disconnect() int {
	if b := e.running(); b != nil {
		return b.Disconnect()
	}
	return 0
}

func (e *embeddedPulsar) running() *embedded.Broker {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.broker
}

// cpu returns the broker's part of this process's CPU.
func (e *embeddedPulsar) cpu() metrics.Part {
	e.mu.Lock()
	share := e.share
	e.mu.Unlock()
	return share.Now()
}

// report describes the broker like a local server.
func (e *embeddedPulsar) report(b *embedded.Broker) host.LocalReport {
	used, most := b.Memory()
	return host.LocalReport{
		Condition: "running", Reason: fmt.Sprintf("in this process, %s of %s in use", graphs.Bytes(float64(used)), graphs.Bytes(float64(most))),
		URL: b.URL(), AdminURL: b.AdminURL(), Version: broker.EmbeddedVersion, Source: "pulsh's own broker, in memory", Uptime: b.Uptime(),
	}
}

// stop ends the broker and returns what is lost with it, "" for nothing.
func (e *embeddedPulsar) stop() (lost string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.broker == nil {
		return ""
	}
	if subscriptions, entries := e.broker.Unread(); entries > 0 {
		lost = fmt.Sprintf("the embedded broker ends with %s that %s had not acknowledged", graphs.Plural(int(entries), "entry", "entries"),
			graphs.Plural(subscriptions, "subscription", "subscriptions"))
	}
	e.broker.Close()
	if e.broker = nil; e.share != nil {
		e.share.Close()
	}
	return lost
}

// notice tells what the broker is, for the greeting.
func (e *embeddedPulsar) notice() string {
	b := e.running()
	if b == nil {
		return ""
	}
	_, most := b.Memory()
	return fmt.Sprintf("embedded broker: in memory, up to %s, gone at the end; its figures are not those of a Pulsar", graphs.Bytes(float64(most)))
}

// serveAlone runs the broker without a shell until a signal, for other programs.
func serveAlone(o Options, files Streams) int {
	e := &embeddedPulsar{config: o.embeddedConfig(true), login: o.embeddedLogin(), room: aloneRoom}
	tuneRuntime(func(string) string { return "" })
	if _, err := e.Start(); err != nil {
		fmt.Fprintln(files.Err, err)
		var advised *lang.Error
		if errors.As(err, &advised) {
			fmt.Fprintln(files.Err, "  try: "+advised.Try)
		}
		return lang.ExitUsage
	}
	ctx, stop := shell.EndContext(context.Background())
	defer stop()
	fmt.Fprintf(files.Out, "clients    %s\nadmin API  %s\n%s; Ctrl-C ends it\n", e.broker.URL(), e.broker.AdminURL(), e.notice())
	if o.ListenRemote && o.BrokerToken == "" {
		fmt.Fprintln(files.Err, "note: whoever can reach these addresses can read and write everything; --serve-token asks them for a token")
	}
	began := time.Now()
	<-ctx.Done()
	if lost := e.stop(); lost != "" {
		fmt.Fprintln(files.Err, lost)
	}
	fmt.Fprintf(files.Out, "ended after %s\n", time.Since(began).Round(time.Second))
	return lang.ExitDone
}

// The addresses of a broker that serves alone, as a real Pulsar has them.
const (
	aloneListen = "127.0.0.1:6650"
	aloneAdmin  = "127.0.0.1:8080"
)

// embeddedConfig returns the broker's settings. One that serves alone has Pulsar's own
// ports.
func (o Options) embeddedConfig(alone bool) embedded.Config {
	c := embedded.Config{Listen: o.Listen, AdminListen: o.AdminListen, Remote: o.ListenRemote, Memory: o.Memory, BatchIndexAck: o.BrokerBatchIndex}
	if alone && c.Listen == "" {
		c.Listen = aloneListen
	}
	if alone && c.AdminListen == "" {
		c.AdminListen = aloneAdmin
	}
	return c
}
