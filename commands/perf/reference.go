package perf

import (
	"fmt"
	"slices"
	"strings"

	"pulsh/commands/lang"
	"pulsh/commands/manual"
)

// verbs are the commands of pulsh that stand for those of pulsar-perf.
func verbs() map[string]string {
	return map[string]string{"produce": produceVerb, "consume": consumeVerb, "read": readVerb, "transaction": transformVerb, "websocket-producer": produceVerb}
}

// equal is what to type for a flag of a command, or why there is nothing. rows are the
// commands of pulsh; nil asks none of them.
func (f *flag) equal(rows []lang.Command, program string) string {
	if f.why != "" {
		return "no equal: " + f.why
	}
	typed := f.typed
	if typed == "" {
		typed = "`" + firstName(f.setting) + "=" + f.value + "`"
	}
	if f.setting == "" || rows == nil {
		return typed
	}
	verb := f.verb
	if verb == "" {
		verb = verbs()[program]
	}
	if verb != connectVerb && !hasRow(rows, verb) { // as the plans do
		verb = consumeVerb
	}
	at, name, param := place(rows, verb, f.setting)
	switch {
	case param == nil:
		return fmt.Sprintf("no equal: `%s` has no setting `%s`", verb, name)
	case at != verb:
		return "`" + at + " " + name + "=`"
	case verb == connectVerb && f.typed == "":
		return "`connect URL " + name + "=" + f.value + "`"
	}
	return strings.ReplaceAll(typed, "`"+firstName(f.setting)+"=", "`"+name+"=")
}

func firstName(names string) string {
	first, _, _ := strings.Cut(names, "|")
	return first
}

func hasRow(rows []lang.Command, name string) bool {
	return slices.ContainsFunc(rows, func(c lang.Command) bool { return c.Name == name })
}

// Reference is the section of the command reference for those who know pulsar-perf: each
// flag with what to type here.
func Reference(rows []lang.Command) string {
	var b strings.Builder
	b.WriteString("## From pulsar-perf\n\n`explain` followed by a command line of pulsar-perf prints the lines that do the same, and `explain GROUP` the command line that is nearest to a group. " +
		"Defaults that differ are part of the lines. Flags of all commands are listed once, at the end.\n\n")
	shared := map[string]bool{}
	for _, f := range commonFlags() {
		shared[f.name()] = true
	}
	table := func(heading string, program string, flags []*flag) {
		fmt.Fprintf(&b, "| %s | here |\n| --- | --- |\n", heading)
		for _, f := range flags {
			text := "`" + strings.Join(f.names, "`, `") + "`"
			if f.value != "" {
				text += " " + f.value
			}
			fmt.Fprintf(&b, "| %s | %s |\n", manual.Cell(text), manual.Cell(f.equal(rows, program)))
		}
		b.WriteString("\n")
	}
	for _, c := range programs() {
		own := slices.DeleteFunc(slices.Clone(c.flags), func(f *flag) bool { return shared[f.name()] && f.why == "" || isShared(f) })
		table(fmt.Sprintf("`%s %s`", programName, c.name), c.name, own)
	}
	table("all commands", "produce", commonFlags())
	b.WriteString("Without an equal: ")
	var names []string
	for name := range others() {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		names[i] = "`" + name + "` (" + others()[name] + ")"
	}
	b.WriteString(strings.Join(names, ", ") + ".\n\n")
	return b.String()
}

// isShared reports whether all commands have the flag.
func isShared(f *flag) bool {
	return slices.ContainsFunc(commonFlags(), func(o *flag) bool { return slices.Equal(o.names, f.names) && o.typed == f.typed && o.why == f.why })
}
