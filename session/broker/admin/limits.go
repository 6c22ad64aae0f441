package admin

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"pulsh/session/broker"
)

// rate reads each of Pulsar's rate policies; -1 and 0 mean no limit.
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

// brokerLimits names the settings of a broker that limit rates.
var brokerLimits = [...]struct{ on, messages, bytes string }{
	{"publish", "maxPublishRatePerTopicInMessages", "maxPublishRatePerTopicInBytes"},
	{"whole publish", "brokerPublisherThrottlingMaxMessageRate", "brokerPublisherThrottlingMaxByteRate"},
	{"whole dispatch", "dispatchThrottlingRateInMsg", "dispatchThrottlingRateInByte"},
	{"dispatch", "dispatchThrottlingRatePerTopicInMsg", "dispatchThrottlingRatePerTopicInByte"},
	{"subscription dispatch", "dispatchThrottlingRatePerSubscriptionInMsg", "dispatchThrottlingRatePerSubscriptionInByte"},
}

// Limits lists the rate limits that can hold a topic down, of the topic, its
// namespace and its broker. A level that may not be asked (it takes an
// administrator, or the policies are switched off) is left out.
func (a *Admin) Limits(ctx context.Context, topic string) ([]broker.Limit, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return nil, err
	}
	name = name.Of(-1) // policies are those of the whole topic
	var found []broker.Limit
	namespace := "namespaces/" + segments(name.Tenant, name.Namespace)
	for _, policy := range []struct{ on, resource string }{
		{"publish", "publishRate"}, {"dispatch", "dispatchRate"}, {"subscription dispatch", "subscriptionDispatchRate"},
	} {
		for _, level := range []struct{ name, path string }{
			{"topic", topicPath(name, policy.resource)}, {"namespace", namespace + "/" + policy.resource},
		} {
			var r rate
			err := a.get(ctx, level.path, nil, &r, fmt.Sprintf("read the %s rate of %s", policy.on, name.Short()))
			if err != nil && !unasked(err) {
				return nil, err
			}
			if l := r.limit(level.name, policy.on); l.Messages > 0 || l.Bytes > 0 {
				found = append(found, l)
			}
		}
	}
	settings := map[string]string{}
	err = a.get(ctx, "brokers/configuration/runtime", nil, &settings, "read the broker's configuration")
	if err != nil && !unasked(err) {
		return nil, err
	}
	return append(found, configured(settings)...), nil
}

// unasked tells whether a level does not let itself be asked.
func unasked(err error) bool {
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
		http.StatusMethodNotAllowed, http.StatusPreconditionFailed} {
		if hasStatus(err, status) {
			return true
		}
	}
	return false
}

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

// Throttled asks how often the broker has held publishers of a topic down
// since it was loaded. A count that grows says that a publish limit is at work.
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
