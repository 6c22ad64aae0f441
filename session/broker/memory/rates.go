package memory

import (
	"encoding/json"
	"time"
)

// limit is a rate that a policy sets; 0 is no bound.
type limit struct{ messages, bytes float64 }

func (l limit) set() bool { return l.messages > 0 || l.bytes > 0 }

// ratePolicy is a rate policy in JSON. -1 and 0 are no bound.
type ratePolicy struct {
	PublishMessages  float64 `json:"publishThrottlingRateInMsg"`
	PublishBytes     float64 `json:"publishThrottlingRateInByte"`
	DispatchMessages float64 `json:"dispatchThrottlingRateInMsg"`
	DispatchBytes    float64 `json:"dispatchThrottlingRateInByte"`
	Period           float64 `json:"ratePeriodInSecond"`
}

func readRate(raw json.RawMessage, into *limit) error {
	var r ratePolicy
	err := json.Unmarshal(raw, &r)
	period := max(1, r.Period)
	*into = limit{max(0, r.PublishMessages, r.DispatchMessages) / period, max(0, r.PublishBytes, r.DispatchBytes) / period}
	return err
}

// bucket meters what goes through under a limit. What exceeds it is paid back by
// waiting.
type bucket struct {
	limit          limit
	messages, size float64 // what may still go through; below 0 it is owed
	at             time.Time
}

// refill adds what has become free since the last time; a second's worth is kept at
// most.
func (b *bucket) refill(now time.Time, l limit) {
	if b.limit != l || b.at.IsZero() {
		*b = bucket{limit: l, messages: l.messages, size: l.bytes, at: now}
		return
	}
	passed := now.Sub(b.at).Seconds()
	b.at = now
	b.messages = min(l.messages, b.messages+passed*l.messages)
	b.size = min(l.bytes, b.size+passed*l.bytes)
}

// spend takes what goes through.
func (b *bucket) spend(messages int64, size int) {
	b.messages -= float64(messages)
	b.size -= float64(size)
}

// wait is how long it takes until something may go through, 0 for now.
func (b *bucket) wait() time.Duration {
	seconds := 0.0
	if b.limit.messages > 0 && b.messages < 0 {
		seconds = -b.messages / b.limit.messages
	}
	if b.limit.bytes > 0 && b.size < 0 {
		seconds = max(seconds, -b.size/b.limit.bytes)
	}
	return time.Duration(seconds * float64(time.Second))
}

// meter counts a published entry and returns for how long the client is not to be
// read from.
func (t *Topic) meter(messages int64, size int) time.Duration {
	l := t.policy.publish
	if !l.set() {
		return 0
	}
	t.publishing.refill(t.broker.cfg.Now(), l)
	t.publishing.spend(messages, size)
	wait := t.publishing.wait()
	if wait > 0 {
		t.throttled++
	}
	return wait
}

// mayDispatch reports whether the dispatch rates let another entry through. If not,
// it goes on by itself when they do.
func (s *Subscription) mayDispatch() bool {
	t := s.topic
	if !t.policy.dispatch.set() && !t.policy.subscriptionDispatch.set() {
		return true
	}
	if s.dispatchTimer != nil {
		return false
	}
	now := t.broker.cfg.Now()
	t.dispatching.refill(now, t.policy.dispatch)
	s.dispatching.refill(now, t.policy.subscriptionDispatch)
	byTopic, bySubscription := t.dispatching.wait(), s.dispatching.wait()
	wait := max(byTopic, bySubscription)
	if wait == 0 {
		return true
	}
	if byTopic > 0 {
		s.throttledByTopic++
	}
	if bySubscription > 0 {
		s.throttledBySelf++
	}
	s.dispatchTimer = time.AfterFunc(max(wait, time.Millisecond), func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		s.dispatchTimer = nil
		s.pump()
	})
	return false
}
