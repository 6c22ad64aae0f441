package commands

import (
	"context"
	"strconv"
	"strings"

	"pulsh/commands/lang"
	"pulsh/graphs"
)

// historyShown is how many lines history shows if nothing is said: what fits on
// most screens with the graph.
const historyShown = 30

// historyCommand shows what was typed.
func historyCommand() lang.Command {
	return lang.Command{Name: "history", Section: profileSection,
		Params:  []lang.Param{{Name: "what", Kind: pastKind(), Rest: true, Optional: true}},
		Summary: "list the lines typed before",
		Detail: "A number is how many, any other text is what they must contain. !12 types the line of that number again, !! the last one, " +
			"!pro the newest that begins like that. Ctrl-R searches while one types. A line that begins with a blank is not kept.",
		Examples: []string{"history", "history 20", "history rate"}, Run: verb(history)}
}

// pastKind is a part of the history.
func pastKind() lang.Kind {
	k := lang.TextKind()
	k.Name, k.Sample, k.Doc = "COUNT|TEXT", "20", "how many lines, or what they contain"
	k.Complete = lang.Offer("20", "the last twenty", "100", "the last hundred")
	return k
}

func history(_ context.Context, c *call) error {
	if c.env.Lines == nil {
		return nil
	}
	lines := c.env.Lines()
	shown, what := historyShown, c.Text("what")
	if n, err := strconv.Atoi(what); err == nil && n > 0 {
		shown = n
	} else if what != "" {
		lines = containing(lines, what)
		shown = len(lines)
	}
	if len(lines) == 0 && what != "" {
		return c.Refuse("what", "history", "no line of the history has %q", what)
	}
	lines = lines[max(len(lines)-shown, 0):]
	for _, l := range lines {
		c.Say("%3d  %s", l.Number, graphs.Clean(l.Text))
	}
	return nil
}

// containing keeps the lines that have a text, in any case. The line that asks is
// none of them.
func containing(lines []TypedLine, text string) []TypedLine {
	var out []TypedLine
	lower := strings.ToLower(text)
	for i, l := range lines {
		asks := i == len(lines)-1 && strings.HasPrefix(l.Text, "history")
		if !asks && strings.Contains(strings.ToLower(l.Text), lower) {
			out = append(out, l)
		}
	}
	return out
}
