package commands

import (
	"context"
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session/group"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

func setGroup(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	if err := c.knownSettings(g.Kind); err != nil {
		return err
	}
	if g.Kind == snapshot.Produce {
		settings, _ := c.env.Session.Producer(g.Name)
		return change(ctx, c, g, "lanes", spec.ProducerSettings(), settings, c.env.Session.SetProducer)
	}
	settings, _ := c.env.Session.Consumer(g.Name)
	return change(ctx, c, g, "consumers", spec.ConsumerSettings(), settings, c.env.Session.SetConsumer)
}

// change sets what was typed and tells what it was before.
func change[S any](ctx context.Context, c *call, g snapshot.Group, parts string, table []spec.Setting[S], settings S,
	set func(context.Context, string, S) (group.Rebuild, error),
) error {
	before := settings
	if err := apply(c, table, &settings); err != nil {
		return err
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
			told = append(told, fmt.Sprintf("%s is %s already", name, is))
		}
	}
	tail := ""
	switch {
	case rebuilt.Done:
		tail = fmt.Sprintf(" · new %s, a gap of %s", parts, graphs.Latency(float64(rebuilt.Gap)))
	case !g.State.Active():
		tail = " when it starts"
	}
	c.Say("%s: %s%s", g.Name, strings.Join(told, " · "), tail)
	return nil
}
