package lang

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Kind is a kind of values: how they are parsed, completed and explained.
type Kind struct {
	Name     string   // in usage and help
	Aliases  []string // older names that help knows
	Doc      string   // for help, lower case, without a full stop
	Forms    string   // valid forms, for errors and help
	Range    string   // of the numbers among the values, such as 1 to 1000; "" for none
	Sample   string   // a value that is valid nearly everywhere
	Parse    func(text string) (any, error)
	Complete func(*Scene) []Suggestion // may be nil
	Listed   bool                      // Complete lists all values
	Mend     func(typed string) string // corrects a value if it can; may be nil
	Make     string                    // the command that makes such a value, for advice; may be ""
}

// Named reports whether name is the name of the kind or an older one, in upper or
// lower case.
func (k Kind) Named(name string) bool {
	return strings.EqualFold(k.Name, name) ||
		slices.ContainsFunc(k.Aliases, func(old string) bool { return strings.EqualFold(old, name) })
}

// AsText is the Parse of a text: every value is valid.
func AsText(text string) (any, error) { return text, nil }

// TextKind returns the kind TEXT.
func TextKind() Kind {
	return Kind{Name: "TEXT", Sample: "'before the fix'", Parse: AsText, Doc: "words, with or without quotes"}
}

// WordKind returns the kind WORD without a list of words.
func WordKind() Kind {
	return Kind{Name: "WORD", Parse: AsText, Doc: "one of the words that completion shows"}
}

// Words returns the kind WORD of a list of words.
func Words(list ...string) Kind {
	k := WordKind()
	k.Sample = list[0]
	k.Forms = strings.Join(list, ", ")
	k.Parse = func(text string) (any, error) {
		for _, w := range list {
			if w == text {
				return text, nil
			}
		}
		if len(list) == 1 {
			return nil, fmt.Errorf("%q is not %q", text, list[0])
		}
		return nil, fmt.Errorf("%q is none of %s", text, k.Forms)
	}
	k.Complete = func(*Scene) []Suggestion {
		var out []Suggestion
		for _, w := range list {
			out = append(out, Suggestion{Text: w})
		}
		return out
	}
	return k
}

// Offer returns a completion of pairs: a value and its description.
func Offer(pairs ...string) func(*Scene) []Suggestion {
	return func(*Scene) []Suggestion {
		var out []Suggestion
		for i := 0; i+1 < len(pairs); i += 2 {
			out = append(out, Suggestion{pairs[i], pairs[i+1]})
		}
		return out
	}
}

// Mend returns a function that replaces the parts of a value that match pattern and
// are unknown by the nearest of names.
func Mend(pattern *regexp.Regexp, names []string) func(typed string) string {
	return func(typed string) string {
		return pattern.ReplaceAllStringFunc(typed, func(found string) string {
			core := strings.Trim(found, ".(")
			if slices.Contains(names, core) {
				return found
			}
			better, ok := Nearest(core, names)
			if !ok {
				return found
			}
			return strings.Replace(found, core, better, 1)
		})
	}
}

// better returns a valid value near to a wrong one, else the sample.
func (k Kind) better(typed string) string {
	if k.Mend != nil {
		if mended := k.Mend(typed); mended != typed {
			if _, err := k.Parse(mended); err == nil {
				return mended
			}
		}
	}
	listed := k.Listed || strings.Contains(k.Forms, ", ") && !strings.ContainsAny(typed, "0123456789")
	if listed && k.Complete != nil {
		var offered []string
		for _, s := range k.Complete(&Scene{}) {
			offered = append(offered, s.Text)
		}
		if name, ok := Nearest(typed, offered); ok {
			return name
		}
	}
	return k.Sample
}
