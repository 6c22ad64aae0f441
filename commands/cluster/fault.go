package cluster

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker/memory/fault"
	"pulsh/session/broker/protocol"
	"pulsh/session/payload"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// startEmbedded connects to the broker in memory.
func startEmbedded(ctx context.Context, c *host.Call) error {
	if c.Env.Embedded == nil {
		return c.Fail("connect pulsar://localhost:6650", "an embedded broker is not available here")
	}
	t, err := c.Env.Embedded.Start()
	if err != nil {
		return err
	}
	return connectTo(ctx, c, t, 0)
}

// points returns the kind of what a fault is about.
func points() lang.Kind {
	var names []string
	for _, p := range fault.Points() {
		names = append(names, string(p))
	}
	k := lang.Words(names...)
	k.Sample = string(fault.Send)
	return k
}

// codes returns the kind of the protocol's errors.
func codes() lang.Kind {
	var names []string
	for e := protocol.UnknownError; e <= protocol.ProducerFenced; e++ {
		names = append(names, e.String())
	}
	k := lang.Words(names...)
	k.Sample = protocol.PersistenceError.String()
	return k
}

// duration is how long a fault lasts.
func duration() lang.Param {
	return lang.Param{Name: "for", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how long it lasts; until fault off"}
}

// FaultParams returns the parameters of the command fault.
func FaultParams() []lang.Param {
	keyed := func(name, doc string, kind lang.Kind) lang.Param {
		return lang.Param{Name: name, Kind: kind, Keyed: true, Optional: true, Doc: doc}
	}
	return []lang.Param{
		{Name: "what", Kind: points()},
		keyed("delay", "hold it back for so long", kinds.Duration()),
		keyed("drop", "lose a share of it", kinds.Share()),
		keyed("corrupt", "turn a bit of a share of it", kinds.Share()),
		keyed("close", "close the connection at a share of it", kinds.Share()),
		keyed("lose", "acknowledge a share of what is sent, and lose it", kinds.Share()),
		keyed("double", "store a share of what is sent twice", kinds.Share()),
		keyed("swap", "store a share of what is sent after what comes next", kinds.Share()),
		keyed("error", "refuse it with an error of the protocol", codes()),
		keyed("share", "of it that delay and error are for; 100%", kinds.Share()),
		duration(),
	}
}

// FaultDropParams returns the parameters of the command fault drop.
func FaultDropParams() []lang.Param {
	return []lang.Param{{Name: "share", Kind: kinds.Share()}, {Name: "what", Kind: points()}, duration()}
}

// FaultThrottleParams returns the parameters of the command fault throttle.
func FaultThrottleParams() []lang.Param {
	k := kinds.Bytes()
	k.Parse = func(text string) (any, error) {
		n, err := payload.ParseBytes(text)
		if err == nil && n < 1 {
			err = fmt.Errorf("%q is not a number of bytes above 0", text)
		}
		return n, err
	}
	return []lang.Param{{Name: "bytes", Kind: k}, duration()}
}

// faults returns the faults of the embedded broker, or an error if it does not run.
func faults(c *host.Call) (*fault.Set, error) {
	if c.Env.Embedded != nil {
		if set := c.Env.Embedded.Faults(); set != nil {
			return set, nil
		}
	}
	return nil, c.Fail("local start embedded", "faults are for the embedded broker, which does not run")
}

// Fault runs the command fault: let the embedded broker do something wrong.
func Fault(_ context.Context, c *host.Call) error {
	set, err := faults(c)
	if err != nil {
		return err
	}
	what, _ := host.Value[string](c, "what")
	rules := faultRules(c, fault.Point(what))
	if len(rules) == 0 {
		return c.Fail("fault receipts delay=200ms for=10s", "fault %s needs delay, drop, corrupt, close, lose, double, swap or error", what)
	}
	for _, r := range rules {
		if reason := r.Impossible(); reason != "" {
			return c.Fail("fault receipts delay=200ms for=10s", "%s", reason)
		}
	}
	for _, r := range rules {
		inForce(c, set, r)
	}
	return nil
}

// part returns a share that was given, from 0 to 1.
func part(c *host.Call, name string) (float64, bool) {
	s, ok := host.Value[spec.Share](c, name)
	return float64(s) / 100, ok
}

// faultRules reads the settings of the command fault.
func faultRules(c *host.Call, at fault.Point) (rules []fault.Rule) {
	share, ok := part(c, "share")
	if !ok {
		share = 1
	}
	if d, ok := host.Value[time.Duration](c, "delay"); ok {
		rules = append(rules, fault.Rule{At: at, Share: share, Delay: d})
	}
	if s, ok := part(c, "drop"); ok {
		rules = append(rules, fault.Rule{At: at, Share: s, Drop: true})
	}
	if s, ok := part(c, "corrupt"); ok {
		rules = append(rules, fault.Rule{At: at, Share: s, Corrupt: true})
	}
	if s, ok := part(c, "close"); ok {
		rules = append(rules, fault.Rule{At: at, Share: s, Close: true})
	}
	if s, ok := part(c, "lose"); ok {
		rules = append(rules, fault.Rule{At: at, Share: s, Lose: true})
	}
	if s, ok := part(c, "double"); ok {
		rules = append(rules, fault.Rule{At: at, Share: s, Double: true})
	}
	if s, ok := part(c, "swap"); ok {
		rules = append(rules, fault.Rule{At: at, Share: s, Swap: true})
	}
	if name, ok := host.Value[string](c, "error"); ok {
		for e := protocol.UnknownError; e <= protocol.ProducerFenced; e++ {
			if e.String() == name {
				rules = append(rules, fault.Rule{At: at, Share: share, Refuse: true, Code: e})
			}
		}
	}
	return rules
}

// inForce adds a rule, marks it on the graphs and tells it.
func inForce(c *host.Call, set *fault.Set, r fault.Rule) {
	text := r.String()
	if d, ok := host.Value[time.Duration](c, "for"); ok {
		r.Until = c.Env.Now().Add(d)
		text += " for " + d.String()
		over, session := "fault over: "+r.String(), c.Env.Session
		time.AfterFunc(d, func() { session.Mark(snapshot.MarkCommand, over) })
	}
	set.Add(r)
	c.Env.Session.Mark(snapshot.MarkCommand, "fault: "+text)
	c.Say("fault: %s", text)
}

// FaultDrop runs the command fault drop: lose a share of what is sent.
func FaultDrop(_ context.Context, c *host.Call) error {
	set, err := faults(c)
	if err != nil {
		return err
	}
	share, _ := part(c, "share")
	what, _ := host.Value[string](c, "what")
	inForce(c, set, fault.Rule{At: fault.Point(what), Share: share, Drop: true})
	return nil
}

// FaultThrottle runs the command fault throttle: bound the bytes per second that
// the broker sends on each connection.
func FaultThrottle(_ context.Context, c *host.Call) error {
	set, err := faults(c)
	if err != nil {
		return err
	}
	n, _ := host.Value[int64](c, "bytes")
	inForce(c, set, fault.Rule{At: fault.All, Share: 1, Rate: float64(n)})
	return nil
}

// FaultDisconnect runs the command fault disconnect: close all connections.
func FaultDisconnect(_ context.Context, c *host.Call) error {
	if _, err := faults(c); err != nil {
		return err
	}
	c.Env.Session.Mark(snapshot.MarkCommand, "fault: disconnect")
	c.Say("%s closed", graphs.Plural(c.Env.Embedded.Disconnect(), "connection", "connections"))
	return nil
}

// FaultList runs the command fault list: list the faults in force.
func FaultList(_ context.Context, c *host.Call) error {
	set, err := faults(c)
	if err != nil {
		return err
	}
	rules := set.Rules()
	if len(rules) == 0 {
		c.Say("no faults")
	}
	for _, r := range rules {
		text := r.String()
		if !r.Until.IsZero() {
			text += fmt.Sprintf(", for another %s", r.Until.Sub(c.Env.Now()).Round(time.Second))
		}
		c.Say("%s", text)
	}
	return nil
}

// FaultOff runs the command fault off: end all faults.
func FaultOff(_ context.Context, c *host.Call) error {
	set, err := faults(c)
	if err != nil {
		return err
	}
	n := set.Clear()
	c.Env.Session.Mark(snapshot.MarkCommand, "fault off")
	c.Say("%s ended; they have met %s", graphs.Plural(n, "fault", "faults"), graphs.Plural(int(set.Hits()), "command", "commands"))
	return nil
}
