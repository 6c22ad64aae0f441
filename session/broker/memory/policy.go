package memory

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"pulsh/session/broker/memory/schemas"
)

// What happens when a backlog quota is reached, by Pulsar's names.
const (
	quotaHold      = "producer_request_hold"
	quotaException = "producer_exception"
	quotaEviction  = "consumer_backlog_eviction"
)

// policies are the rules in force on a topic.
type policies struct {
	retention        time.Duration // of acknowledged entries; below 0 without end
	ttl              time.Duration // 0 for none
	quotaSize        int64         // bytes; 0 for none
	quotaTime        time.Duration // 0 for none
	quota            string
	dedup            bool
	sizeMax          int // bytes; 0 for none
	schema           schemas.Rules
	unackedConsumer  int // messages; 0 for no limit
	unackedTotal     int
	topicsMax        int // of the namespace; 0 for no limit
	subscriptionsMax int
	producersMax     int // of the topic
	consumersMax     int // of the topic
	subConsumersMax  int // of a subscription

	publish, dispatch, subscriptionDispatch limit
}

// urgent reports whether the rules need a look each second.
func (p *policies) urgent() bool { return p.ttl > 0 || p.quotaSize > 0 || p.quotaTime > 0 }

// policyTable is what was set, as JSON, by a topic's or a namespace's name and by
// the name of the resource in the admin API.
type policyTable map[string]map[string]json.RawMessage

// quotaPolicy is a backlog quota in JSON.
type quotaPolicy struct {
	LimitSize *int64 `json:"limitSize,omitempty"`
	Limit     int64  `json:"limit,omitempty"`
	LimitTime int64  `json:"limitTime"`
	Policy    string `json:"policy"`
}

// policyReaders turn what was set into rules, in order: later ones go before. Those
// of other names are kept for whoever asks.
var policyReaders = map[string]func(p *policies, raw json.RawMessage) error{
	"retention": func(p *policies, raw json.RawMessage) error {
		var r struct {
			Minutes int64 `json:"retentionTimeInMinutes"`
			MB      int64 `json:"retentionSizeInMB"`
		}
		err := json.Unmarshal(raw, &r)
		p.retention = time.Duration(r.Minutes) * time.Minute
		return err
	},
	"messageTTL": func(p *policies, raw json.RawMessage) error {
		return readNumber(raw, func(n int64) { p.ttl = time.Duration(n) * time.Second })
	},
	"backlogQuota": func(p *policies, raw json.RawMessage) error {
		var q quotaPolicy
		err := json.Unmarshal(raw, &q)
		p.quotaSize, p.quotaTime, p.quota = max(0, q.Limit), time.Duration(max(0, q.LimitTime))*time.Second, q.Policy
		if q.LimitSize != nil {
			p.quotaSize = max(0, *q.LimitSize)
		}
		return err
	},
	"schemaValidationEnforced":         func(p *policies, raw json.RawMessage) error { return json.Unmarshal(raw, &p.schema.Enforced) },
	"schemaCompatibilityStrategy":      func(p *policies, raw json.RawMessage) error { return p.schema.ReadStrategy(raw) },
	"isAllowAutoUpdateSchema":          func(p *policies, raw json.RawMessage) error { return p.schema.ReadAutoUpdate(raw) },
	"deduplication":                    readDedup,
	"deduplicationStatus":              readDedup,
	"deduplicationEnabled":             readDedup,
	"maxMessageSize":                   number(func(p *policies) *int { return &p.sizeMax }),
	"publishRate":                      func(p *policies, raw json.RawMessage) error { return readRate(raw, &p.publish) },
	"dispatchRate":                     func(p *policies, raw json.RawMessage) error { return readRate(raw, &p.dispatch) },
	"subscriptionDispatchRate":         func(p *policies, raw json.RawMessage) error { return readRate(raw, &p.subscriptionDispatch) },
	"maxTopicsPerNamespace":            number(func(p *policies) *int { return &p.topicsMax }),
	"maxSubscriptionsPerTopic":         number(func(p *policies) *int { return &p.subscriptionsMax }),
	"maxProducers":                     number(func(p *policies) *int { return &p.producersMax }),
	"maxConsumers":                     number(func(p *policies) *int { return &p.consumersMax }),
	"maxConsumersPerSubscription":      number(func(p *policies) *int { return &p.subConsumersMax }),
	"maxUnackedMessagesOnConsumer":     number(func(p *policies) *int { return &p.unackedConsumer }),
	"maxUnackedMessagesOnSubscription": number(func(p *policies) *int { return &p.unackedTotal }),
}

// policyAliases are resources that have another name on a namespace.
var policyAliases = map[string]string{
	"maxUnackedMessagesPerConsumer": "maxUnackedMessagesOnConsumer", "maxUnackedMessagesPerSubscription": "maxUnackedMessagesOnSubscription",
	"backlogQuotaMap": "backlogQuota", "maxProducersPerTopic": "maxProducers", "maxConsumersPerTopic": "maxConsumers",
}

func readDedup(p *policies, raw json.RawMessage) error { return json.Unmarshal(raw, &p.dedup) }

// number returns the reader of a policy that is a number.
func number(field func(*policies) *int) func(*policies, json.RawMessage) error {
	return func(p *policies, raw json.RawMessage) error { return json.Unmarshal(raw, field(p)) }
}

func readNumber(raw json.RawMessage, set func(int64)) error {
	var n int64
	err := json.Unmarshal(raw, &n)
	if err == nil {
		set(n)
	}
	return err
}

// of returns the rules of a topic: its own go before those of its namespace.
func (t policyTable) of(name Name, cfg Config) policies {
	p := policies{retention: max(cfg.Retention, 0), quota: quotaHold, unackedConsumer: unackedConsumerMax, unackedTotal: unackedTotalMax}
	for _, level := range []string{name.Namespace, name.Base} {
		for resource, raw := range t[level] {
			if read := policyReaders[resource]; read != nil {
				_ = read(&p, raw) // it was checked when it was set
			}
		}
	}
	return p
}

// Effective reports whether a policy of this name is followed.
func Effective(resource string) bool {
	if other, ok := policyAliases[resource]; ok {
		resource = other
	}
	return policyReaders[resource] != nil
}

// policyDefaults are those of the broker's configuration.
var policyDefaults = map[string]json.RawMessage{
	"maxUnackedMessagesOnConsumer":     json.RawMessage("50000"),
	"maxUnackedMessagesOnSubscription": json.RawMessage("200000"),
}

// SetPolicy sets a policy of a namespace or of a whole topic, or removes it if raw
// is nil.
func (b *Broker) SetPolicy(level, resource string, raw json.RawMessage) error {
	if other, ok := policyAliases[resource]; ok {
		resource = other
	}
	if raw != nil {
		if !json.Valid(raw) {
			return ErrInvalid
		}
		if read := policyReaders[resource]; read != nil && read(new(policies), raw) != nil {
			return ErrInvalid
		}
	}
	b.mu.Lock()
	if raw == nil {
		delete(b.policies[level], resource)
	} else {
		if b.policies[level] == nil {
			b.policies[level] = map[string]json.RawMessage{}
		}
		b.policies[level][resource] = slices.Clone(raw)
	}
	var changed []*Topic
	rules := map[*Topic]policies{}
	for _, t := range b.topics {
		if t.name.Namespace == level || t.name.Base == level {
			changed = append(changed, t)
			rules[t] = b.policies.of(t.name, b.cfg)
		}
	}
	b.mu.Unlock()
	for _, t := range changed {
		t.mu.Lock()
		t.policy = rules[t]
		b.janitor.arm(t.policy.urgent())
		t.mu.Unlock()
	}
	return nil
}

// Policy returns what was set on a level, nil if nothing was. Applied looks at the
// namespace too.
func (b *Broker) Policy(level, resource string, applied bool) json.RawMessage {
	if other, ok := policyAliases[resource]; ok {
		resource = other
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if raw := b.policies[level][resource]; raw != nil || !applied {
		return raw
	}
	if name, err := ParseName(level); err == nil && strings.Contains(level, "://") {
		if raw := b.policies[name.Namespace][resource]; raw != nil {
			return raw
		}
	}
	return policyDefaults[resource]
}

// backlogSize is the bytes that the slowest durable subscription has not read.
func (t *Topic) backlogSize() int64 {
	if s := t.slowest(); s != nil {
		return t.log.Size(s.cursor.Mark())
	}
	return 0
}

func (t *Topic) slowest() (slowest *Subscription) {
	for _, s := range t.subs {
		if s.holds() && (slowest == nil || s.cursor.Mark() < slowest.cursor.Mark()) {
			slowest = s
		}
	}
	return slowest
}

// overQuota reports whether the backlog quota is reached.
func (t *Topic) overQuota() bool {
	p := &t.policy
	if p.quotaSize > 0 && t.backlogSize() >= p.quotaSize {
		return true
	}
	if s := t.slowest(); p.quotaTime > 0 && s != nil {
		e := t.log.At(s.cursor.Mark())
		return e != nil && t.broker.nowMs()-e.Published >= p.quotaTime.Milliseconds()
	}
	return false
}

// enforce applies the backlog quota.
func (t *Topic) enforce() {
	if !t.overQuota() {
		t.blocked = false
		return
	}
	if t.policy.quota != quotaEviction {
		t.block()
		return
	}
	for t.overQuota() {
		s := t.slowest()
		n := s.cursor.Mark() + max(1, s.backlog()/10)
		s.expired += s.skipTo(min(n, t.log.Next()))
		s.pump()
	}
}

// block closes the producers and takes no new ones while the quota is reached.
func (t *Topic) block() {
	t.blocked = true
	t.closeProducers()
}

// evict makes room by dropping the oldest entries of a topic, whoever needs them,
// if its quota says so.
func (t *Topic) evict() bool {
	if t.policy.quota != quotaEviction {
		return false
	}
	for t.broker.full(bottom) {
		if len(t.log.Ledgers()) < 2 {
			t.openLedger()
		}
		if len(t.log.Ledgers()) < 2 {
			return !t.broker.full(top)
		}
		before := t.log.Ledgers()[1].First
		for _, s := range t.subs {
			s.expired += max(0, before-s.cursor.Mark())
		}
		t.dropFirst()
	}
	return true
}
