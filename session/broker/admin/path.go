package admin

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"pulsh/session/broker"
)

// path is the path of a resource below /admin/v2. The functions of this file are
// the only ones that make one.
//
// The broker does not decode all names in the same way. These are its rules, as
// Pulsar 4.0 was seen to apply them:
//
//   - A tenant, a namespace and a topic are decoded once. The topic's parameter
//     is marked @Encoded: Jersey passes it on as it stands in the request, and
//     Codec.decode, which is Java's URLDecoder, decodes it.
//   - A subscription is decoded twice. Jersey decodes its parameter, and
//     Codec.decode decodes the result again.
//
// URLDecoder decodes forms, not paths: it turns + into a blank. A path with a
// plain + therefore names another topic. A subscription escaped only once is
// another subscription: x+y becomes "x y", and x%2By becomes x+y. Where both
// exist, the broker acts on the wrong one and reports success.
type path struct {
	escaped      string
	topic        broker.TopicName // zero if the path names no topic
	subscription string           // "" if the path names no subscription
}

// subscriptionMax bounds a subscription's name in bytes. Pulsar has no bound of
// its own, but its HTTP server takes a request line of at most 8 KiB, and escaping
// twice turns one byte into five.
const subscriptionMax = 1024

// fixedPath returns a path without names.
func fixedPath(escaped string) path { return path{escaped: escaped} }

// topicPath returns the path of a topic, or of a resource of it. The parts are
// words of the API or numbers.
func topicPath(name broker.TopicName, parts ...string) path {
	return path{escaped: join(name.Domain, name.Tenant, name.Namespace, append([]string{escape(name.Leaf())}, parts...)), topic: name}
}

// subscriptionPath returns the path of a subscription, or of a resource of it.
func subscriptionPath(name broker.TopicName, subscription string, parts ...string) path {
	p := topicPath(name, append([]string{"subscription", escape(escape(subscription))}, parts...)...)
	p.subscription = subscription
	return p
}

// topicsPath returns the path of the list of a namespace's topics of one domain.
func topicsPath(domain string, ns broker.NamespaceName, parts ...string) path {
	return path{escaped: join(domain, ns.Tenant, ns.Namespace, parts), topic: topicIn(ns)}
}

// namespacePath returns the path of a namespace, or of a resource of it.
func namespacePath(ns broker.NamespaceName, parts ...string) path {
	return path{escaped: join("namespaces", ns.Tenant, ns.Namespace, parts), topic: topicIn(ns)}
}

func topicIn(ns broker.NamespaceName) broker.TopicName {
	return broker.TopicName{Tenant: ns.Tenant, Namespace: ns.Namespace, Partition: -1}
}

func join(root, tenant, namespace string, parts []string) string {
	return strings.Join(append([]string{root, escape(tenant), escape(namespace)}, parts...), "/")
}

// escape escapes a name so that URLDecoder and a decoder of paths both return
// it. The two differ in + alone, so + is escaped and a blank becomes %20.
func escape(name string) string {
	return strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

// checkSubscription refuses names that the broker cannot store and names that a
// path cannot carry.
func checkSubscription(name string) error {
	switch {
	case name == "":
		return errors.New("a subscription needs a name")
	case name == "." || name == "..":
		return fmt.Errorf("%q is not a subscription: Pulsar cannot store a name of dots alone", name)
	case !utf8.ValidString(name):
		return fmt.Errorf("%q is not a subscription: it is not UTF-8", name)
	case len(name) > subscriptionMax:
		return fmt.Errorf("a subscription's name of %d bytes is longer than %d", len(name), subscriptionMax)
	}
	return nil
}

// cursorName returns the name of a durable subscription's cursor in the internal
// statistics: the subscription as Java's URLEncoder escapes it, which differs
// from Go's in * and ~.
func cursorName(subscription string) string {
	return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(subscription))
}
