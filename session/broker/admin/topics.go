package admin

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
)

// topicsAtOnce bounds the requests in flight for one listing: a broker answers
// these from its metadata cache, and a small server has four HTTP threads.
const topicsAtOnce = 8

// systemPrefix begins the names of topics that Pulsar keeps for itself.
const systemPrefix = "__"

// versionText is how a release of Pulsar calls itself: 4.0.8, 4.2.4-SNAPSHOT.
var versionText = regexp.MustCompile(`^\d+\.\d+[-.\w]{0,40}$`)

// Version asks for the release of Pulsar that the brokers run, as 4.0.8.
func (a *Admin) Version(ctx context.Context) (string, error) {
	answer, err := a.do(ctx, call{method: http.MethodGet, path: "brokers/version", doing: "ask for the version"})
	if broker.IsMissing(err) {
		return "", a.notPulsar(err)
	}
	if err != nil {
		return "", err
	}
	version := string(bytes.Trim(answer, "\" \r\n"))
	if !versionText.MatchString(version) {
		return "", a.notPulsar(nil)
	}
	return version, nil
}

// Topics lists a namespace's persistent topics by name, partitioned ones once
// with their number of partitions, without those that Pulsar keeps for itself.
// The namespace is tenant/namespace, or "" for public/default.
func (a *Admin) Topics(ctx context.Context, namespace string) ([]broker.Topic, error) {
	ns, err := broker.ParseNamespace(namespace)
	if err != nil {
		return nil, err
	}
	path := broker.Persistent + "/" + segments(ns.Tenant, ns.Namespace)
	doing := fmt.Sprintf("list the topics of %s", ns)
	var partitioned, single []string
	if err := a.get(ctx, path+"/partitioned", nil, &partitioned, doing); err != nil {
		return nil, err
	}
	if err := a.get(ctx, path, nil, &single, doing); err != nil {
		return nil, err
	}
	whole := map[broker.TopicName]bool{}
	for _, full := range partitioned {
		if name, err := broker.ParseTopic(full); err == nil {
			whole[name] = true
		}
	}
	for _, full := range single {
		name, err := broker.ParseTopic(full)
		if err == nil && !whole[name.Of(-1)] {
			whole[name] = false
		}
	}
	return a.count(ctx, whole)
}

// count asks for the partitions of those topics that are partitioned. A topic
// that has gone since it was listed is left out.
func (a *Admin) count(ctx context.Context, whole map[broker.TopicName]bool) ([]broker.Topic, error) {
	var names []broker.TopicName
	for name := range whole {
		if !strings.HasPrefix(name.Local, systemPrefix) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(x, y broker.TopicName) int { return strings.Compare(x.String(), y.String()) })
	topics := make([]broker.Topic, len(names))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(topicsAtOnce)
	for i, name := range names {
		topics[i].Name = name.Short()
		if !whole[name] {
			continue
		}
		group.Go(func() error {
			n, err := a.partitions(ctx, name)
			topics[i].Partitions = n
			if broker.IsMissing(err) {
				topics[i].Name, err = "", nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(topics, func(t broker.Topic) bool { return t.Name == "" }), nil
}

// Partitions asks how many partitions a topic has: 0 if it is not partitioned.
// Unlike a client's look-up it creates nothing.
func (a *Admin) Partitions(ctx context.Context, topic string) (int, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return 0, err
	}
	return a.partitions(ctx, name)
}

func (a *Admin) partitions(ctx context.Context, name broker.TopicName) (int, error) {
	if name.Partition >= 0 {
		return 0, nil
	}
	var metadata struct{ Partitions int }
	query := url.Values{"checkAllowAutoCreation": {"false"}}
	err := a.get(ctx, topicPath(name, "partitions"), query, &metadata, "look up "+name.Short())
	if err == nil && (metadata.Partitions < 0 || metadata.Partitions > broker.MaxPartitions) {
		return 0, &broker.Error{Category: broker.Other, Message: fmt.Sprintf(
			"%s has %d partitions, more than the %d that are supported", name.Short(), metadata.Partitions, broker.MaxPartitions)}
	}
	return metadata.Partitions, err
}

// CreateTopic creates a topic with so many partitions; 0 makes it
// unpartitioned. A topic that is there already is an error, see broker.IsThere.
func (a *Admin) CreateTopic(ctx context.Context, topic string, partitions int) error {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	c := call{method: http.MethodPut, path: topicPath(name), doing: "create " + name.Short()}
	if partitions != 0 {
		if err := checkPartitions(partitions); err != nil {
			return err
		}
		c.path, c.body = topicPath(name, "partitions"), partitions
	}
	return a.change(ctx, c)
}

// GrowTopic gives a partitioned topic more partitions. Pulsar cannot take any away.
func (a *Admin) GrowTopic(ctx context.Context, topic string, partitions int) error {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	if err := checkPartitions(partitions); err != nil {
		return err
	}
	doing := fmt.Sprintf("give %s %d partitions", name.Short(), partitions)
	return a.change(ctx, call{method: http.MethodPost, path: topicPath(name, "partitions"), body: partitions, doing: doing})
}

func checkPartitions(n int) error {
	if n < 1 || n > broker.MaxPartitions {
		return fmt.Errorf("a topic has from 1 to %d partitions, not %d", broker.MaxPartitions, n)
	}
	return nil
}

// DeleteTopic deletes a topic with all its partitions and data. Unless it is
// forced, Pulsar refuses while anybody is connected or subscribed to it.
func (a *Admin) DeleteTopic(ctx context.Context, topic string, force bool) error {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	n, err := a.partitions(ctx, name)
	if err != nil {
		return err
	}
	c := call{method: http.MethodDelete, path: topicPath(name), doing: "delete " + name.Short()}
	if n > 0 {
		c.path = topicPath(name, "partitions")
	}
	if force {
		c.query = url.Values{"force": {"true"}}
	}
	if err := a.change(ctx, c); err != nil {
		return err
	}
	a.forget(name)
	return nil
}

// Unload makes the broker give the topic up, so that every client has to look
// it up and connect again.
func (a *Admin) Unload(ctx context.Context, topic string) error {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	return a.change(ctx, call{method: http.MethodPut, path: topicPath(name, "unload"), doing: "unload " + name.Short()})
}

// Terminate ends a topic: nothing more can be published to it, ever; what is
// stored can still be read.
func (a *Admin) Terminate(ctx context.Context, topic string) error {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	n, err := a.partitions(ctx, name)
	if err != nil {
		return err
	}
	path := topicPath(name, "terminate")
	if n > 0 {
		path = topicPath(name, "terminate", "partitions")
	}
	return a.change(ctx, call{method: http.MethodPost, path: path, doing: "terminate " + name.Short()})
}

// topicPath is the path of a topic's resource below /admin/v2.
func topicPath(name broker.TopicName, rest ...string) string {
	path := name.Domain + "/" + segments(name.Tenant, name.Namespace, name.Leaf())
	if len(rest) > 0 {
		path += "/" + segments(rest...)
	}
	return path
}

// segments joins names to a path, each escaped.
func segments(names ...string) string {
	escaped := make([]string, len(names))
	for i, name := range names {
		escaped[i] = url.PathEscape(name)
	}
	return strings.Join(escaped, "/")
}
