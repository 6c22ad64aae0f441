package spec

import (
	"fmt"
	"strconv"

	"pulsh/session/broker"
)

// SubscriptionsMax is how many subscriptions a consumer group may have: each delivers
// every message again, and the session audits each by itself.
const SubscriptionsMax = 100

// subscriptionsSetting returns the setting with the number of subscriptions.
func subscriptionsSetting() Setting[Consumer] {
	return Setting[Consumer]{Name: "subscriptions", Kind: "COUNT", Doc: "number of subscriptions named SUBSCRIPTION-0, SUBSCRIPTION-1 …, over which the workers are spread; each receives every message and is audited by itself",
		Read: func(c *Consumer) string { return strconv.Itoa(max(c.Subscriptions, 1)) },
		Write: func(c *Consumer, text string) error {
			n := 0
			if err := readCount(&n, text, "subscriptions", 1, SubscriptionsMax); err != nil {
				return err
			}
			if c.Subscriptions = n; n == 1 {
				c.Subscriptions = 0
			}
			return nil
		}}
}

// SubscriptionNames lists the subscriptions of the group, at least one.
func (spec Consumer) SubscriptionNames() []string {
	if spec.Subscriptions < 2 {
		return []string{spec.Subscription}
	}
	names := make([]string, spec.Subscriptions)
	for i := range names {
		names[i] = spec.Subscription + "-" + strconv.Itoa(i)
	}
	return names
}

// SubscriptionOf returns the subscription of a worker, numbered from 1.
func (spec Consumer) SubscriptionOf(worker int) string {
	names := spec.SubscriptionNames()
	return names[(worker-1)%len(names)]
}

// SubscriptionText names the subscriptions in a few characters: sub1, or sub1-0..2.
func (spec Consumer) SubscriptionText() string {
	if spec.Subscriptions < 2 {
		return spec.Subscription
	}
	return fmt.Sprintf("%s-0..%d", spec.Subscription, spec.Subscriptions-1)
}

// CheckScale refuses a number of workers that leaves a subscription without one. name is
// the group's name.
func (spec Consumer) CheckScale(name string, workers int) error {
	if workers >= spec.Subscriptions {
		return nil
	}
	return &broker.Error{Message: fmt.Sprintf("subscriptions=%d needs as many workers, and workers=%d are fewer", spec.Subscriptions, workers),
		Try: fmt.Sprintf("set %s subscriptions=%d workers=%[2]d", name, spec.Subscriptions)}
}

// checkSubscriptions refuses what several subscriptions cannot have.
func (spec Consumer) checkSubscriptions(name string) error {
	if spec.Subscriptions < 2 {
		return nil
	}
	if spec.Retry != "" {
		return &broker.Error{Message: fmt.Sprintf("retry=%s is for one subscription: each of several would receive the messages that another sends there", spec.Retry),
			Try: "set " + name + " retry=off"}
	}
	return spec.CheckScale(name, spec.Workers)
}

// ranges returns the sticky hash ranges of a worker among those of its subscription.
func (spec Consumer) ranges(number int) []broker.HashRange {
	n := max(spec.Subscriptions, 1)
	first, at := (number-1)%n, (number-1)/n
	workers := (spec.Workers - first + n - 1) / n
	return broker.DivideHashes(workers)[at : at+1]
}
