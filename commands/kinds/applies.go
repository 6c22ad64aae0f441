package kinds

import (
	"pulsh/commands/lang"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Applies reports whether the group that the line names has a setting.
func Applies(name string, s *lang.Scene) bool {
	g, ok := namedGroup(s)
	if !ok {
		return true
	}
	if g.Kind == snapshot.Produce {
		_, ok := spec.FindSetting(spec.ProducerSettings(), name)
		return ok
	}
	_, ok = spec.FindSetting(spec.ConsumerSettings(), name)
	return ok
}
