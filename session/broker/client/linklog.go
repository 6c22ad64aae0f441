package client

import (
	"fmt"
	"sync"

	"github.com/apache/pulsar-client-go/pulsar/log"

	"pulsh/session/broker"
	"pulsh/session/connections"
)

// links knows which producers and consumers of one pulsar.Client have lost their
// connection. The client tells that nowhere but in its log, so links reads the log; a
// test fails if the client's words change.
type links struct {
	mu        sync.Mutex // guards the fields below; held for moments only
	producers map[string]*connections.Member
	consumers map[consumerName]*connections.Member
	discarded map[consumerName]func(why string)
	unloaded  map[owner]bool // ids of producers and consumers that the broker is closing: their connection lasts
}

// consumerName is how the client's log names a consumer.
type consumerName struct{ subscription, name string }

func newLinks() *links {
	return &links{producers: map[string]*connections.Member{}, consumers: map[consumerName]*connections.Member{},
		discarded: map[consumerName]func(string){}, unloaded: map[owner]bool{}}
}

// watch tells a member of the connections of a producer or a consumer, which has a key
// in all, until the returned function is called.
func watch[K comparable](l *links, all map[K]*connections.Member, key K, m *connections.Member) (forget func()) {
	if m == nil {
		return func() {}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	all[key] = m
	return func() {
		l.mu.Lock()
		delete(all, key)
		l.mu.Unlock()
		m.Close()
	}
}

// watchConsumer is watch for a consumer or a reader.
func (l *links) watchConsumer(spec broker.ConsumerSpec) (forget func()) {
	key := consumerName{spec.Subscription, spec.Name}
	forgetMember := watch(l, l.consumers, key, spec.Links.Member())
	if spec.Discarded == nil {
		return forgetMember
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.discarded[key] = spec.Discarded
	return func() {
		l.mu.Lock()
		delete(l.discarded, key)
		l.mu.Unlock()
		forgetMember()
	}
}

// discard tells a consumer that the client throws away an entry of it.
func (l *links) discard(of *line) {
	l.mu.Lock()
	tell := l.discarded[of.consumer]
	l.mu.Unlock()
	if tell != nil && of.damage != saidUndecrypted { // which is counted where it is found
		tell(of.damage)
	}
}

// What the client logs.
const (
	saidProducerLost    = "Connection was closed"
	saidProducerBack    = "Reconnected producer to broker"
	saidConsumerLost    = "connection closed and send to connectClosedCh"
	saidConsumerBack    = "Reconnected consumer to broker"
	saidConsumerEnding  = "Closing consumer=%d"
	saidProducerClosing = "Broker notification of Closed producer: %d"
	saidConsumerClosing = "Broker notification of Closed consumer: %d"
	saidDiscarding      = "Discarding corrupted message"
	saidDamage          = "validationError" // a field
	saidUndecrypted     = "DecryptionError" // a value of it
)

// owner tells the ids of producers from those of consumers.
type owner struct {
	consumer bool
	id       uint64
}

// closing notes that the broker closes a producer or a consumer, whose connection lasts.
func (l *links) closing(consumer bool, args []any) {
	if len(args) != 1 {
		return
	}
	if id, ok := args[0].(uint64); ok {
		l.mu.Lock()
		l.unloaded[owner{consumer, id}] = true
		l.mu.Unlock()
	}
}

// member returns whose line it is, and whether the broker has closed it.
func (l *links) member(of *line) (m *connections.Member, unloaded bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if unloaded = l.unloaded[of.owner]; unloaded {
		delete(l.unloaded, of.owner)
	}
	if of.owner.consumer {
		return l.consumers[of.consumer], unloaded
	}
	return l.producers[of.producer], unloaded
}

// line is a logger of the client, and a line that is begun: few of them matter. It is of
// one producer or consumer, or of none.
type line struct {
	links    *links
	topic    string // or partition
	producer string // name, "" for none
	consumer consumerName
	owner    owner
	damage   string // of an entry, in the protocol's words
}

var (
	_ log.Logger = (*line)(nil)
	_ log.Entry  = (*line)(nil)
)

// SubLogger returns a logger with more fields, which say whose it is.
func (l *line) SubLogger(fields log.Fields) log.Logger {
	next := *l
	for name, to := range map[string]*string{
		"topic": &next.topic, "producer_name": &next.producer, "subscription": &next.consumer.subscription, "name": &next.consumer.name,
	} {
		if text, ok := fields[name].(string); ok {
			*to = text
		}
	}
	if id, ok := fields["producerID"].(uint64); ok {
		next.owner = owner{id: id}
	}
	if id, ok := fields["consumerID"].(uint64); ok {
		next.owner = owner{true, id}
	}
	return &next
}

// lost, back and gone say what has become of the connection.
func (l *line) lost() {
	if m, unloaded := l.links.member(l); !unloaded {
		m.Lost(l.topic)
	}
}

func (l *line) back() {
	m, _ := l.links.member(l)
	m.Back(l.topic)
}

func (l *line) gone() {
	m, _ := l.links.member(l)
	m.Drop(l.topic)
}

func is(args []any, text string) bool { return len(args) == 1 && args[0] == text }

func (l *line) Debug(args ...any) {
	if is(args, saidConsumerLost) {
		l.lost()
	}
}

func (l *line) Info(args ...any) {
	if is(args, saidProducerBack) || is(args, saidConsumerBack) {
		l.back()
	}
}

func (l *line) Warn(args ...any) {
	if is(args, saidProducerLost) {
		l.lost()
	}
}

func (l *line) Infof(format string, args ...any) {
	switch format {
	case saidProducerClosing:
		l.links.closing(false, args)
	case saidConsumerClosing:
		l.links.closing(true, args)
	case saidConsumerEnding:
		l.gone()
	}
}

func (l *line) WithFields(fields log.Fields) log.Entry {
	damage, ok := fields[saidDamage].(fmt.Stringer)
	if !ok {
		return l
	}
	next := *l
	next.damage = damage.String()
	return &next
}

func (l *line) Error(args ...any) {
	if is(args, saidDiscarding) {
		l.links.discard(l)
	}
}

func (l *line) WithField(string, any) log.Entry { return l }
func (l *line) WithError(error) log.Entry       { return l }
func (l *line) Debugf(string, ...any)           {}
func (l *line) Warnf(string, ...any)            {}
func (l *line) Errorf(string, ...any)           {}
