package guide

import (
	"fmt"
	"slices"
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// wordKind is the kind of a value that is one of a few words.
const wordKind = "WORD"

// setting is a setting and the commands that take it with this meaning.
type setting struct {
	param    lang.Param
	commands []lang.Command
}

// settings returns the settings of all commands. Settings of one name with different
// meanings, as rate of producers and consumers, are several.
func settings(l *lang.Language) []setting {
	var out []setting
	for _, cmd := range l.Commands {
		for _, p := range cmd.Settings() {
			i := slices.IndexFunc(out, func(s setting) bool {
				return s.param.Name == p.Name && s.param.Doc == p.Doc && s.param.Kind.Name == p.Kind.Name
			})
			if i < 0 {
				out = append(out, setting{p, []lang.Command{cmd}})
			} else {
				out[i].commands = append(out[i].commands, cmd)
			}
		}
	}
	return out
}

// meaning returns what a setting means, with its words if it has some.
func meaning(p lang.Param) string {
	if p.Kind.Name != wordKind || p.Kind.Forms == "" {
		return p.Doc
	}
	for _, word := range strings.Split(p.Kind.Forms, ", ") {
		if !strings.Contains(p.Doc, word) {
			return p.Doc + ": " + p.Kind.Forms
		}
	}
	return p.Doc
}

// aboutSetting returns the help for the settings of a name.
func aboutSetting(l *lang.Language, name string) []string {
	var out []string
	for _, s := range settings(l) {
		if s.param.Name == name {
			out = append(out, s.help()...)
		}
	}
	return out
}

// help returns the help for a setting.
func (s setting) help() []string {
	p := s.param
	out := append([]string{p.Name + "=" + p.Kind.Name}, indented("  ", meaning(p))...)
	if p.Kind.Name != wordKind {
		values := p.Kind.Doc
		if p.Kind.Forms != "" && !strings.Contains(values, p.Kind.Forms) {
			values += " (" + p.Kind.Forms + ")"
		}
		out = append(out, indented("  "+p.Kind.Name+"  ", values)...)
	}
	if p.Kind.Range != "" {
		out = append(out, "  range    "+p.Kind.Range)
	}
	if p.Default != "" {
		out = append(out, "  default  "+p.Default)
	}
	if p.Change != "" {
		out = append(out, indented("  a change  ", p.Change)...)
	}
	var names []string
	for _, cmd := range s.commands {
		names = append(names, cmd.Name)
	}
	out = append(out, indented("  for  ", strings.Join(names, ", "))...)
	if example := s.example(); example != "" {
		out = append(out, "  example  "+example)
	}
	return out
}

// example returns a line that sets the setting: one of the examples of its commands, or
// the first of them with the value of the kind.
func (s setting) example() string {
	for _, cmd := range s.commands {
		for _, e := range cmd.Examples {
			if strings.Contains(" "+e, " "+s.param.Name+"=") {
				return e
			}
		}
	}
	cmd := s.commands[0]
	if s.param.Kind.Sample == "" || len(cmd.Examples) == 0 {
		return ""
	}
	for _, e := range cmd.Examples {
		if !strings.Contains(e, "=") {
			return e + " " + s.param.Name + "=" + s.param.Kind.Sample
		}
	}
	return cmd.Examples[0] + " " + s.param.Name + "=" + s.param.Kind.Sample
}

// figure is a metric, and the groups that have it.
type figure struct {
	snapshot.Figure
	owners []string
}

// figures returns all metrics. Those of one name with different meanings are several.
func figures() []figure {
	var out []figure
	for _, of := range []struct {
		owner string
		list  []snapshot.Figure
	}{
		{"fast", snapshot.GroupFigures(snapshot.Produce)}, {"sub1", snapshot.GroupFigures(snapshot.Consume)},
		{snapshot.TotalGroup, snapshot.TotalFigures()}, {snapshot.ProcessGroup, snapshot.ProcessFigures()},
	} {
		for _, f := range of.list {
			i := slices.IndexFunc(out, func(o figure) bool { return o.Name == f.Name && o.Doc == f.Doc })
			if i < 0 {
				out = append(out, figure{f, []string{of.owner}})
			} else {
				out[i].owners = append(out[i].owners, of.owner)
			}
		}
	}
	return out
}

// limits are values for examples, by unit.
var limits = map[spec.Unit]string{
	spec.PerSecond: ">1k", spec.BytesPerSecond: ">1MB/s", spec.Bytes: "<1GiB", spec.Nanoseconds: "<20ms", spec.Percent: "<80%",
}

// aboutLatency returns the help for a distribution of latencies, such as lag, which by
// itself is no metric: its p99 and its other metrics.
func aboutLatency(name string) []string {
	if _, rest, dotted := strings.Cut(name, "."); dotted { // after a group
		name = rest
	}
	if !slices.ContainsFunc(figures(), func(f figure) bool { return f.Name == name+".p99" }) {
		return nil
	}
	var others []string
	for _, f := range figures() {
		if rest, ok := strings.CutPrefix(f.Name, name+"."); ok && rest != "p99" && !slices.Contains(others, f.Name) {
			others = append(others, f.Name)
		}
	}
	return append(aboutMetric(name+".p99"), indented("  also  ", strings.Join(others, ", "))...)
}

// aboutMetric returns the help for the metrics of a name, with or without a group before
// it.
func aboutMetric(name string) []string {
	if group, rest, dotted := strings.Cut(name, "."); dotted && group != "" && !slices.ContainsFunc(figures(), func(f figure) bool { return f.Name == name }) {
		name = rest
	}
	var out []string
	for _, f := range figures() {
		if f.Name != name {
			continue
		}
		limit := limits[f.Unit]
		if limit == "" {
			limit = "<10"
		}
		metric := f.owners[0] + "." + f.Name
		out = append(out, fmt.Sprintf("%s (metric)", strings.Join(f.owners, "."+f.Name+", ")+"."+f.Name))
		out = append(out, indented("  ", f.Doc)...)
		if unit := string(f.Unit); unit != "" {
			out = append(out, "  unit  "+unit)
		}
		out = append(out, "  example  expect "+metric+limit, "  example  graph "+metric)
	}
	return out
}
