package kinds

import (
	"errors"

	"pulsh/commands/lang"
	"pulsh/session/broker"
)

// Subscription is the kind of a subscription's name.
func Subscription() lang.Kind {
	k := lang.TextKind()
	k.Name, k.Sample, k.Doc = "SUBSCRIPTION", "sub1", "the name of a subscription"
	k.Parse = func(text string) (any, error) {
		if text == "" {
			return nil, errors.New("a subscription needs a name")
		}
		return text, nil
	}
	return k
}

// Namespace is the kind of a namespace's name.
func Namespace() lang.Kind {
	k := lang.TextKind()
	k.Name, k.Sample = "NAMESPACE", "public/default"
	k.Parse = func(text string) (any, error) { return broker.ParseNamespace(text) }
	return k
}

// TokenFile is the kind of a file that holds a token.
func TokenFile() lang.Kind {
	k := lang.FileKind()
	k.Sample = "/run/secrets/token"
	return k
}

// TokenVariable is the kind of an environment variable that holds a token.
func TokenVariable() lang.Kind {
	k := lang.TextKind()
	k.Name, k.Sample = "VARIABLE", "PULSAR_TOKEN"
	return k
}
