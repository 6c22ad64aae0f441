package groups

import (
	"context"
	"fmt"
	"strings"

	"pulsh/commands/host"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// SetGroup runs the command set: change settings of a group, running or not.
func SetGroup(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	if err := c.KnownSettings(g.Named()); err != nil {
		return err
	}
	if g.Kind == snapshot.Produce {
		settings, _ := c.Env.Session.Producer(g.Name)
		return change(ctx, c, g, "producers", "sends", spec.ProducerSettings(), settings, c.Env.Session.SetProducer)
	}
	settings, _ := c.Env.Session.Consumer(g.Name)
	parts := "consumers"
	if settings.Reader.Is {
		parts = "reader"
	}
	err = change(ctx, c, g, parts, "deliveries", settings.Settings(), settings, setConsumer(c, false))
	if after, ok := c.Env.Session.Consumer(g.Name); ok && err == nil && settings.BatchIndex && !after.BatchIndex && g.Consumer.Received > 0 && g.Engine != broker.WireEngine {
		// The client waits for all messages of a batch, and those that are acknowledged do not come again.
		c.Say("batches that were acknowledged in part stay in the backlog; engine=client finishes them only with batchindex=on, engine=wire always")
	}
	return err
}

// change applies the settings of the line and prints the old and the new values. The
// words parts and idle are for a rebuild: recreated the PARTS, 1ms without IDLE.
func change[S any](ctx context.Context, c *host.Call, g snapshot.Group, parts, idle string, table []spec.Setting[S], settings S,
	set func(context.Context, string, S) (group.Rebuild, error),
) error {
	before := settings
	if err := apply(c, table, &settings); err != nil {
		return err
	}
	if on := c.Text(host.ClusterArgument); on != "" {
		if err := c.Env.Session.Clusters.Check(on); err != nil {
			return host.UnknownCluster(c, on, err)
		}
	}
	rebuilt, err := set(ctx, g.Name, settings)
	if err != nil {
		return err
	}
	var told []string
	for _, name := range c.Given {
		s, _ := spec.FindSetting(table, name)
		if was, is := s.Get(&before), s.Get(&settings); was != is {
			told = append(told, fmt.Sprintf("%s %s → %s", name, was, is))
		} else {
			told = append(told, fmt.Sprintf("%s is already %s", name, is))
		}
	}
	tail := ""
	switch {
	case rebuilt.Done:
		tail = fmt.Sprintf(" · recreated the %s, %s without %s", parts, graphs.Latency(float64(rebuilt.Gap)), idle)
	case !g.State.Active():
		tail = " when it starts"
	}
	c.Say("%s: %s%s", g.Name, strings.Join(told, " · "), tail)
	return nil
}
