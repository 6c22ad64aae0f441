// Package guide explains the language at the prompt: the command help, and the word
// under the cursor. It reads the table of commands and the list of figures, so that
// help never differs from what runs.
package guide

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pulsh/commands/lang"
	"pulsh/graphs"
)

// The words before a name that is also one of another kind of topic.
const (
	settingWord = "setting "
	metricWord  = "metric "
	allWord     = "all"
	keysWord    = "keyboard"
)

// Topic returns the kind of the topics of help. of returns the language; it is called
// when a line is read.
func Topic(of func() *lang.Language) lang.Kind {
	return lang.Kind{Name: "TOPIC", Sample: allWord, Listed: true,
		Complete: func(s *lang.Scene) []lang.Suggestion { return following(topics(of()), s.Words) },
		Doc:      "a command or its first word, a section, a setting, a metric, a kind of value such as RATE, all, or keyboard",
		Parse: func(text string) (any, error) {
			if len(about(of(), text)) == 0 {
				return nil, fmt.Errorf("no help for %q", text)
			}
			return text, nil
		}}
}

// following returns the rests of the topics that begin with words.
func following(topics []lang.Suggestion, words []string) []lang.Suggestion {
	if len(words) == 0 {
		return topics
	}
	begin := strings.Join(words, " ") + " "
	var out []lang.Suggestion
	for _, s := range topics {
		name := s.Text
		if begin == settingWord && strings.HasPrefix(s.Description, "setting: ") || begin == metricWord && strings.HasPrefix(s.Description, "metric: ") {
			name = begin + name
		}
		if rest, ok := strings.CutPrefix(name, begin); ok {
			out = append(out, lang.Suggestion{Text: rest, Description: s.Description})
		}
	}
	return out
}

// topics returns all topics of help.
func topics(l *lang.Language) []lang.Suggestion {
	var out []lang.Suggestion
	add := func(text, doc string) {
		if !slices.ContainsFunc(out, func(s lang.Suggestion) bool { return s.Text == text }) {
			out = append(out, lang.Suggestion{Text: text, Description: doc})
		}
	}
	for _, cmd := range l.Commands {
		if first, _, more := strings.Cut(cmd.Name, " "); more && first != cmd.Name {
			add(first, "all commands that begin with this word")
		}
		add(cmd.Name, cmd.Summary)
	}
	for _, s := range l.Sections {
		add(string(s), "a section")
	}
	for _, s := range settings(l) {
		add(s.param.Name, "setting: "+s.param.Doc)
	}
	for _, f := range figures() {
		add(f.Name, "metric: "+f.Doc)
	}
	for _, k := range l.Kinds {
		add(k.Name, k.Doc)
	}
	add(keysWord, "what the keys do")
	add(allWord, "every command with its summary")
	return out
}

// Help runs the command help: it explains the argument about, or lists the commands.
func Help(_ context.Context, c *lang.Call) error {
	l := c.Config.Language
	text := c.Text("about")
	if text == "" {
		c.Print(overview(l))
		return nil
	}
	lines := about(l, text)
	if len(lines) == 0 {
		return c.Refuse("about", "help", "no help for %q", text)
	}
	c.Print(lines)
	return nil
}

// about returns the help for a topic, nothing if there is none.
func about(l *lang.Language, text string) []string {
	switch {
	case text == keysWord:
		return l.Keys
	case text == allWord:
		return everything(l)
	case strings.HasPrefix(text, settingWord):
		return aboutSetting(l, strings.TrimPrefix(text, settingWord))
	case strings.HasPrefix(text, metricWord):
		return aboutMetric(strings.TrimPrefix(text, metricWord))
	}
	setting, metric := aboutSetting(l, text), aboutMetric(text)
	if len(metric) == 0 {
		metric = aboutLatency(text)
	}
	if lines := aboutCommand(l, text); len(lines) > 0 {
		var also []string
		if len(setting) > 0 {
			also = append(also, "help "+settingWord+text)
		}
		if len(metric) > 0 {
			also = append(also, "help "+metricWord+text)
		}
		if len(also) > 0 {
			lines = append(lines, "see also  "+strings.Join(also, ", "))
		}
		return lines
	}
	if lines := slices.Concat(setting, metric); len(lines) > 0 {
		return lines
	}
	var kinds []string
	for _, k := range l.Kinds { // several kinds are named FILE
		if k.Named(text) {
			kinds = append(kinds, aboutKind(l, k)...)
		}
	}
	return kinds
}

// aboutCommand returns the help for a command, for the commands that begin with a word,
// or for a section.
func aboutCommand(l *lang.Language, text string) []string {
	var found []lang.Command
	var exact []string
	for _, cmd := range l.Commands {
		for _, name := range append([]string{cmd.Name}, cmd.Aliases...) {
			if name == text {
				exact = command(cmd)
			}
			if strings.HasPrefix(name, text+" ") || strings.EqualFold(text, string(cmd.Section)) {
				found = append(found, cmd)
			}
		}
	}
	if exact == nil || len(found) == 0 {
		return append(exact, list(l, found)...)
	}
	exact = append(exact, "see also")
	for _, line := range list(l, found) {
		exact = append(exact, "  "+line)
	}
	return exact
}

// command returns the help for one command.
func command(c lang.Command) []string {
	out := []string{c.Usage(), "  " + c.Summary}
	for _, line := range wrap(c.Detail, lang.AnswerWidth-2) {
		out = append(out, "  "+line)
	}
	for _, p := range c.Positional() {
		doc := p.Kind.Doc
		if p.Kind.Name == wordKind && p.Kind.Forms != "" {
			doc = p.Kind.Forms
		}
		if p.Kind.Range != "" {
			doc += "; " + p.Kind.Range
		}
		out = append(out, indented("  "+p.Kind.Name+": ", doc)...)
	}
	var rows [][]string
	for _, p := range c.Settings() {
		rows = append(rows, []string{"  " + p.Name + "=", p.Kind.Name, p.Default, meaning(p)})
	}
	if len(rows) > 0 {
		head := "settings"
		if slices.ContainsFunc(c.Settings(), func(p lang.Param) bool { return p.Default != "" }) {
			head += ", with their defaults; help SETTING says more"
		}
		out = append(append(out, head), graphs.Table(nil, rows, nil, 0)...)
	}
	out = append(out, "examples")
	for _, e := range c.Examples {
		out = append(out, "  "+e)
	}
	return out
}

// aboutKind returns the help for a kind: its meaning, forms and commands.
func aboutKind(l *lang.Language, k lang.Kind) []string {
	out := indented(k.Name+": ", k.Doc)
	if k.Forms != "" {
		out = append(out, indented("  written ", k.Forms)...)
	}
	var users []string
	for _, cmd := range l.Commands {
		for _, p := range cmd.Params {
			if p.Kind.Name == k.Name && p.Kind.Doc == k.Doc && !slices.Contains(users, cmd.Name) {
				users = append(users, cmd.Name)
			}
		}
	}
	if len(users) > 0 {
		out = append(out, indented("  for ", strings.Join(users, ", "))...)
	}
	return out
}

// indented returns head and text, with the further lines of the text below its first.
func indented(head, text string) []string {
	lines := wrap(text, max(lang.AnswerWidth-graphs.Width(head), lang.AnswerWidth/2))
	for i := range lines {
		if i == 0 {
			lines[i] = head + lines[i]
		} else {
			lines[i] = strings.Repeat(" ", graphs.Width(head)) + lines[i]
		}
	}
	return lines
}

// wrap breaks text between words so that no line is wider than width cells.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && graphs.Width(line)+1+graphs.Width(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line == "" {
		return lines
	}
	return append(lines, line)
}

// Word explains what is at a place of a line that is being typed, in a few lines: a
// setting, a value, a metric or a command. It returns nothing on an empty line.
func Word(l *lang.Language, text string, cursor int) []string {
	word, cmd, param := l.At(text, cursor)
	if strings.Contains(word, ".") {
		metric := word
		if end := strings.IndexAny(word, "<>=!"); end >= 0 {
			metric = word[:end]
		}
		if lines := aboutMetric(metric); len(lines) > 0 {
			return lines
		}
	}
	switch {
	case cmd == nil:
		return briefly(aboutCommand(l, word))
	case param == nil:
		return briefly(command(*cmd))
	case param.Keyed:
		for _, s := range settings(l) {
			if s.param.Name == param.Name && s.param.Doc == param.Doc {
				return s.help()
			}
		}
	}
	doc := param.Kind.Doc
	if param.Kind.Name == wordKind && param.Kind.Forms != "" {
		doc = param.Kind.Forms
	}
	return append(indented(param.Kind.Name+"  ", doc), "of  "+cmd.Usage())
}

// brief is how many lines of help fit above a line that is being typed.
const brief = 12

func briefly(lines []string) []string {
	if len(lines) <= brief {
		return lines
	}
	return append(lines[:brief:brief], "…")
}
