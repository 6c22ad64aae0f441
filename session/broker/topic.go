package broker

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The domains of Pulsar's topics, as they are written before "://".
const (
	Persistent    = "persistent"
	NonPersistent = "non-persistent"
)

// The tenant and the namespace of a name that leaves them out, as in Pulsar's
// own tools.
const (
	DefaultTenant    = "public"
	DefaultNamespace = "default"
)

// topicNameMax bounds a whole topic name in bytes: it becomes one path of an
// admin request and one node of the cluster's metadata.
const topicNameMax = 1024

const partitionSuffix = "-partition-"

// TopicName is the name of a topic in its parts.
type TopicName struct {
	Domain    string // Persistent or NonPersistent
	Tenant    string
	Namespace string
	Local     string // without the suffix that names a partition
	Partition int    // -1 unless the name is that of one partition
}

// ParseTopic reads a topic's name: fast, ns/fast (of the tenant public),
// tenant/ns/fast, or a full name with its domain in front. A name that ends in
// -partition-N is partition N of the topic before it.
func ParseTopic(s string) (TopicName, error) {
	t := TopicName{Domain: Persistent, Tenant: DefaultTenant, Namespace: DefaultNamespace, Partition: -1}
	if s == "" {
		return TopicName{}, fmt.Errorf("a topic needs a name")
	}
	if len(s) > topicNameMax {
		return TopicName{}, fmt.Errorf("a topic name of %d bytes exceeds the limit of %d", len(s), topicNameMax)
	}
	path := s
	if domain, rest, found := strings.Cut(s, "://"); found {
		if domain != Persistent && domain != NonPersistent {
			return TopicName{}, fmt.Errorf("%q is not a topic: it begins with %q instead of persistent:// or non-persistent://", s, domain+"://")
		}
		t.Domain, path = domain, rest
	}
	parts := strings.Split(path, "/")
	switch {
	case len(parts) == 3:
		t.Tenant, t.Namespace, t.Local = parts[0], parts[1], parts[2]
	case path != s:
		return TopicName{}, fmt.Errorf("%q is not a topic: the domain must be followed by tenant/namespace/topic", s)
	case len(parts) == 2:
		t.Namespace, t.Local = parts[0], parts[1]
	case len(parts) == 1:
		t.Local = parts[0]
	default:
		return TopicName{}, fmt.Errorf("%q is not a topic: it has %d parts, at most tenant/namespace/topic", s, len(parts))
	}
	if err := t.check(s); err != nil {
		return TopicName{}, err
	}
	return t.splitPartition(s)
}

// check refuses what Pulsar would refuse, and names that no command line could
// contain.
func (t TopicName) check(s string) error {
	for _, part := range []struct{ what, name string }{{"tenant", t.Tenant}, {"namespace", t.Namespace}} {
		if err := checkNamed(part.what, part.name); err != nil {
			return fmt.Errorf("%q is not a topic: %w", s, err)
		}
	}
	switch {
	case t.Local == "":
		return fmt.Errorf("%q is not a topic: its name is empty", s)
	case t.Local == "." || t.Local == "..":
		return fmt.Errorf("%q is not a topic: %q is not allowed", s, t.Local)
	case !utf8.ValidString(s):
		return fmt.Errorf("%q is not a topic: it is not UTF-8", s)
	}
	for _, r := range t.Local {
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) {
			return fmt.Errorf("%q is not a topic: its name has a space or control character", s)
		}
	}
	return nil
}

// checkNamed checks that a tenant or a namespace has only the characters that
// Pulsar allows: A-Z a-z 0-9 and - = : . _
func checkNamed(what, name string) error {
	if name == "" {
		return fmt.Errorf("its %s is empty", what)
	}
	if name == "." || name == ".." {
		return fmt.Errorf("the %s %q is not allowed", what, name)
	}
	for _, r := range name {
		letter := r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r))
		if !letter && !strings.ContainsRune("-=:._", r) {
			return fmt.Errorf("a %s has no %q in its name", what, r)
		}
	}
	return nil
}

// splitPartition moves the suffix -partition-N from Local to Partition. As in
// Pulsar, a suffix that is not a plain number is part of the name.
func (t TopicName) splitPartition(s string) (TopicName, error) {
	at := strings.LastIndex(t.Local, partitionSuffix)
	if at <= 0 {
		return t, nil
	}
	digits := t.Local[at+len(partitionSuffix):]
	n, err := strconv.Atoi(digits)
	if err != nil || strconv.Itoa(n) != digits || n < 0 {
		return t, nil
	}
	if n >= MaxPartitions {
		return TopicName{}, fmt.Errorf("%q is not a topic: partition %d is beyond %d", s, n, MaxPartitions-1)
	}
	t.Local, t.Partition = t.Local[:at], n
	return t, nil
}

// String returns the full name, which every part of Pulsar understands and
// ParseTopic reads.
func (t TopicName) String() string {
	return t.Domain + "://" + t.Tenant + "/" + t.Namespace + "/" + t.Leaf()
}

// Short returns the name as a user types it: the last part alone if the rest is
// persistent://public/default, else the full name.
func (t TopicName) Short() string {
	if t.Domain == Persistent && t.Tenant == DefaultTenant && t.Namespace == DefaultNamespace {
		return t.Leaf()
	}
	return t.String()
}

// Leaf returns the last part of the name, with the suffix of the partition if
// there is one.
func (t TopicName) Leaf() string {
	if t.Partition < 0 {
		return t.Local
	}
	return t.Local + partitionSuffix + strconv.Itoa(t.Partition)
}

// Of returns the name of partition n of the topic; -1 is the whole topic.
func (t TopicName) Of(n int) TopicName {
	t.Partition = n
	return t
}

// NamespaceName is a tenant and one of its namespaces.
type NamespaceName struct {
	Tenant, Namespace string
}

// ParseNamespace reads tenant/namespace, or a namespace of the tenant public.
// The empty string is public/default.
func ParseNamespace(s string) (NamespaceName, error) {
	name := NamespaceName{DefaultTenant, DefaultNamespace}
	if s == "" {
		return name, nil
	}
	if len(s) > topicNameMax {
		return NamespaceName{}, fmt.Errorf("a namespace name of %d bytes exceeds the limit of %d", len(s), topicNameMax)
	}
	name.Namespace = s
	if tenant, rest, found := strings.Cut(s, "/"); found {
		name = NamespaceName{tenant, rest}
	}
	for _, part := range []struct{ what, name string }{{"tenant", name.Tenant}, {"namespace", name.Namespace}} {
		if err := checkNamed(part.what, part.name); err != nil {
			return NamespaceName{}, fmt.Errorf("%q is not a namespace (tenant/namespace): %w", s, err)
		}
	}
	return name, nil
}

// String returns tenant/namespace.
func (n NamespaceName) String() string { return n.Tenant + "/" + n.Namespace }
