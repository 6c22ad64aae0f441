package perf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/spec"
)

// The commands of pulsh that the lines begin with.
const (
	connectVerb   = "connect"
	produceVerb   = "produce start"
	consumeVerb   = "consume start"
	readVerb      = "read start"
	transformVerb = "transform"
	sessionVerb   = "set session"
)

// setting is a setting of a line.
type setting struct{ name, value string }

func (s setting) String() string { return s.name + "=" + lang.Quote(s.value) }

// plan becomes the lines of pulsh.
type plan struct {
	*arguments
	rows    []lang.Command // of pulsh
	verb    string         // of the line that starts the group
	group   string
	start   []setting // of the group
	connect []setting
	session []setting
	url     string
	before  []string
	after   []string
	more    []string // further groups, as whole lines
	notes   []string
	// histogram is a file for the distributions, ends whether the group stops by itself
	// for a reason that no common flag has.
	histogram string
	ends      bool
}

// note adds a sentence.
func (p *plan) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(p.notes, text) {
		p.notes = append(p.notes, text)
	}
}

// row returns a command of pulsh, nil if there is none of the name.
func (p *plan) row(name string) *lang.Command {
	i := slices.IndexFunc(p.rows, func(c lang.Command) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &p.rows[i]
}

// settingOf returns a setting of a command, nil if there is none.
func settingOf(rows []lang.Command, verb, name string) *lang.Param {
	for _, c := range rows {
		if c.Name != verb {
			continue
		}
		for _, param := range c.Settings() {
			if param.Name == name {
				return &param
			}
		}
	}
	return nil
}

// value returns the value of a flag: the typed one, the standard one, or "".
func (p *plan) value(name string) string {
	f := p.program.find(name)
	if f == nil {
		return ""
	}
	if v, ok := p.values[f]; ok {
		return v
	}
	return f.standard
}

// given reports whether a flag was typed.
func (p *plan) given(name string) bool {
	f := p.program.find(name)
	if f == nil {
		return false
	}
	_, ok := p.values[f]
	return ok
}

// number returns the value of a flag that is a whole number, which was checked before.
func (p *plan) number(name string, otherwise int) int {
	n, err := strconv.Atoi(p.value(name))
	if err != nil {
		return otherwise
	}
	return n
}

// add sets the setting of a flag.
func (p *plan) add(f *flag, value string) error { return p.addTo(f, f.verb, f.setting, value) }

// place finds the command that has a setting: the one given, else connect or set session.
// names may be several with | between them, of which the first that exists counts.
func place(rows []lang.Command, verb, names string) (at, name string, param *lang.Param) {
	for _, at := range []string{verb, connectVerb, sessionVerb} {
		for name := range strings.SplitSeq(names, "|") {
			if param := settingOf(rows, at, name); param != nil {
				return at, name, param
			}
		}
	}
	name, _, _ = strings.Cut(names, "|")
	return verb, name, nil
}

// addTo sets a setting of a command of pulsh because of a flag. A setting that the table
// does not have is told; a value that it refuses is an error of the flag.
func (p *plan) addTo(f *flag, verb, names, value string) error {
	if verb == "" {
		verb = p.verb
	}
	_, typed := p.values[f]
	verb, name, param := place(p.rows, verb, names)
	if param == nil {
		if typed {
			p.note("%s: %s has no setting %s", f.name(), verb, name)
		}
		return nil
	}
	if param.Kind.Parse != nil {
		if _, err := param.Kind.Parse(value); err != nil {
			return refuse(f.name(), "%s: %s", f.name(), err)
		}
	}
	into := &p.start
	switch {
	case verb == connectVerb:
		into = &p.connect
	case verb == sessionVerb:
		into = &p.session
	case !typed && param.Default == value:
		return nil
	}
	put(into, setting{name, value})
	return nil
}

// put adds a setting, or replaces the one of its name.
func put(into *[]setting, s setting) {
	for i := range *into {
		if (*into)[i].name == s.name {
			(*into)[i] = s
			return
		}
	}
	*into = append(*into, s)
}

// apply goes through the flags in the order of their table.
func (p *plan) apply() error {
	for _, f := range p.program.flags {
		value, typed := p.values[f]
		if !typed {
			value = f.standard
		}
		if value == "" && !typed {
			continue
		}
		var err error
		switch {
		case f.why != "":
			p.note("%s: %s", strings.Join(f.names, ", "), f.why)
		case f.do != nil:
			err = f.do(p, f, value)
		case f.convert != nil:
			var converted string
			if converted, err = f.convert(value); err != nil {
				err = refuse(value, "%s: %s", f.name(), err)
			} else if converted != "" {
				err = p.add(f, converted)
			}
		default:
			err = p.add(f, value)
		}
		if err != nil {
			return offer(err, f, value)
		}
	}
	return nil
}

// offer adds a value that is valid to an error of a value.
func offer(err error, f *flag, value string) error {
	wrong, ok := err.(*fault)
	if !ok || wrong.better != "" || f.sample == "" {
		return err
	}
	better := *wrong
	if wrong.part == value || wrong.part == f.name() {
		better.part, better.better = value, f.sample
	}
	return &better
}

// lines returns the lines of pulsh.
func (p *plan) lines() []string {
	var out []string
	if len(p.connect) > 0 && p.url == "" {
		p.url = "pulsar://localhost:6650"
	}
	if p.url != "" {
		out = append(out, line(connectVerb+" "+lang.Quote(p.url), p.connect))
	}
	if len(p.session) > 0 {
		out = append(out, line(sessionVerb, p.session))
	}
	out = append(out, p.before...)
	if p.group != "" {
		out = append(out, line(p.verb+" "+p.group, p.start))
	}
	return append(append(out, p.more...), p.after...)
}

func line(begin string, settings []setting) string {
	for _, s := range settings {
		begin += " " + s.String()
	}
	return begin
}

// groupName makes the name of a group from that of a topic or a subscription.
func groupName(text string) string {
	if topic, err := broker.ParseTopic(text); err == nil {
		text = topic.Leaf()
	}
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, text)
	if name == "" || strings.ContainsAny(name[:1], "0123456789-_") {
		name = "g" + name
	}
	name = name[:min(len(name), 32)]
	if spec.CheckName(name) != nil {
		name = name[:min(len(name), 27)] + "-load"
	}
	return name
}

// Translate returns a command line of pulsar-perf as lines of pulsh, and sentences about
// what has no equal. rows are the commands of pulsh.
func Translate(words []string, rows []lang.Command) (lines, notes []string, err error) {
	a, err := readArguments(words)
	if err != nil {
		return nil, nil, err
	}
	p := &plan{arguments: a, rows: rows}
	if err := a.program.build(p); err != nil {
		return nil, nil, err
	}
	if a.rest != "" {
		p.note("%s is for the system's shell", a.rest)
	}
	return p.lines(), p.notes, nil
}
