package commands

import (
	"context"
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session"
)

func setGroup(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	if err := c.knownSettings(g.Kind); err != nil {
		return err
	}
	if g.Kind == session.Produce {
		spec, _ := c.env.Session.Producer(g.Name)
		return change(ctx, c, g, "lanes", session.ProducerSettings(), spec, c.env.Session.SetProducer)
	}
	spec, _ := c.env.Session.Consumer(g.Name)
	return change(ctx, c, g, "consumers", session.ConsumerSettings(), spec, c.env.Session.SetConsumer)
}

// change sets what was typed and tells what it was before.
func change[S any](ctx context.Context, c *call, g session.GroupSnapshot, parts string, settings []session.Setting[S], spec S,
	set func(context.Context, string, S) (session.Rebuild, error),
) error {
	before := spec
	if err := apply(c, settings, &spec); err != nil {
		return err
	}
	rebuilt, err := set(ctx, g.Name, spec)
	if err != nil {
		return err
	}
	var told []string
	for _, name := range c.given {
		s, _ := session.FindSetting(settings, name)
		if was, is := s.Get(&before), s.Get(&spec); was != is {
			told = append(told, fmt.Sprintf("%s %s → %s", name, was, is))
		} else {
			told = append(told, fmt.Sprintf("%s is %s already", name, is))
		}
	}
	tail := ""
	switch {
	case rebuilt.Done:
		tail = fmt.Sprintf(" · new %s, a gap of %s", parts, graphs.Latency(float64(rebuilt.Gap)))
	case !active(g.State):
		tail = " when it starts"
	}
	c.say("%s: %s%s", g.Name, strings.Join(told, " · "), tail)
	return nil
}
