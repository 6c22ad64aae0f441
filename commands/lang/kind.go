package lang

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Kind is one kind of value: it reads itself, completes itself, and explains
// itself in help and in errors.
type Kind struct {
	Name     string // as usage and help write it
	Doc      string // a sentence for help
	Forms    string // ways to write it, beside a try line
	Sample   string // a value that is right nearly everywhere
	Parse    func(text string) (any, error)
	Complete func(*Scene) []Suggestion // nil completes nothing
	named    bool                      // complete lists all values that there are
	Mend     func(typed string) string // corrects a value where it can; may be nil
}

// text reads a value as it stands.
func AsText(text string) (any, error) { return text, nil }

// TextKind is the kind of a text with or without quotes.
func TextKind() Kind {
	return Kind{Name: "TEXT", Sample: "'before the fix'", Parse: AsText, Doc: "words, with or without quotes"}
}

// WordKind is the kind of one word from a list.
func WordKind() Kind {
	return Kind{Name: "WORD", Parse: AsText, Doc: "one of the words that completion shows"}
}

// Words is one of a closed list of words.
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

// Offer completes from pairs of a value and its description.
func Offer(pairs ...string) func(*Scene) []Suggestion {
	return func(*Scene) []Suggestion {
		var out []Suggestion
		for i := 0; i+1 < len(pairs); i += 2 {
			out = append(out, Suggestion{pairs[i], pairs[i+1]})
		}
		return out
	}
}

// Mend puts the nearest known name in place of every part of a value that pattern
// finds and that is none of the names.
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

// better is the value that was probably meant by one that is wrong.
func (k Kind) better(typed string) string {
	if k.Mend != nil {
		if mended := k.Mend(typed); mended != typed {
			if _, err := k.Parse(mended); err == nil {
				return mended
			}
		}
	}
	listed := k.named || strings.Contains(k.Forms, ", ") && !strings.ContainsAny(typed, "0123456789")
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
