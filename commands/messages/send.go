package messages

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// sendMost bounds how many copies one line sends: more are a load.
const sendMost = 1000

// idsShown is how many ids are printed one by one.
const idsShown = 5

// Send runs the command send: send one message.
func Send(ctx context.Context, c *host.Call) error {
	if _, err := c.Cluster(); err != nil {
		return err
	}
	engine, err := session.Engine(c.Env.Session, c.ClusterName(), broker.ClientEngine)
	if err != nil {
		return err
	}
	sender, ok := engine.(broker.Sender)
	if !ok {
		return c.Fail("set session engine=client", "this engine sends no single messages")
	}
	all, err := messagesOf(c)
	if err != nil {
		return err
	}
	if lostQuotes(c.Text("text"), c.Source()) {
		c.Say("the body is no JSON: a text keeps its own quotes inside '…'")
	}
	topic := c.Text("topic")
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	ids, err := sender.SendEach(ctx, topic, all)
	switch {
	case err != nil && len(ids) > 0:
		return fmt.Errorf("%d of %d messages were sent, the last as %s: %w", len(ids), len(all), ids[len(ids)-1], err)
	case err != nil:
		return err
	case len(ids) > idsShown:
		c.Say("%s sent to %s, %s to %s", graphs.Plural(len(ids), "message"), topic, ids[0], ids[len(ids)-1])
		return nil
	}
	for _, id := range ids {
		c.Say("sent to %s: id %s · %s", topic, id, graphs.Bytes(float64(len(all[0].Body))))
	}
	return nil
}

// lostQuotes reports whether the text was typed as JSON and lost its quotes on the way.
func lostQuotes(body, source string) bool {
	body = strings.TrimSpace(body)
	if !strings.HasPrefix(body, "{") && !strings.HasPrefix(body, "[") {
		return false
	}
	return !json.Valid([]byte(body)) && !strings.Contains(body, `"`) && strings.Contains(source, body[:1]+`"`)
}

// messagesOf returns the messages that the line describes.
func messagesOf(c *host.Call) ([]broker.Message, error) {
	topic := c.Text("topic")
	m := broker.Message{Body: []byte(c.Text("text")), Key: c.Text("key"), OrderingKey: c.Text("ordering-key")}
	now := c.Env.Now()
	if text := c.Text("event-time"); text != "" && text != "now" {
		at, err := spec.ParseWhen(text, now)
		if err != nil {
			return nil, c.Refuse("event-time", c.WithArgument("event-time", "now"), "%s", err)
		}
		m.EventTime = at.Time
	} else if text != "" {
		m.EventTime = now
	}
	if after, given := host.Value[time.Duration](c, "deliver-after"); given {
		if !broker.IsPersistent(topic) {
			return nil, c.Refuse("deliver-after", "send "+lang.Quote(topic)+" hello", "%s is not persistent: a message is not stored there to wait", topic)
		}
		if after < spec.DelayMin || after > spec.DelayMax {
			return nil, c.Refuse("deliver-after", c.WithArgument("deliver-after", "30s"), "%s is not a delay from 1ms to 30d", c.Text("deliver-after"))
		}
		m.DeliverAt = now.Add(after)
	}
	n, given := host.Value[int](c, "n")
	if !given {
		n = 1
	}
	all := make([]broker.Message, n)
	properties, _ := host.Value[payload.Properties](c, "properties")
	writer := (&payload.Extras{Properties: properties}).Writer(rand.Uint64())
	for i := range all {
		all[i] = m
		all[i].Properties = propertiesOf(writer, now)
	}
	return all, nil
}

// propertiesOf returns the properties of the next message, whose values may differ from
// those of the one before.
func propertiesOf(w *payload.Writer, now time.Time) map[string]string {
	var e payload.Extra
	w.Write(&e, payload.Stamp{Due: now.UnixNano()})
	if len(e.Properties) == 0 {
		return nil
	}
	all := map[string]string{}
	for _, p := range e.Properties {
		all[p.Name] = string(p.Value)
	}
	return all
}
