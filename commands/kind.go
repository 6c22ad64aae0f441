package commands

import (
	"fmt"
	"strings"
)

// kind is one kind of value: it reads itself, completes itself, and explains
// itself in help and in errors.
type kind struct {
	name     string // as usage and help write it
	doc      string // a sentence for help
	forms    string // ways to write it, beside a try line
	sample   string // a value that is right nearly everywhere
	parse    func(text string) (any, error)
	complete func(*scene) []Suggestion // nil completes nothing
	named    bool                      // complete lists all values that there are
	mend     func(typed string) string // corrects a value where it can; may be nil
}

// text reads a value as it stands.
func asText(text string) (any, error) { return text, nil }

func textKind() kind {
	return kind{name: "TEXT", sample: "'before the fix'", parse: asText, doc: "words, with or without quotes"}
}

func wordKind() kind {
	return kind{name: "WORD", parse: asText, doc: "one of the words that completion shows"}
}

// words is one of a closed list of words.
func words(list ...string) kind {
	k := wordKind()
	k.sample = list[0]
	k.forms = strings.Join(list, ", ")
	k.parse = func(text string) (any, error) {
		for _, w := range list {
			if w == text {
				return text, nil
			}
		}
		return nil, fmt.Errorf("%q is none of %s", text, k.forms)
	}
	k.complete = func(*scene) []Suggestion {
		var out []Suggestion
		for _, w := range list {
			out = append(out, Suggestion{Text: w})
		}
		return out
	}
	return k
}

// offer completes from pairs of a value and its description.
func offer(pairs ...string) func(*scene) []Suggestion {
	return func(*scene) []Suggestion {
		var out []Suggestion
		for i := 0; i+1 < len(pairs); i += 2 {
			out = append(out, Suggestion{pairs[i], pairs[i+1]})
		}
		return out
	}
}
