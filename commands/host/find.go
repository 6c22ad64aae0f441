package host

import (
	"context"
	"fmt"
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Group finds the group that an argument names.
func (c *Call) Group(ctx context.Context, param string) (snapshot.Group, error) {
	return c.GroupNamed(ctx, param, c.Text(param))
}

// GroupNamed finds a group that was named within the argument param, where also
// other names may stand.
func (c *Call) GroupNamed(ctx context.Context, param, name string, also ...string) (snapshot.Group, error) {
	s := c.Fresh(ctx)
	if g, ok := s.Group(name); ok {
		return g, nil
	}
	names := GroupNames(s)
	if len(names) == 0 {
		return snapshot.Group{}, c.Refuse(param, "produce start "+name, "no group %q; there are none yet", name)
	}
	better, ok := lang.Nearest(name, append(also, names...))
	if !ok {
		better = names[0]
	}
	at, try := c.Args[param].Span, "list"
	if i := strings.Index(c.Statement.Text.Body[at.From:at.To], name); i >= 0 {
		try = c.Statement.Instead(lang.Span{From: at.From + i, To: at.From + i + len(name)}, better)
	}
	return snapshot.Group{}, c.Refuse(param, try, "no group %q; there are %s", name, lang.And(names))
}

// GroupNames lists the names of the groups, in the order in which they were made.
func GroupNames(s *snapshot.Snapshot) []string {
	var names []string
	for _, g := range s.Groups {
		names = append(names, g.Name)
	}
	return names
}

// KindName is a kind of group in a sentence.
func KindName(k snapshot.Kind) string {
	if k == snapshot.Produce {
		return "producer group"
	}
	return "consumer group"
}

// KnownSettings refuses settings that only the other kind of group has.
func (c *Call) KnownSettings(kind snapshot.Kind) error {
	for _, name := range c.Given {
		_, known := spec.FindSetting(spec.ProducerSettings(), name)
		if kind == snapshot.Consume {
			_, known = spec.FindSetting(spec.ConsumerSettings(), name)
		}
		if !known {
			e := c.Wrong(lang.Span{From: c.Args[name].Span.From - len(name) - 1, To: c.Args[name].Span.From - 1},
				fmt.Sprintf("a %s has no setting %q", KindName(kind), name))
			e.Try = fmt.Sprintf("help %s start", kind)
			return e
		}
	}
	return nil
}
