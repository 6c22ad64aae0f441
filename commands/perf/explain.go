package perf

import (
	"context"
	"errors"
	"slices"
	"strings"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session/broker"
)

// Line is the kind of what explain takes: a group, or a command line of pulsar-perf.
// groups is the kind of a group, for completion.
func Line(groups lang.Kind) lang.Kind {
	k := lang.TextKind()
	k.Sample = "fast"
	k.Doc = "a group, or a command line of pulsar-perf as it is typed in a system shell"
	k.Complete = func(s *lang.Scene) []lang.Suggestion { return suggestions(s, groups.Complete(s)) }
	return k
}

// Explain runs the command explain: a command line of pulsar-perf as lines of pulsh, or a
// group as a command line of pulsar-perf.
func Explain(ctx context.Context, c *host.Call) error {
	words := lang.ArgumentWords(c.Call, "line")
	if len(words) == 1 && !isProgram(words[0]) {
		return explainGroup(ctx, c, words[0])
	}
	if !slices.ContainsFunc(words, isProgram) && len(words) > 1 {
		return c.Refuse("line", "explain pulsar-perf produce -r 1000 orders", "no %s in this line: write it as it is typed in the system's shell", programName)
	}
	lines, notes, err := Translate(words, c.Config.Language.Commands)
	var wrong *fault
	if errors.As(err, &wrong) {
		return lang.RefusePart(c.Call, "line", wrong.part, correction(c, wrong), wrong.message)
	}
	if err != nil {
		return err
	}
	c.Print(lines)
	printNotes(c, notes)
	return nil
}

// correction is the line with the wrong part replaced, or an example.
func correction(c *host.Call, wrong *fault) string {
	example := c.Command.Examples[0]
	if wrong.part == "" {
		return example
	}
	words := lang.ArgumentWords(c.Call, "line")
	i := slices.Index(words, wrong.part)
	if i < 0 {
		return example
	}
	better := slices.Clone(words)
	if wrong.better == "" {
		return example
	}
	better[i] = wrong.better
	for j := range better {
		if j != i {
			better[j] = quoteForShell(better[j])
		}
	}
	line := strings.Join(better, " ")
	if _, _, err := Translate(strings.Fields(line), c.Config.Language.Commands); err != nil {
		return example
	}
	return c.WithArgument("line", line)
}

func printNotes(c *host.Call, notes []string) {
	for _, note := range notes {
		c.Say("· %s", note)
	}
}

func explainGroup(ctx context.Context, c *host.Call, name string) error {
	if strings.HasPrefix(name, "-") {
		return c.Refuse("line", c.Command.Examples[0], "%s is a flag: write the command line from %s on", name, programName)
	}
	g, err := c.GroupNamed(ctx, "line", name)
	if err != nil {
		return err
	}
	var target broker.Target
	if on, err := c.Env.Session.Clusters.Of(g.Cluster); err == nil {
		target = on.Target()
	}
	command, notes := describe(c, g.Name, target)
	if command == "" {
		return c.Refuse("line", "show "+name, "%s is neither a producer nor a consumer group, and %s has nothing like it", name, programName)
	}
	c.Say("%s", command)
	c.Say("pulsar-perf differs:")
	printNotes(c, notes)
	return nil
}

// describe returns what stands for a group, "" for a kind of group that has no equal.
func describe(c *host.Call, name string, target broker.Target) (command string, notes []string) {
	if group, ok := c.Env.Session.Producer(name); ok {
		return Producer(group, target)
	}
	if group, ok := c.Env.Session.Consumer(name); ok {
		return Consumer(group, target)
	}
	return "", nil
}
