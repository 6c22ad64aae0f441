package client

import (
	"errors"
	"math/bits"
	"sync/atomic"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
)

// Ack acknowledges each delivery. With ack receipts it sends the run as one
// list per topic: the client handles one acknowledgement at a time and waits
// for its receipt, so single acknowledgements would take a round trip each.
func (s *consumer) Ack(run []broker.Delivery) (failed int, err error) {
	if s.respond {
		return s.ackList(run)
	}
	for i := range run {
		consumer, id := s.topics.of(&run[i])
		if e := consumer.AckID(id); e != nil {
			failed++
			if err == nil {
				err = sentence(e, broker.Subject{})
			}
		}
	}
	return failed, err
}

// ackList sends a list for each topic in the run.
func (s *consumer) ackList(run []broker.Delivery) (failed int, err error) {
	for len(run) > 0 {
		to, _ := s.topics.of(&run[0])
		var ids []pulsar.MessageID
		for len(run) > 0 {
			consumer, id := s.topics.of(&run[0])
			if consumer != to {
				break
			}
			ids, run = append(ids, id), run[1:]
		}
		n, e := refusedOf(to.AckIDList(ids), len(ids))
		failed += n
		if err == nil {
			err = e
		}
	}
	return failed, err
}

// refusedOf returns how many of n acknowledgements an error is about, and the
// reason.
func refusedOf(e error, n int) (failed int, err error) {
	if e == nil {
		return 0, nil
	}
	var each pulsar.AckError
	if !errors.As(e, &each) {
		return n, sentence(e, broker.Subject{})
	}
	for _, one := range each {
		return len(each), sentence(one, broker.Subject{}) // they have failed for one cause
	}
	return 0, nil
}

// AckUpTo acknowledges the last message of each topic in the run.
func (s *consumer) AckUpTo(run []broker.Delivery) error {
	last := map[string]*broker.Delivery{}
	for i := range run {
		last[run[i].Whole.(pulsar.Message).Topic()] = &run[i]
	}
	for topic, d := range last {
		if !broker.IsPersistent(topic) {
			continue // nothing is stored, and all ids are alike: the client would drop what follows
		}
		consumer, id := s.topics.of(d)
		if err := consumer.AckIDCumulative(id); err != nil {
			return sentence(err, broker.Subject{})
		}
	}
	return nil
}

// Nack has the entry of each delivery redelivered.
func (s *consumer) Nack(run []broker.Delivery) {
	for i := range run {
		consumer, id := s.topics.of(&run[i])
		consumer.NackID(id)
	}
}

// nackPrecision returns to how many bits of milliseconds the client may round a
// nack delay down. With its default, 256 ms, a delay of 300 ms would be hardly
// any. An eighth of the delay is too little to notice.
func nackPrecision(delay time.Duration) int64 {
	const standard = 8
	return int64(min(max(bits.Len64(uint64(delay.Milliseconds()/8))-1, 0), standard))
}

// prefetch counts the messages in the client's receiver queue: those pushed
// minus those taken. The client drops its queue when it reconnects. The
// difference is then too high until a receiver finds the queue empty, which
// corrects it.
type prefetch struct {
	pushed, taken, gone atomic.Int64
	idle                atomic.Int32
}

// Waiting returns how many messages are in the client's queue.
func (p *prefetch) Waiting() int {
	waiting := p.pushed.Load() - p.taken.Load() - p.gone.Load()
	if p.idle.Load() > 0 && waiting > 0 {
		p.gone.Add(waiting)
		return 0
	}
	return int(max(waiting, 0))
}

// interceptor receives the client's reports about a consumer.
type interceptor struct {
	*topicEnd
	*prefetch
}

// BeforeConsume counts a message that was pushed.
func (i interceptor) BeforeConsume(pulsar.ConsumerMessage) { i.pushed.Add(1) }

// OnAcknowledge does nothing; the client's interface requires it.
func (i interceptor) OnAcknowledge(pulsar.Consumer, pulsar.MessageID) {}

// OnNegativeAcksSend does nothing; the client's interface requires it.
func (i interceptor) OnNegativeAcksSend(pulsar.Consumer, []pulsar.MessageID) {}
