package host

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Group returns the group that an argument names.
func (c *Call) Group(ctx context.Context, param string) (snapshot.Group, error) {
	return c.GroupNamed(ctx, param, c.Text(param))
}

// GroupNamed finds a group whose name is a part of the argument param. also lists
// other names that are valid there, for the advice.
func (c *Call) GroupNamed(ctx context.Context, param, name string, also ...string) (snapshot.Group, error) {
	s := c.Fresh(ctx)
	if g, ok := s.Group(name); ok {
		return g, nil
	}
	names := GroupNames(s)
	if len(names) == 0 {
		start := "produce start"
		for _, p := range c.Command.Params {
			if p.Name == param {
				start = cmp.Or(p.Kind.Make, start)
			}
		}
		return snapshot.Group{}, c.Refuse(param, start+" "+name, "no group %q: there are no groups yet", name)
	}
	better, ok := lang.Nearest(name, append(also, names...))
	if !ok {
		better = names[0]
	}
	try := c.WithPart(param, name, better)
	if try == "" {
		try = "list"
	}
	return snapshot.Group{}, c.Refuse(param, try, "no group %q (groups: %s)", name, strings.Join(names, ", "))
}

// GroupNames lists the names of the groups, oldest first.
func GroupNames(s *snapshot.Snapshot) []string {
	var names []string
	for _, g := range s.Groups {
		names = append(names, g.Name)
	}
	return names
}

// KindName names a kind of group in a sentence.
func KindName(k snapshot.Kind) string {
	switch k {
	case snapshot.Produce:
		return "producer group"
	case snapshot.Read:
		return "reader"
	}
	return "consumer group"
}

// KnownSettings refuses settings that a kind of group does not have.
func (c *Call) KnownSettings(kind snapshot.Kind) error {
	for _, name := range c.Given {
		_, known := spec.FindSetting(spec.ProducerSettings(), name)
		switch kind {
		case snapshot.Consume:
			_, known = spec.FindSetting(spec.ConsumerSettings(), name)
		case snapshot.Read:
			_, known = spec.FindSetting(spec.ReaderSettings(), name)
		}
		if !known {
			return c.RefuseSetting(name, fmt.Sprintf("help %s start", kind), "a %s has no setting %q", KindName(kind), name)
		}
	}
	return nil
}
