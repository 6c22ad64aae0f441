// Package virtual is for tests: an embedded broker and clients on a network in memory.
// All of it works in the virtual time of testing/synctest, where a minute of load takes
// no time, and a test can cut, hold up and refuse what it likes.
//
// The clients are the wire engine, the admin API's and the probe, which speak the same
// protocols as on a socket.
package virtual

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/admin"
	"pulsh/session/broker/embedded"
	"pulsh/session/broker/embedded/pipes"
	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/fault"
	"pulsh/session/broker/probe"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire"
	"pulsh/session/broker/wire/connect"
)

// The names of the broker on its network.
const (
	host      = "memory:6650"
	adminHost = "memory:8080"
)

// namespace is that of all topics.
const namespace = "public/default"

// latency of the network in one direction. A send and its receipt take twice as long.
// It is odd, so that nothing arrives at the instant at which a sample is taken.
const latency = 1037 * time.Microsecond

// Cluster is a broker as a test holds it.
type Cluster struct {
	*embedded.Broker
	network      *pipes.Network
	front, admin *pipes.Listener
}

// New starts a broker without topics. It retains acknowledged messages for the default
// time of embedded brokers.
func New() *Cluster { return Keeping(0) }

// Keeping is New with another retention, see memory.Config.
func Keeping(retention time.Duration) *Cluster {
	c := &Cluster{network: pipes.New(latency)}
	c.front, c.admin = c.network.Listen(host), c.network.Listen(adminHost)
	var err error
	if c.Broker, err = embedded.Start(embedded.Config{Accept: c.front, AdminAccept: c.admin, BatchIndexAck: true, Retention: retention}); err != nil {
		panic(err) // it opens nothing that could fail
	}
	return c
}

// Close ends the broker and its network. Clients should have been closed before.
func (c *Cluster) Close() {
	c.network.Close()
	c.front.Cut()
	c.admin.Cut()
	c.Broker.Close()
}

// Clients are what a session needs of a cluster.
type Clients struct {
	Engine *Engine
	Admin  *admin.Admin
	Probe  func(context.Context) (probe.Answer, error)
}

// Connect makes clients. Like those of a real cluster they do not connect yet.
func (c *Cluster) Connect(clock broker.Clock) (Clients, error) {
	engine, err := wire.New(connect.Options{URL: "pulsar://" + host, Dial: c.network.Dial, Clock: clock})
	if err != nil {
		return Clients{}, err
	}
	api, err := admin.New("http://"+adminHost, admin.Options{Dial: c.network.Dial})
	if err != nil {
		return Clients{}, err
	}
	return Clients{Engine: &Engine{engine, c}, Admin: api, Probe: func(ctx context.Context) (probe.Answer, error) {
		answer, err := probe.Dialer{Open: c.network.Dial}.Dial(ctx, "pulsar://"+host)
		answer.Version, _, _ = strings.Cut(answer.Version, "-") // for these tests it is a Pulsar
		return answer, err
	}}, nil
}

// Refuse makes the broker refuse new connections, or take them again.
func (c *Cluster) Refuse(on bool) {
	c.front.Refuse(on)
	c.admin.Refuse(on)
}

// HideAdmin makes the admin API refuse connections, or take them again.
func (c *Cluster) HideAdmin(on bool) {
	c.admin.Refuse(on)
	if on {
		c.admin.Cut()
	}
}

// Kill cuts all connections and refuses new ones, as a broker that crashes. What was
// stored stays; what is on the way is lost.
func (c *Cluster) Kill() {
	c.Refuse(true)
	c.front.Cut()
	c.admin.Cut()
}

// Restore ends Kill.
func (c *Cluster) Restore() { c.Refuse(false) }

// Stall holds everything back for a time while connections stay open, as a broker in a
// long garbage collection does.
func (c *Cluster) Stall(d time.Duration) { c.network.Stall(d) }

// Tampering is a fault of one entry between its arrival and the log.
type Tampering func(*fault.Rule)

// Lose acks an entry without storing it, Double stores it twice, and Swap stores it
// after the next one of its topic.
var (
	Lose   Tampering = func(r *fault.Rule) { r.Lose = true }
	Double Tampering = func(r *fault.Rule) { r.Double = true }
	Swap   Tampering = func(r *fault.Rule) { r.Swap = true }
)

// Tamper applies a fault to the nth entry, from 1, that arrives from now on.
func (c *Cluster) Tamper(n int, how Tampering) {
	r := fault.Rule{At: fault.Send, Share: 1, After: n - 1, Times: 1}
	how(&r)
	c.Faults.Add(r)
}

// FailSends refuses the next n entries, or all with n below 0.
func (c *Cluster) FailSends(n int, code protocol.ServerError, text string) {
	c.Faults.Add(fault.Rule{At: fault.Send, Share: 1, Refuse: true, Code: code, Message: text, Times: max(n, 0)})
}

// FailAcks refuses the next n acknowledgements.
func (c *Cluster) FailAcks(n int) {
	c.Faults.Add(fault.Rule{At: fault.Acks, Share: 1, Refuse: true, Code: protocol.PersistenceError, Times: n})
}

// Evict disconnects all clients and refuses to take the next n consumers.
func (c *Cluster) Evict(n int, code protocol.ServerError, text string) {
	c.Faults.Add(fault.Rule{At: fault.Creates, Type: protocol.TypeSubscribe, Share: 1, Refuse: true, Code: code, Message: text, Times: n})
	c.Disconnect()
}

// Stick loses what is delivered for so long. Consumers whose queue is shorter get nothing
// more afterwards, and no error: they wait for what the broker thinks they have.
func (c *Cluster) Stick(d time.Duration) {
	c.Faults.Add(fault.Rule{At: fault.Messages, Share: 1, Drop: true, Until: time.Now().Add(d)})
}

// Throttle limits the messages per second of each topic; 0 removes the limit.
func (c *Cluster) Throttle(rate int) {
	policy := fmt.Sprintf(`{"publishThrottlingRateInMsg": %d, "publishThrottlingRateInByte": -1}`, cmp.Or(rate, -1))
	must(c.SetPolicy(namespace, "publishRate", json.RawMessage(policy)))
}

// SetLatency changes how long bytes travel in one direction.
func (c *Cluster) SetLatency(d time.Duration) { c.network.SetLatency(d) }

// CreateTopic creates a topic, partitioned if partitions is above 0.
func (c *Cluster) CreateTopic(topic string, partitions int) { must(c.Create(full(topic), partitions)) }

// Delete deletes a topic by force. Its clients make it again, as Pulsar allows.
func (c *Cluster) Delete(topic string) { must(c.Broker.Delete(full(topic), true)) }

// DeleteSubscription deletes a subscription by force. Its consumers make it again.
func (c *Cluster) DeleteSubscription(topic, subscription string) {
	c.each(topic, func(t *memory.Topic) { must(t.DeleteSubscription(subscription, true)) })
}

// Terminate ends a topic: it takes no more messages.
func (c *Cluster) Terminate(topic string) {
	c.each(topic, func(t *memory.Topic) { t.Terminate() })
}

// Unload unloads a topic: its counters begin at zero, and its clients connect again.
func (c *Cluster) Unload(topic string) { c.each(topic, (*memory.Topic).Unload) }

// each calls do for a topic, or for all its partitions.
func (c *Cluster) each(topic string, do func(*memory.Topic)) {
	parts, ok := c.Parts(full(topic))
	if !ok {
		panic("there is no topic " + topic)
	}
	for _, t := range parts {
		do(t)
	}
}

// full is the whole name of a topic of the default namespace.
func full(topic string) string { return "persistent://" + namespace + "/" + topic }

// must ends a test that asks for what the broker refuses.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
