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
	_, ok = spec.FindSetting(receiverSettings(g), name)
	return ok
}

// receiverSettings returns the settings of a consumer group or of a reader.
func receiverSettings(g snapshot.Group) []spec.Setting[spec.Consumer] {
	return spec.Consumer{Reader: spec.Reader{Is: g.Named() == snapshot.Read}}.Settings()
}
