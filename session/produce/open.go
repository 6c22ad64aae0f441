package produce

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// opener opens the producers of a group.
type opener struct {
	group *Group
	lost  func(p *producerHandle, cause error) // called by the client's goroutine

	mu        sync.Mutex // guards the fields below; held for moments only
	recorders group.Recorders[metrics.SendRecorder]
	keyTable  *payload.KeyTable
	keys      payload.Keys // that keyTable was made from

	bodiesMost int       // bytes of the bodies of one producer
	encoding   encoding  // of the producers in use
	shares     []float64 // sums of the shares of uneven topics, as spec.Spread.Shares has them; nil for even ones
}

// open opens a whole set of producers, or none.
func (o *opener) open(ctx context.Context, settings spec.Producer, number int) (set *producerSet, err error) {
	before := o.setEncoding(encoding{})
	defer func() {
		if err != nil {
			o.setEncoding(before) // the producers that are open use it
		}
	}()
	fresh, err := o.makeEncoding(ctx, settings, before)
	if err != nil {
		return nil, err
	}
	o.setEncoding(fresh)
	if err := o.checkSize(settings); err != nil {
		return nil, err
	}
	if err := o.checkMemoryLimit(settings); err != nil {
		return nil, err
	}
	if err := o.checkTimers(settings); err != nil {
		return nil, err
	}
	if err := o.checkKeyCompressors(settings); err != nil {
		return nil, err
	}
	if err := o.takeMemory(settings); err != nil {
		return nil, err
	}
	o.setShares(settings)
	if err := o.ensureTopics(ctx, settings); err != nil {
		return nil, err
	}
	if err := o.checkTopicSize(ctx, settings); err != nil {
		return nil, err
	}
	producers, err := o.openProducers(ctx, settings, number, 0, settings.ProducerCount())
	if err != nil {
		return nil, err
	}
	o.warnOfDelay(settings)
	return &producerSet{number: number, producers: producers, spread: newSpread(settings)}, nil
}

// checkSize refuses bodies that the broker would refuse one by one.
func (o *opener) checkSize(settings spec.Producer) error {
	if settings.Chunking != 0 {
		return nil // any size is sent in chunks
	}
	most := o.group.Cluster().Now().SizeMax - overheadMax
	what, largest := "size="+settings.Size.String()+settings.Size.Wide(), settings.Size.Max()
	if own := o.own(); own != nil {
		what, largest = fmt.Sprintf("a message of %s with %s", payload.FormatBody(settings.Body, settings.Pattern), payload.FormatBytes(int64(own.Largest()))), own.Largest()
	}
	if most <= 0 || largest <= most {
		return nil
	}
	return &broker.Error{
		Category: broker.TooLarge,
		Message:  fmt.Sprintf("the broker takes messages up to %s with their headers, and %s is more", payload.FormatBytes(int64(most+overheadMax)), what),
		Try:      fmt.Sprintf("set %s size=%s", o.group.Name(), settings.Size.Within(most)),
	}
}

// takeMemory sets aside the memory of the bodies in flight.
func (o *opener) takeMemory(settings spec.Producer) error {
	producers := settings.ProducerCount()
	size, own := settings.Size, o.own()
	if own != nil {
		size, _ = payload.FixedSize(max(own.Largest(), payload.StampSize)) // checkSize has seen it
	}
	each, err := o.group.Host().Bodies.Take(o.group.Name(), size, producers, settings.Pending/producers)
	if err == nil && own != nil {
		err = o.group.Host().Bodies.TakeMore(o.group.Name(), own.Total())
	}
	if err != nil {
		try := "set " + o.group.Name() + " pending=" + strconv.Itoa(max(settings.Pending/10, 1))
		if producers > 1 {
			try = "set " + o.group.Name() + " producers=" + strconv.Itoa(max(producers/10, 1))
		}
		return &broker.Error{Category: broker.TooLarge, Message: err.Error(), Try: try}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bodiesMost = each
	return nil
}

// policyTime bounds the reading of a policy that the broker enforces anyway.
const policyTime = 2 * time.Second

// checkTopicSize refuses messages and batches above the topic's own bound: the client
// sends such a one again and again, and none after it.
func (o *opener) checkTopicSize(ctx context.Context, settings spec.Producer) error {
	topic, most := settings.TopicName(0), o.topicSize(ctx, settings)
	if most <= 0 || settings.Chunking != 0 {
		return nil // unknown, or none, or any size is sent in chunks
	}
	refuse := func(what, fits string) error {
		return &broker.Error{
			Category: broker.TooLarge,
			Message:  fmt.Sprintf("topic %s takes messages and batches up to %s (maxMessageSize), and %s is more", topic, payload.FormatBytes(int64(most)), what),
			Try:      fmt.Sprintf("set %s %s", o.group.Name(), fits),
		}
	}
	fits := payload.FormatBytes(int64(max(most*3/4, 1)))
	switch {
	case o.own() == nil && settings.Size.Max()+overheadMax/8 > most:
		return refuse("size="+settings.Size.String()+settings.Size.Wide(), "size="+settings.Size.Within(max(most*3/4, 1)).String())
	case settings.Batch > 1 && settings.BatchBytes > most:
		return refuse("bytes="+payload.FormatBytes(int64(settings.BatchBytes)), "bytes="+fits)
	}
	return nil
}

// ensureTopics looks the topics up, side by side, and creates those that do not exist.
func (o *opener) ensureTopics(ctx context.Context, settings spec.Producer) error {
	names := settings.TopicNames()
	partitions := make([]int, len(names))
	looking, each := errgroup.WithContext(ctx)
	looking.SetLimit(group.OpenAtOnce)
	for i, topic := range names {
		looking.Go(func() (err error) {
			partitions[i], err = o.ensureTopic(each, settings, topic)
			return err
		})
	}
	if err := looking.Wait(); err != nil {
		return o.group.Refused(ctx, names[0], err)
	}
	all := 0
	for _, n := range partitions {
		all += n
	}
	o.group.SetPartitions(all)
	return nil
}

// ensureTopic looks a topic up, and creates it with the wanted number of partitions if
// it does not exist. It returns how many it has.
func (o *opener) ensureTopic(ctx context.Context, settings spec.Producer, topic string) (int, error) {
	cluster := o.group.Cluster()
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return 0, err
	}
	if cluster.Admin != nil && settings.Partitions > 0 && name.Partition < 0 {
		if err := cluster.Admin.CreateTopic(ctx, topic, settings.Partitions); err != nil && !broker.IsThere(err) {
			return 0, err
		}
	}
	engine, err := o.group.Broker(settings.Engine)
	if err != nil {
		return 0, err
	}
	partitions, err := engine.Partitions(ctx, topic)
	if err != nil {
		return 0, err
	}
	if settings.Partitions > 0 && partitions != settings.Partitions {
		has := fmt.Sprintf("has %d partitions, not %d", partitions, settings.Partitions)
		if partitions == 0 {
			has = fmt.Sprintf("exists already, without partitions instead of with %d", settings.Partitions)
		}
		return 0, &broker.Error{
			Message: fmt.Sprintf("topic %s %s", topic, has),
			Try:     fmt.Sprintf("set %s partitions=%d", o.group.Name(), partitions),
		}
	}
	if fixed := settings.Routing; fixed.Mode == spec.RouteFixed && fixed.Partition >= max(partitions, 1) {
		has := fmt.Sprintf("has %d partitions, numbered from 0", partitions)
		if partitions == 0 {
			has = "is not partitioned"
		}
		return 0, &broker.Error{
			Message: fmt.Sprintf("topic %s %s; there is no partition %d", topic, has, fixed.Partition),
			Try:     fmt.Sprintf("set %s routing=round-robin", o.group.Name()),
		}
	}
	return partitions, nil
}

// openProducers opens the producers with the indexes from to to-1, or none.
func (o *opener) openProducers(ctx context.Context, settings spec.Producer, number, from, to int) ([]*producerHandle, error) {
	producers := make([]*producerHandle, to-from)
	opening, creating := errgroup.WithContext(ctx)
	opening.SetLimit(group.OpenAtOnce)
	for i := range producers {
		opening.Go(func() (err error) {
			producers[i], err = o.openOne(creating, settings, number, from+i)
			return err
		})
	}
	if err := opening.Wait(); err != nil {
		opened := slices.DeleteFunc(producers, func(p *producerHandle) bool { return p == nil })
		return nil, errors.Join(o.group.Refused(ctx, settings.Topic, err), closeProducers(ctx, opened))
	}
	return producers, nil
}

func (o *opener) openOne(ctx context.Context, settings spec.Producer, number, index int) (*producerHandle, error) {
	engine, err := o.group.Broker(settings.Engine)
	if err != nil {
		return nil, err
	}
	wanted := o.producerSpec(settings, number, index)
	handle := &producerHandle{topic: wanted.Topic, stream: wanted.ID}
	wanted.Ended = func(cause error) { o.lost(handle, cause) }
	opened, err := engine.OpenProducer(ctx, wanted)
	if err != nil {
		return nil, err
	}
	handle.Producer = opened
	handle.reserved = delayed(settings)
	o.group.eachAudit(wanted.Topic, wanted.ID, func(a *delivery.Audit) {
		if handle.reserved > 0 {
			a.Reserve(wanted.ID, handle.reserved)
		}
		a.Open(wanted.ID, 0)
	})
	return handle, nil
}

func (o *opener) producerSpec(settings spec.Producer, number, index int) broker.ProducerSpec {
	stream := payload.WithDelay(payload.ProducerID(group.RandomID(), settings.BatchBy == spec.ByKey), !settings.DeliverAfter.IsZero())
	most := o.pendingMost(settings)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.keyTable == nil || o.keys != settings.Keys { // all producers share one table
		o.keyTable, o.keys = payload.NewKeyTable(settings.Keys), settings.Keys
	}
	host, bodies := o.group.Host(), settings.Bodies()
	bodies.Most, bodies.Extras = max(o.bodiesMost, int(float64(o.bodiesMost)*float64(settings.ProducerCount())*portion(settings, o.shares, index))), o.encoding.extras
	if !settings.DeliverAfter.IsZero() || o.encoding.chunk > 0 {
		settings.Batch = 1 // the broker delivers a batch as one, and no batch is sent in chunks
	}
	transactions := o.group.transactions.Of(settings.Transactions)
	prefix := settings.Prefix
	if prefix == "" {
		prefix = "pulsh-" + o.group.Name()
	}
	topic := settings.TopicName(index % settings.TopicCount())
	if transactions != nil {
		transactions.Settled = o.settled(topic, stream)
	}
	return broker.ProducerSpec{
		Topic:       topic,
		Access:      settings.Access,
		Routing:     broker.Routing{Single: settings.Routing.Mode == spec.RouteSingle, Fixed: settings.Routing.Mode == spec.RouteFixed, Partition: settings.Routing.Partition},
		Sharing:     settings.Sharing.Of(o.group.Name()),
		Name:        fmt.Sprintf("%s-g%d-%d-%08x", prefix, number, index+1, uint32(stream)),
		ID:          stream,
		Compression: settings.Compression,
		Batch:       broker.Batch{Messages: settings.Batch, Bytes: settings.BatchBytes, Delay: settings.Delay, ByKey: settings.BatchBy == spec.ByKey},
		Pending:     pendingOf(settings, o.shares, index, most),
		Timeout:     settings.Timeout,
		Chunk:       o.encoding.chunk,
		Encrypt:     o.encoding.keys,
		Schema:      o.encoding.schema,
		Bodies:      bodies,
		Keys:        o.keyTable,
		Seed:        stream,
		Clock:       host.Clock,
		Base:        host.Base,
		Recorder:    o.recorders.Of(index),
		Links:       o.group.Links(),
		SendFailed:  func(n uint64) { o.group.eachAudit(topic, stream, func(a *delivery.Audit) { a.SendFailed(stream, n) }) },

		Transactions: transactions,
	}
}
