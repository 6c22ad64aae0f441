package look

import (
	"context"
	"strconv"
	"strings"

	"pulsh/commands/host"
	"pulsh/graphs"
)

// historyShown is how many lines history shows if nothing is said: what fits on
// most screens with the graph.
const historyShown = 30

// History runs the command history: list the lines typed before.
func History(_ context.Context, c *host.Call) error {
	if c.Env.Lines == nil {
		return nil
	}
	lines := c.Env.Lines()
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
func containing(lines []host.TypedLine, text string) []host.TypedLine {
	var out []host.TypedLine
	lower := strings.ToLower(text)
	for i, l := range lines {
		asks := i == len(lines)-1 && strings.HasPrefix(l.Text, "history")
		if !asks && strings.Contains(strings.ToLower(l.Text), lower) {
			out = append(out, l)
		}
	}
	return out
}
