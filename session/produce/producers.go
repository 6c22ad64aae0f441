package produce

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// drainTime is how long the lanes of an old generation may take to get their
// last receipts, while the new generation sends already.
const drainTime = 10 * time.Second

// producerHandle is a broker lane with its place in the ledgers.
type producerHandle struct {
	broker.Producer
	topic  string
	stream uint64
	inside sync.RWMutex          // held for reading by whoever sends
	over   atomic.Pointer[error] // why it was given up for good; nil while it was not
}

// send returns 0 at once when the lane has been released.
func (l *producerHandle) send(dues []int64) int {
	l.inside.RLock()
	defer l.inside.RUnlock()
	return l.Send(dues)
}

// close waits until nobody is inside (whoever waits for a free place leaves at
// once), then flushes within ctx and closes.
func (l *producerHandle) close(ctx context.Context) error {
	l.Release()
	l.inside.Lock()
	defer l.inside.Unlock()
	return l.Close(ctx)
}

// producerSet is the lanes that a group sends through at one time. A generation
// never changes: a change is the next one.
type producerSet struct {
	number      int
	producers   []*producerHandle
	first, last atomic.Int64 // clock readings before the first and after the last run through it; 0 for none
}

// currentSet is the way from workers to lanes.
type currentSet struct {
	clock   broker.Clock
	now     atomic.Pointer[producerSet]
	closing sync.WaitGroup // generations that are being closed
}

// send hands due messages over, and moves on to the next generation when the
// present one is replaced under way. It returns how many it has handed over:
// fewer than all only when the group has no lanes any more.
func (c *currentSet) send(worker int, dues []int64) int {
	sent := 0
	for sent < len(dues) {
		g := c.now.Load()
		if g == nil {
			return sent
		}
		n := g.send(worker, dues[sent:], c.clock)
		sent += n
		if n == 0 && c.now.Load() == g {
			return sent
		}
	}
	return sent
}

// send hands due messages to the worker's lane.
func (g *producerSet) send(worker int, dues []int64, clock broker.Clock) int {
	if g.first.Load() == 0 {
		g.first.CompareAndSwap(0, clock())
	}
	n := g.producers[worker%len(g.producers)].send(dues)
	if n > 0 {
		g.last.Store(clock())
	}
	return n
}

// swap makes g the present generation and returns the one before.
func (c *currentSet) swap(g *producerSet) *producerSet { return c.now.Swap(g) }

// release lets every worker that waits for a free place go.
func (c *currentSet) release() {
	if g := c.now.Load(); g != nil {
		g.release()
	}
}

// abandon lets them go where a lane was given up for good, and no keeper will
// replace it: nobody gets a place there any more.
func (c *currentSet) abandon() {
	if g := c.now.Load(); g != nil && g.over() {
		g.release()
	}
}

func (c *currentSet) count() int {
	if g := c.now.Load(); g != nil {
		return len(g.producers)
	}
	return 0
}

func (g *producerSet) release() {
	for _, l := range g.producers {
		l.Release()
	}
}

// closeProducers closes them side by side; what ctx cut short is no error.
func closeProducers(ctx context.Context, lanes []*producerHandle) error {
	errs := make([]error, len(lanes))
	var all sync.WaitGroup
	for i, l := range lanes {
		all.Go(func() { errs[i] = l.close(ctx) })
	}
	all.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(errs...)
}

// frameRoom is what a message's metadata may take beside its body, generously.
const frameRoom = 1 << 10

// checkSize refuses bodies that the broker would refuse one by one.
func (g *Group) checkSize(spec spec.Producer) error {
	most := g.cluster.Now().SizeMax - frameRoom
	if most <= 0 || spec.Size.Max() <= most {
		return nil
	}
	return &broker.Error{
		Category: broker.TooLarge,
		Message:  fmt.Sprintf("the broker takes messages up to %s, and size=%s is more", payload.FormatBytes(int64(most+frameRoom)), spec.Size),
		Try:      fmt.Sprintf("set %s size=%s", g.name, payload.FormatBytes(int64(most))),
	}
}

// open creates a whole generation, or nothing.
func (g *Group) open(ctx context.Context, spec spec.Producer, number int) (*producerSet, error) {
	if err := g.checkSize(spec); err != nil {
		return nil, err
	}
	if err := g.ensureTopic(ctx, spec); err != nil {
		return nil, err
	}
	lanes, err := g.openProducers(ctx, spec, number, 0, spec.ProducerCount())
	if err != nil {
		return nil, err
	}
	return &producerSet{number: number, producers: lanes}, nil
}

// openProducers creates the lanes numbered from to to-1.
func (g *Group) openProducers(ctx context.Context, spec spec.Producer, number, from, to int) ([]*producerHandle, error) {
	lanes := make([]*producerHandle, to-from)
	opening, creating := errgroup.WithContext(ctx)
	opening.SetLimit(group.OpenAtOnce)
	for i := range lanes {
		opening.Go(func() error {
			recorder := g.recorder(from + i)
			wanted := g.producerSpec(spec, number, from+i, recorder)
			made := &producerHandle{topic: wanted.Topic, stream: wanted.ID}
			wanted.Ended = func(cause error) { g.producerLost(made, cause) }
			opened, err := g.cluster.Broker.OpenProducer(creating, wanted)
			if err != nil {
				return err
			}
			made.Producer = opened
			lanes[i] = made
			g.eachAudit(wanted.Topic, func(l *delivery.Audit) { l.Open(wanted.ID, 0) })
			return nil
		})
	}
	if err := opening.Wait(); err != nil {
		opened := slices.DeleteFunc(lanes, func(l *producerHandle) bool { return l == nil })
		return nil, errors.Join(err, closeProducers(ctx, opened))
	}
	return lanes, nil
}

func (g *Group) producerSpec(settings spec.Producer, number, index int, recorder *metrics.SendRecorder) broker.ProducerSpec {
	stream := payload.ProducerID(group.RandomID(), settings.BatchBy == spec.ByKey)
	return broker.ProducerSpec{
		Topic:       settings.Topic,
		Name:        fmt.Sprintf("pulsh-%s-g%d-%d-%08x", g.name, number, index+1, uint32(stream)),
		ID:          stream,
		Compression: settings.Compression,
		Batch:       broker.Batch{Messages: settings.Batch, Bytes: settings.BatchBytes, Delay: settings.Delay, ByKey: settings.BatchBy == spec.ByKey},
		Pending:     max(settings.Pending/settings.ProducerCount(), 1),
		Timeout:     settings.Timeout,
		Bodies:      settings.Bodies(),
		Keys:        g.keys(settings),
		Seed:        stream,
		Clock:       g.host.Clock,
		Base:        g.host.Base,
		Recorder:    recorder,
		SendFailed:  func(n uint64) { g.eachAudit(settings.Topic, func(l *delivery.Audit) { l.SendFailed(stream, n) }) },
	}
}

// keys makes the group's keys once and shares them among its lanes.
func (g *Group) keys(spec spec.Producer) *payload.KeyTable {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.keyTable == nil || g.keysMade != spec.Keys {
		g.keyTable, g.keysMade = payload.NewKeyTable(spec.Keys), spec.Keys
	}
	return g.keyTable
}

// ensureTopic looks the topic up, and creates it with the wanted partitions
// where it does not exist.
func (g *Group) ensureTopic(ctx context.Context, spec spec.Producer) error {
	name, err := broker.ParseTopic(spec.Topic)
	if err != nil {
		return err
	}
	if g.cluster.Admin != nil && spec.Partitions > 0 && name.Partition < 0 {
		if err := g.cluster.Admin.CreateTopic(ctx, spec.Topic, spec.Partitions); err != nil && !broker.IsThere(err) {
			return err
		}
	}
	partitions, err := g.cluster.Broker.Partitions(ctx, spec.Topic)
	if err != nil {
		return err
	}
	if spec.Partitions > 0 && partitions != spec.Partitions {
		return &broker.Error{
			Message: fmt.Sprintf("topic %s has %d partitions, not %d", spec.Topic, partitions, spec.Partitions),
			Try:     fmt.Sprintf("set %s partitions=%d", g.name, partitions),
		}
	}
	g.sampled.partitions.Store(int64(partitions))
	return nil
}

// gapTime is how long a rebuild waits for the first message the new way, to
// tell of the gap.
const gapTime = time.Second

// rebuild opens the next generation beside the present one, moves the workers
// over, and lets the old lanes get their last receipts in the background.
func (g *Group) rebuild(ctx context.Context, spec spec.Producer) (group.Rebuild, error) {
	next, err := g.open(ctx, spec, g.current.now.Load().number+1)
	if err != nil {
		return group.Rebuild{}, err
	}
	old := g.current.swap(next)
	g.closeLater(old, 0)
	return group.Rebuild{Done: true, Gap: gapBetween(ctx, old, next)}, nil
}

// gapBetween is 0 while nothing was sent on one of the two sides.
func gapBetween(ctx context.Context, old, next *producerSet) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, gapTime)
	defer cancel()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for next.first.Load() == 0 && ctx.Err() == nil {
		select {
		case <-look.C:
		case <-ctx.Done():
		}
	}
	if next.first.Load() == 0 || old.last.Load() == 0 {
		return 0
	}
	return time.Duration(max(next.first.Load()-old.last.Load(), 0))
}

// resize gives the group as many lanes as the specification wants, and keeps
// those that are there.
func (g *Group) resize(ctx context.Context, spec spec.Producer) error {
	now := g.current.now.Load()
	have, want := len(now.producers), spec.ProducerCount()
	switch {
	case want > have:
		more, err := g.openProducers(ctx, spec, now.number, have, want)
		if err != nil {
			return err
		}
		g.current.swap(&producerSet{number: now.number, producers: append(now.producers[:have:have], more...)})
	case want < have:
		g.closeLater(g.current.swap(&producerSet{number: now.number, producers: now.producers[:want:want]}), want)
	}
	return nil
}

// closeLater closes the lanes of old from the given one on, in the background:
// their receipts still count. stop waits for it.
func (g *Group) closeLater(old *producerSet, from int) {
	surplus := old.producers[from:]
	g.current.closing.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), drainTime)
		defer cancel()
		if err := closeProducers(ctx, surplus); err != nil {
			g.host.Say("%s: an old lane: %s", g.name, err)
		}
		g.noteUnanswered(surplus)
	})
}

// noteUnanswered remembers closed lanes that left messages without an answer. An
// answer that comes late still counts, and takes the message off again.
func (g *Group) noteUnanswered(lanes []*producerHandle) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, l := range lanes {
		g.reportAnswered(l)
		if l.InFlight() > 0 {
			g.abandoned = append(g.abandoned, l)
		}
	}
}

// unknown counts the messages of closed lanes that have no answer. It needs the
// group's lock.
func (g *Group) unknown() (n int64) {
	g.abandoned = slices.DeleteFunc(g.abandoned, func(l *producerHandle) bool { return l.InFlight() == 0 })
	for _, l := range g.abandoned {
		n += int64(l.InFlight())
	}
	return n
}

// recorder is that of the lane with this index, in every generation.
func (g *Group) recorder(index int) *metrics.SendRecorder {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.recorders) <= index%group.RecordersMax {
		g.recorders = append(g.recorders, g.shards.Attach())
	}
	return g.recorders[index%group.RecordersMax]
}
