package admin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
)

// topicsAtOnce bounds the concurrent requests of one call of Topics. A broker
// answers them from its metadata cache; a small one has four HTTP threads.
const topicsAtOnce = 8

// systemPrefix begins the names of Pulsar's own topics.
const systemPrefix = "__"

// versionText matches the version of a release: 4.0.8, 4.2.4-SNAPSHOT.
var versionText = regexp.MustCompile(`^\d+\.\d+[-.\w]{0,40}$`)

// Version returns the release of Pulsar that the brokers run, as 4.0.8.
func (a *Admin) Version(ctx context.Context) (string, error) {
	answer, _, err := a.ask(ctx, call{method: http.MethodGet, at: fixedPath("brokers/version"), doing: "ask for the version"})
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

// Topics returns the topics of a namespace, sorted by name: the persistent ones, and
// the non-persistent ones that a broker has loaded or that are partitioned. A
// partitioned topic is listed once. Pulsar's own topics are left out, and those
// whose names broker.ParseTopic does not accept. The namespace is
// tenant/namespace, or "" for public/default.
func (a *Admin) Topics(ctx context.Context, namespace string) ([]broker.Topic, error) {
	ns, err := broker.ParseNamespace(namespace)
	if err != nil {
		return nil, err
	}
	doing := fmt.Sprintf("list the topics of %s", ns)
	var partitioned, single []string
	for _, domain := range []string{broker.Persistent, broker.NonPersistent} {
		var whole, each []string
		err := a.get(ctx, call{at: topicsPath(domain, ns, "partitioned"), doing: doing, max: longAnswer}, &whole)
		if err == nil {
			err = a.get(ctx, call{at: topicsPath(domain, ns), doing: doing, max: longAnswer}, &each)
		}
		var refused *broker.Refusal
		if domain == broker.NonPersistent && errors.As(err, &refused) {
			err = nil // a broker can be without such topics
		}
		if err != nil {
			return nil, err
		}
		partitioned, single = append(partitioned, whole...), append(single, each...)
	}
	return a.count(ctx, wholes(partitioned, single))
}

// wholes returns the topics of two lists; the value tells whether one is partitioned.
// Partitions of these are left out.
func wholes(partitioned, single []string) map[broker.TopicName]bool {
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
	return whole
}

// count returns the topics with their numbers of partitions; whole tells which
// ones are partitioned. A topic deleted since it was listed is left out.
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

// Partitions returns the number of partitions of a topic, or 0 if it is not
// partitioned. Unlike the look-up of a client, it creates no topic.
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
	err := a.get(ctx, call{at: topicPath(name, "partitions"), query: url.Values{"checkAllowAutoCreation": {"false"}},
		doing: "look up " + name.Short()}, &metadata)
	if err == nil && (metadata.Partitions < 0 || metadata.Partitions > broker.MaxPartitions) {
		return 0, &broker.Error{Category: broker.Other, Message: fmt.Sprintf(
			"%s has %d partitions, more than the %d that are supported", name.Short(), metadata.Partitions, broker.MaxPartitions)}
	}
	return metadata.Partitions, err
}

// CreateTopic creates a topic with a number of partitions, or one that is not
// partitioned if the number is 0. If the topic exists, broker.IsThere reports
// true for the error.
func (a *Admin) CreateTopic(ctx context.Context, topic string, partitions int) error {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	c := call{method: http.MethodPut, at: topicPath(name), doing: "create " + name.Short()}
	if partitions != 0 {
		if err := checkPartitions(partitions); err != nil {
			return err
		}
		c.at, c.body = topicPath(name, "partitions"), partitions
	}
	return a.change(ctx, c)
}

// GrowTopic raises the number of partitions of a partitioned topic. Pulsar cannot
// lower it.
func (a *Admin) GrowTopic(ctx context.Context, topic string, partitions int) error {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	if err := checkPartitions(partitions); err != nil {
		return err
	}
	doing := fmt.Sprintf("give %s %d partitions", name.Short(), partitions)
	return a.change(ctx, call{method: http.MethodPost, at: topicPath(name, "partitions"), body: partitions, doing: doing})
}

func checkPartitions(n int) error {
	if n < 1 || n > broker.MaxPartitions {
		return fmt.Errorf("a topic has from 1 to %d partitions, not %d", broker.MaxPartitions, n)
	}
	return nil
}

// DeleteTopic deletes a topic with its partitions and its data. Without force,
// Pulsar refuses while producers or consumers are connected; broker.IsBusy reports
// true for that error.
func (a *Admin) DeleteTopic(ctx context.Context, topic string, force bool) error {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	n, err := a.partitions(ctx, name)
	if err != nil {
		return err
	}
	c := call{method: http.MethodDelete, at: topicPath(name), doing: "delete " + name.Short()}
	if n > 0 {
		c.at = topicPath(name, "partitions")
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

// Unload unloads a topic from its broker. Its clients look it up and connect
// again.
func (a *Admin) Unload(ctx context.Context, topic string) error {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	return a.change(ctx, call{method: http.MethodPut, at: topicPath(name, "unload"), doing: "unload " + name.Short()})
}

// Terminate ends publishing to a topic for ever. Stored messages can still be
// read.
func (a *Admin) Terminate(ctx context.Context, topic string) error {
	name, err := storedTopic(topic)
	if err != nil {
		return err
	}
	n, err := a.partitions(ctx, name)
	if err != nil {
		return err
	}
	at := topicPath(name, "terminate")
	if n > 0 {
		at = topicPath(name, "terminate", "partitions")
	}
	return a.change(ctx, call{method: http.MethodPost, at: at, doing: "terminate " + name.Short()})
}

// storedTopic parses the name of a topic that stores messages.
func storedTopic(topic string) (broker.TopicName, error) {
	name, err := broker.ParseTopic(topic)
	if err == nil {
		err = checkStored(name)
	}
	return name, err
}
