package perf

// Flag is a flag as the tests see it.
type Flag struct {
	Program, Name, Text, Sample, Needs, Why, Setting string
	Switch                                           bool
	Topics                                           bool
}

// Flags lists the flags of all commands.
func Flags() (all []Flag) {
	for _, c := range programs() {
		for _, f := range c.flags {
			for _, name := range f.names {
				all = append(all, Flag{c.name, name, f.String(), f.sample, f.needs, f.why, f.setting, f.value == "", c.topics})
			}
		}
	}
	return all
}
