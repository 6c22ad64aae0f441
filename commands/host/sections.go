package host

import "pulsh/commands/lang"

// The sections, in the order of the manual.
const (
	GroupSection   lang.Section = "groups"
	LookSection    lang.Section = "look"
	ScriptSection  lang.Section = "scripts"
	ProfileSection lang.Section = "profiles"
	ExportSection  lang.Section = "export"
	ClusterSection lang.Section = "cluster"
	ChaosSection   lang.Section = "chaos"
	GeneralSection lang.Section = "general"
)

// Sections returns the sections in order.
func Sections() []lang.Section {
	return []lang.Section{GroupSection, LookSection, ScriptSection, ProfileSection, ExportSection, ClusterSection, ChaosSection, GeneralSection}
}
