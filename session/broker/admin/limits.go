package admin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"pulsh/session/broker"
)

// rate has the fields of all of Pulsar's rate policies. -1 and 0 mean no limit.
type rate struct {
	PublishThrottlingRateInMsg   float64
	PublishThrottlingRateInByte  float64
	DispatchThrottlingRateInMsg  float64
	DispatchThrottlingRateInByte float64
	RatePeriodInSecond           float64
}

func (r rate) limit(level, on string) broker.Limit {
	period := max(1, r.RatePeriodInSecond)
	return broker.Limit{Level: level, On: on,
		Messages: max(0, r.PublishThrottlingRateInMsg, r.DispatchThrottlingRateInMsg) / period,
		Bytes:    max(0, r.PublishThrottlingRateInByte, r.DispatchThrottlingRateInByte) / period}
}

// brokerLimits lists the settings of a broker that limit rates.
var brokerLimits = [...]struct{ on, messages, bytes string }{
	{"publish", "maxPublishRatePerTopicInMessages", "maxPublishRatePerTopicInBytes"},
	{"whole publish", "brokerPublisherThrottlingMaxMessageRate", "brokerPublisherThrottlingMaxByteRate"},
	{"whole dispatch", "dispatchThrottlingRateInMsg", "dispatchThrottlingRateInByte"},
	{"dispatch", "dispatchThrottlingRatePerTopicInMsg", "dispatchThrottlingRatePerTopicInByte"},
	{"subscription dispatch", "dispatchThrottlingRatePerSubscriptionInMsg", "dispatchThrottlingRatePerSubscriptionInByte"},
}

// Limits returns the rate limits that apply to a topic: its own, those of its
// namespace and those of its broker. A level that cannot be read is left out: the
// caller is not an administrator, or the cluster has no policies for topics.
func (a *Admin) Limits(ctx context.Context, topic string) ([]broker.Limit, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return nil, err
	}
	name = name.Of(-1) // policies are those of the whole topic
	var found []broker.Limit
	ns := broker.NamespaceName{Tenant: name.Tenant, Namespace: name.Namespace}
	for _, policy := range []struct{ on, resource string }{
		{"publish", "publishRate"}, {"dispatch", "dispatchRate"}, {"subscription dispatch", "subscriptionDispatchRate"},
	} {
		for _, level := range []struct {
			name string
			path path
		}{
			{"topic", topicPath(name, policy.resource)}, {"namespace", namespacePath(ns, policy.resource)},
		} {
			var r rate
			_, err := a.getOptional(ctx, call{at: level.path, doing: fmt.Sprintf("read the %s rate of %s", policy.on, name.Short())}, &r)
			if err != nil && !unreadable(err) {
				return nil, err
			}
			if l := r.limit(level.name, policy.on); l.Messages > 0 || l.Bytes > 0 {
				found = append(found, l)
			}
		}
	}
	settings := map[string]string{}
	_, err = a.getOptional(ctx, call{at: fixedPath("brokers/configuration/runtime"), doing: "read the broker's configuration"}, &settings)
	if err != nil && !unreadable(err) {
		return nil, err
	}
	return append(found, configured(settings)...), nil
}

// applied asks for the policy in force, whatever level sets it.
var applied = url.Values{"applied": {"true"}}

// unreadable reports whether an error means that a level cannot be read.
func unreadable(err error) bool {
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
		http.StatusMethodNotAllowed, http.StatusPreconditionFailed} {
		if hasStatus(err, status) {
			return true
		}
	}
	return false
}

// configured returns the limits in a broker's configuration.
func configured(settings map[string]string) []broker.Limit {
	var found []broker.Limit
	for _, b := range brokerLimits {
		l := broker.Limit{Level: "broker", On: b.on, Messages: positive(settings[b.messages]), Bytes: positive(settings[b.bytes])}
		if l.Messages > 0 || l.Bytes > 0 {
			found = append(found, l)
		}
	}
	return found
}

func positive(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return max(0, n)
}

// Throttled returns how often the broker has throttled publishers of a topic since
// the topic was loaded. While the count grows, a publish limit applies.
func (a *Admin) Throttled(ctx context.Context, topic string) (int64, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return 0, err
	}
	raw, _, err := a.rawStats(ctx, name)
	var times int64
	for _, part := range raw.Partitions {
		times += part.PublishRateLimitedTimes
	}
	return max(times, raw.PublishRateLimitedTimes), err
}

// bounds are the policies that bound a number, by the name of broker.Error.Policy: their
// resources on a topic and on a namespace, "" for none.
var bounds = map[string]struct{ topic, namespace string }{
	"maxProducersPerTopic":        {"maxProducers", "maxProducersPerTopic"},
	"maxConsumersPerTopic":        {"maxConsumers", "maxConsumersPerTopic"},
	"maxConsumersPerSubscription": {"maxConsumersPerSubscription", "maxConsumersPerSubscription"},
	"maxSubscriptionsPerTopic":    {"maxSubscriptionsPerTopic", "maxSubscriptionsPerTopic"},
	"maxTopicsPerNamespace":       {"", "maxTopicsPerNamespace"},
}

// Bound returns the value of a policy that bounds a number, and the level that sets it:
// topic, namespace or broker. The value is 0 if it cannot be read.
func (a *Admin) Bound(ctx context.Context, topic, policy string) (value int, level string, err error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return 0, "", err
	}
	name = name.Of(-1)
	ns := broker.NamespaceName{Tenant: name.Tenant, Namespace: name.Namespace}
	for _, at := range []struct {
		level, resource string
		path            func(resource string) path
	}{
		{"topic " + name.Short(), bounds[policy].topic, func(r string) path { return topicPath(name, r) }},
		{"namespace " + ns.String(), bounds[policy].namespace, func(r string) path { return namespacePath(ns, r) }},
	} {
		if at.resource == "" {
			continue
		}
		_, err := a.getOptional(ctx, call{at: at.path(at.resource), doing: "read the " + policy + " of " + at.level}, &value)
		if err != nil && !unreadable(err) {
			return 0, "", err
		}
		if value > 0 {
			return value, at.level, nil
		}
	}
	settings := map[string]string{}
	_, err = a.getOptional(ctx, call{at: fixedPath("brokers/configuration/runtime"), doing: "read the broker's configuration"}, &settings)
	if err != nil && !unreadable(err) {
		return 0, "", err
	}
	value, _ = strconv.Atoi(settings[policy])
	return max(value, 0), "the broker", nil
}
