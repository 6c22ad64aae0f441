package pacing

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// errForm reports a wrong number or wrong names of arguments. The user is then
// shown the part's example.
var errForm = errors.New("not the form of this part")

// arguments are the arguments of a part, between its parentheses. Its methods
// take one argument after the other and keep the first error.
type arguments struct {
	words   []string
	options map[string]string
	last    string // the word taken last
	depth   int    // the number of shapes around the part
	err     error
}

// newArguments splits the text between the parentheses at its commas, except
// those inside further parentheses.
func newArguments(inner string, depth int) (*arguments, error) {
	a := &arguments{options: map[string]string{}, depth: depth}
	fields, err := splitFields(inner)
	if err != nil {
		return nil, err
	}
	for _, field := range fields {
		name, value, named := strings.Cut(field, "=")
		named = named && !strings.Contains(name, "(")
		switch _, twice := a.options[name]; {
		case !named && len(a.options) > 0:
			return nil, fmt.Errorf("%q must come before the options", field)
		case !named:
			a.words = append(a.words, field)
		case twice:
			return nil, fmt.Errorf("%s= is given twice", name)
		default:
			a.options[name] = value
		}
	}
	return a, nil
}

// splitFields splits text at each comma outside parentheses.
func splitFields(text string) ([]string, error) {
	var fields []string
	depth, start := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return nil, fmt.Errorf("%q is not a shape", text)
			}
		case ',':
			if depth == 0 {
				fields = append(fields, strings.TrimSpace(text[start:i]))
				start = i + 1
			}
		}
	}
	return append(fields, strings.TrimSpace(text[start:])), nil
}

// fail keeps the first error.
func (a *arguments) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}

// left reports whether there are arguments that were not taken.
func (a *arguments) left() bool { return len(a.words)+len(a.options) > 0 }

// word takes the next positional argument.
func (a *arguments) word() string {
	if len(a.words) == 0 {
		a.fail(errForm)
		return ""
	}
	a.last, a.words = a.words[0], a.words[1:]
	return a.last
}

// rate takes the next argument as a rate.
func (a *arguments) rate() Rate { return a.readRate(a.word()) }

func (a *arguments) readRate(text string) Rate {
	if a.err != nil {
		return 0
	}
	r, err := ParseRate(text)
	if err != nil {
		a.fail(err)
	}
	return r
}

// readLevel reads a rate that may be 0.
func (a *arguments) readLevel(text string) Rate {
	if value, ok := parsePer(text); ok && value == 0 {
		return 0
	}
	return a.readRate(text)
}

// span takes the next argument as a duration of at least shortest.
func (a *arguments) span(shortest time.Duration) time.Duration {
	return a.readSpan(a.word(), shortest)
}

// option takes a named duration, or absent if it was not given.
func (a *arguments) option(name string, shortest, absent time.Duration) time.Duration {
	text, given := a.options[name]
	if !given {
		return absent
	}
	delete(a.options, name)
	return a.readSpan(text, shortest)
}

func (a *arguments) readSpan(text string, shortest time.Duration) time.Duration {
	if a.err != nil {
		return shortest
	}
	d, err := ParseDuration(text)
	switch {
	case err != nil:
		a.fail(err)
	case d < shortest:
		a.fail(fmt.Errorf("%q is too short; at least %s", text, FormatDuration(shortest)))
	case d > longestSpan:
		a.fail(fmt.Errorf("%q is too long; at most %s", text, FormatDuration(longestSpan)))
	}
	return max(d, shortest)
}
