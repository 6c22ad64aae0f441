package look

import (
	"context"
	"strconv"
	"strings"

	"pulsh/commands/host"
	"pulsh/graphs"
)

// historyShown is the default number of lines: they fit on most screens with the
// graph.
const historyShown = 30

// History runs the command history: list previous commands.
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
		return c.Refuse("what", "history", "no command in the history contains %q", what)
	}
	lines = lines[max(len(lines)-shown, 0):]
	for _, l := range lines {
		c.Say("%3d  %s", l.Number, graphs.Clean(l.Text))
	}
	return nil
}

// containing returns the lines that contain a text, in upper or lower case, without
// the history command that asks.
func containing(lines []host.TypedLine, text string) []host.TypedLine {
	var out []host.TypedLine
	lower := strings.ToLower(text)
	for i, l := range lines {
		isAsking := i == len(lines)-1 && strings.HasPrefix(l.Text, "history")
		if !isAsking && strings.Contains(strings.ToLower(l.Text), lower) {
			out = append(out, l)
		}
	}
	return out
}
