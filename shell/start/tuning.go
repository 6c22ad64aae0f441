package start

import (
	"strings"

	"pulsh/commands/host"
	"pulsh/session/broker"
)

// tuningOptions returns the options that say how connections are made and kept.
func tuningOptions() []option {
	var list []option
	for _, f := range broker.TuningFields() {
		value := f.Value
		name := tuningFlag(f.Name)
		if value == "TEXT" {
			value = "NAME"
		}
		more := f.Conf + " in client.conf."
		if f.Range != "" {
			more = f.Conf + " in client.conf; from " + f.Range + "."
		}
		list = append(list, option{name: name, value: value, sample: f.Sample, variable: "PULSH_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")),
			doc: f.Doc, more: more,
			set: func(_ *Options, l *Level, s Setting) error {
				if err := f.Write(&broker.Tuning{}, s.Value); err != nil {
					return err
				}
				setField(&l.Tuning, f.Name, s)
				return nil
			}})
	}
	return list
}

// tuningSettings returns what the level says of the tuning, in the order of the fields.
func (l Level) tuningSettings() (list []Setting) {
	for _, f := range broker.TuningFields() {
		list = append(list, l.Tuning[f.Name])
	}
	return list
}

// takeTuning sets the first value of each field in t, and returns what they are.
func takeTuning(levels []Level, t *broker.Tuning) host.Fact {
	var sources []string
	for _, f := range broker.TuningFields() {
		s := strongest(levels, func(l Level) Setting { return l.Tuning[f.Name] })
		if s.Value != "" && f.Write(t, s.Value) == nil { // each source was checked when it was read
			sources = appendNew(sources, s.From)
		}
	}
	return host.Fact{Name: host.FactTuning, Value: t.String(), From: strings.Join(sources, " and ")}
}

// tuned returns the fact about the tuning.
func tuned(facts []host.Fact) (list []host.Fact) {
	for _, f := range facts {
		if f.Name == host.FactTuning {
			list = append(list, f)
		}
	}
	return list
}

// tuningFlags returns the flags that set the tuning of a target.
func tuningFlags(t broker.Target) (flags []string) {
	for _, f := range broker.TuningFields() {
		if text := f.Read(t.Tuning); text != "" {
			flags = append(flags, dashed(tuningFlag(f.Name)), shellWord(text))
		}
	}
	return flags
}

// tuningFlag returns the option of a field. That of the listener is the one of pulsar-perf
// and of client.conf.
func tuningFlag(field string) string {
	if field == "listener" {
		return "listener-name"
	}
	return flagName(field)
}
