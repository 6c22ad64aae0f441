package admin

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"pulsh/session/broker"
)

// path is the path of a resource below /admin/v2, escaped. The functions of
// this file are the only ones that make one out of names; every other path is a
// constant.
//
// The broker does not decode all names in the same way. These are its rules, as
// Pulsar 4.0 was seen to apply them:
//
//   - A tenant, a namespace and a topic are decoded once. The parameter of the
//     topic is marked @Encoded, so that Jersey hands it on as it stands in the
//     request, and Codec.decode, which is Java's URLDecoder, decodes it.
//   - A subscription is decoded twice. Jersey decodes its parameter, and
//     Codec.decode decodes the result again.
//
// URLDecoder reads a form, not a path: it turns + into a blank, and a path that
// leaves + as it is names another topic. A name that is escaped once too seldom
// names another subscription: x+y becomes "x y", and x%2By becomes x+y. Both
// exist side by side with what was meant, so that the broker finds something
// and no error tells.
type path string

// subscriptionMax bounds a subscription's name in bytes. Pulsar has no bound of
// its own, but a request line of at most 8 KiB, in which escaping twice makes
// five bytes of one.
const subscriptionMax = 1024

// topicPath returns the path of a topic, or of a resource of it. The parts are
// words of the API or numbers.
func topicPath(name broker.TopicName, parts ...string) path {
	return join(append([]string{name.Domain, escape(name.Tenant), escape(name.Namespace), escape(name.Leaf())}, parts...))
}

// subscriptionPath returns the path of a subscription, or of a resource of it.
func subscriptionPath(name broker.TopicName, subscription string, parts ...string) path {
	return topicPath(name, append([]string{"subscription", escape(escape(subscription))}, parts...)...)
}

// topicsPath returns the path that lists the persistent topics of a namespace.
func topicsPath(ns broker.NamespaceName, parts ...string) path {
	return join(append([]string{broker.Persistent, escape(ns.Tenant), escape(ns.Namespace)}, parts...))
}

// namespacePath returns the path of a namespace, or of a resource of it.
func namespacePath(ns broker.NamespaceName, parts ...string) path {
	return join(append([]string{"namespaces", escape(ns.Tenant), escape(ns.Namespace)}, parts...))
}

func join(segments []string) path { return path(strings.Join(segments, "/")) }

// escape escapes a name so that URLDecoder and a decoder of paths both read it
// back. They differ in + alone: it is escaped, and a blank becomes %20, not +.
func escape(name string) string {
	return strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

// checkSubscription refuses the names with which the broker cannot create a
// subscription, and those that a path cannot carry.
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

// cursorName returns the name under which the broker stores the place of a
// durable subscription and lists it in the internal statistics. It is the form of
// Java's URLEncoder, which differs from Go's in * and ~.
func cursorName(subscription string) string {
	return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(subscription))
}
