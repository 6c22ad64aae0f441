package commands

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/commands/guide"
	"pulsh/commands/host"
	"pulsh/graphs"
	"pulsh/session"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// helpOn returns the answer of help.
func helpOn(t *testing.T, topic string) []string {
	t.Helper()
	var out strings.Builder
	s := session.New(nil)
	defer s.Close(context.WithoutCancel(t.Context()))
	require.NoError(t, New(host.Env{Session: s}).Execute(t.Context(), strings.TrimSpace("help "+topic), &out), topic)
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

// TestHelpFitsOneScreen: the names of all commands stand on 80 columns and 22 rows, so
// that the line that asked and the prompt stay in sight.
func TestHelpFitsOneScreen(t *testing.T) {
	lines := helpOn(t, "")
	require.LessOrEqual(t, len(lines), 22)
	text := strings.Join(lines, " ")
	for _, line := range lines {
		require.LessOrEqual(t, graphs.Width(line), 80)
	}
	for _, cmd := range language().Commands {
		for _, word := range strings.Fields(cmd.Name) {
			require.Contains(t, text, word)
		}
	}
	require.Len(t, helpOn(t, "all"), len(language().Commands)+len(language().Sections))
}

// TestEverySettingHasItsHelp: the default shown is the one in force, a word lists its
// words, and the example runs.
func TestEverySettingHasItsHelp(t *testing.T) {
	defaults := map[string][]string{}
	producer, consumer, session := spec.DefaultProducer("NAME"), spec.DefaultConsumer("NAME"), spec.DefaultPreferences()
	for _, s := range spec.ProducerSettings() {
		defaults[s.Name] = append(defaults[s.Name], s.Get(&producer))
	}
	for _, s := range spec.ConsumerSettings() {
		defaults[s.Name] = append(defaults[s.Name], s.Get(&consumer))
	}
	for _, s := range spec.PreferenceSettings() {
		defaults[s.Name] = append(defaults[s.Name], s.Get(&session))
	}
	for _, cmd := range language().Commands {
		for _, p := range cmd.Settings() {
			lines := helpOn(t, "setting "+p.Name)
			text := strings.Join(strings.Fields(strings.Join(lines, " ")), " ")
			if p.Default != "" {
				require.Contains(t, defaults[p.Name], p.Default, "%s %s", cmd.Name, p.Name)
				require.Contains(t, text, "default "+p.Default)
			}
			if p.Kind.Name == "WORD" {
				for _, word := range strings.Split(p.Kind.Forms, ", ") {
					require.Contains(t, text, word, "%s %s", cmd.Name, p.Name)
				}
				require.NotEmpty(t, p.Kind.Complete, "%s %s", cmd.Name, p.Name)
			}
			for _, line := range lines {
				if example, ok := strings.CutPrefix(line, "    example  "); ok {
					require.True(t, language().Valid(example), example)
				} else {
					require.LessOrEqual(t, graphs.Width(line), 80, line)
				}
			}
			require.NotEmpty(t, helpOn(t, p.Name))
		}
	}
	for _, cmd := range language().Commands {
		for _, p := range cmd.Positional() {
			if p.Kind.Name == "WORD" {
				require.NotEmpty(t, p.Kind.Forms, "%s: %s lists no words", cmd.Name, p.Name)
			}
		}
	}
}

// TestEveryMetricHasItsHelp explains each by its name and with a group before it.
func TestEveryMetricHasItsHelp(t *testing.T) {
	for group, list := range map[string][]snapshot.Figure{
		"fast": snapshot.GroupFigures(snapshot.Produce), "sub1": snapshot.GroupFigures(snapshot.Consume),
		"total": snapshot.TotalFigures(), "process": snapshot.ProcessFigures(),
	} {
		for _, f := range list {
			text := strings.Join(strings.Fields(strings.Join(helpOn(t, "metric "+f.Name), " ")), " ")
			require.Contains(t, text, strings.Join(strings.Fields(f.Doc), " "))
			require.NotEmpty(t, helpOn(t, group+"."+f.Name))
			for _, line := range helpOn(t, "metric "+f.Name) {
				if example, ok := strings.CutPrefix(line, "    example  "); ok {
					require.True(t, language().Valid(example), example)
				}
			}
		}
	}
}

// TestTheWordUnderTheCursor is what F1 explains; | is the cursor.
func TestTheWordUnderTheCursor(t *testing.T) {
	for line, want := range map[string]string{
		"|":                   "",
		"see|k":               "seek GROUP",
		"topic|":              "topic create",
		"produce start fa|st": "NAME  a name for a group",
		"produce start fast rate=5k ba|tch=1 size=1KiB": "batch=COUNT",
		"produce start fast batch=|":                    "batch=COUNT",
		"consume start sub1 rate=5|k":                   "rate=SHAPE",
		"expect fast.p9|9<20ms":                         "fast.p99 (metric)",
		"mark a; graph fast.ra|te":                      "fast.rate, total.rate (metric)",
		"seek sub1 -5|m":                                "of  seek GROUP",
		"set session p99-warn|=20ms":                    "p99-warn=DURATION",
		"nonsense|":                                     "",
	} {
		cursor := strings.IndexByte(line, '|')
		got := guide.Word(language(), strings.Replace(line, "|", "", 1), cursor)
		if want == "" {
			require.Empty(t, got, line)
			continue
		}
		require.Contains(t, strings.Join(got, "\n"), want, line)
		require.LessOrEqual(t, len(got), 16, line)
	}
}

// TestOffersOfSettingsAreValid: each value that completion offers is accepted, or is the
// beginning of one.
func TestOffersOfSettingsAreValid(t *testing.T) {
	c := New(host.Env{})
	for _, cmd := range language().Commands {
		for _, p := range cmd.Settings() {
			line := cmd.Examples[0] + " " + p.Name + "="
			offers, _ := c.Complete(line, len(line))
			for _, o := range offers {
				value := strings.TrimPrefix(o.Text, p.Name+"=")
				if strings.HasSuffix(value, "/") || strings.HasSuffix(value, ".") || strings.HasSuffix(value, "(") || p.Kind.Parse == nil {
					continue
				}
				_, err := p.Kind.Parse(value)
				require.NoError(t, err, line+value)
			}
		}
	}
}

// TestHelpKnowsTheLatenciesByTheirNames: latency, lag and the others are words of graph
// and hist, and no metrics without .p99 or the like.
func TestHelpKnowsTheLatenciesByTheirNames(t *testing.T) {
	for topic, want := range map[string]string{
		"latency": "fast.latency.p99 (metric)", "service": "fast.service.p99 (metric)", "lag": "fast.lag.p99 (metric)", "fast.lag": "fast.lag.p99 (metric)",
		"e2e": "sub1.e2e.p99 (metric)", "processing": "sub1.processing.p99 (metric)",
	} {
		lines := helpOn(t, topic)
		require.Contains(t, lines[0], want)
		require.Contains(t, strings.Join(lines, "\n"), "also  ")
	}
	var out strings.Builder
	s := session.New(nil)
	defer s.Close(context.WithoutCancel(t.Context()))
	for _, topic := range []string{"nope", "fast", "fast.nope"} {
		require.ErrorContains(t, New(host.Env{Session: s}).Execute(t.Context(), "help "+topic, &out), "no help for", topic)
	}
}
