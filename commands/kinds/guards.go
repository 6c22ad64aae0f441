package kinds

import (
	"errors"
	"fmt"
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Guarding is what a guard watches.
type Guarding struct {
	Condition snapshot.Condition
	Abort     bool // a break stops the load and the script
}

// abort is the word after the condition of a guard that stops the load.
const abort = "abort"

// Guard is a CONDITION, and abort after it if a break is to stop the load.
func Guard() lang.Kind {
	k := Condition()
	k.Parse = func(text string) (any, error) {
		plain, aborts := strings.CutSuffix(text, " "+abort)
		if text == abort {
			return nil, errors.New("abort needs a condition before it")
		}
		condition, err := snapshot.ParseCondition(plain)
		return Guarding{condition, aborts}, err
	}
	metrics := k.Complete
	k.Complete = func(s *lang.Scene) []lang.Suggestion {
		out := metrics(s)
		if strings.ContainsAny(strings.Join(s.Words, " "), "<>=!") && !strings.Contains(s.Partial, ".") {
			out = append([]lang.Suggestion{{Text: "and", Description: "and also"}, {Text: abort, Description: "a break stops all groups and the script"}}, out...)
		}
		return out
	}
	return k
}

// GuardNumber is the number of a guard, or all, which is 0.
func GuardNumber() lang.Kind {
	return lang.Kind{Name: "N|all", Sample: "1", Forms: "1, all", Doc: "the number of a guard as guard lists it, or all",
		Parse: func(text string) (any, error) {
			if text == "all" {
				return 0, nil
			}
			n, err := spec.ParseCount(text)
			if err != nil || n == 0 {
				return nil, fmt.Errorf("%q is not the number of a guard", text)
			}
			return n, nil
		}, Complete: lang.Offer("all", "every guard")}
}
