package commands

import "pulsh/commands/lang"

// The sections, in the order of the manual.
const (
	groupSection   lang.Section = "groups"
	lookSection    lang.Section = "look"
	scriptSection  lang.Section = "scripts"
	profileSection lang.Section = "profiles"
	exportSection  lang.Section = "export"
	clusterSection lang.Section = "cluster"
	generalSection lang.Section = "general"
)

// sections lists the sections in order.
func sections() []lang.Section {
	return []lang.Section{groupSection, lookSection, scriptSection, profileSection, exportSection, clusterSection, generalSection}
}
