package kinds

import (
	"errors"

	"pulsh/commands/lang"
	"pulsh/session/broker"
)

// Subscription returns the kind SUBSCRIPTION.
func Subscription() lang.Kind {
	k := lang.TextKind()
	k.Name, k.Sample, k.Doc = "SUBSCRIPTION", "sub1", "a subscription"
	k.Complete = completeSubscriptions
	k.Parse = func(text string) (any, error) {
		if text == "" {
			return nil, errors.New("a subscription needs a name")
		}
		return text, nil
	}
	return k
}

// Namespace returns the kind NAMESPACE.
func Namespace() lang.Kind {
	k := lang.TextKind()
	k.Name, k.Sample, k.Doc = "NAMESPACE", "public/default", "a namespace, as tenant/namespace"
	k.Complete = completeNamespaces
	k.Parse = func(text string) (any, error) { return broker.ParseNamespace(text) }
	return k
}

// TokenFile returns the kind FILE of a token.
func TokenFile() lang.Kind {
	k := lang.FileKind()
	k.Sample, k.Doc = "/run/secrets/token", "a file with a token, a password or a key"
	return k
}

// TokenVariable returns the kind VARIABLE of a token in the environment.
func TokenVariable() lang.Kind {
	k := lang.TextKind()
	k.Name, k.Sample = "VARIABLE", "PULSAR_TOKEN"
	return k
}
