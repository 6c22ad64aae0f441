package session

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
	"pulsh/session/metrics"
	"pulsh/session/payload"
)

// deliveriesMax is how many messages a worker takes at a time. The Go client
// puts ten ahead; more would only be held back from other workers.
const deliveriesMax = 64

// again is how long a worker waits before it subscribes once more.
const again = time.Second

// receiver is one worker of a consumer group.
type receiver struct {
	number   int // from 1
	group    *consumer
	seat     *seat
	recorder *metrics.ReceiveRecorder
	ledger   *payload.Reader
	received atomic.Int64
	cancel   context.CancelFunc
	ended    sync.WaitGroup
}

// seat is a place at the subscription: one consumer that the broker sees. The
// workers of an exclusive group share one, all others have their own.
type seat struct {
	turn       chan struct{} // holds one token while a worker takes deliveries
	mu         sync.Mutex
	subscriber broker.Subscriber
	workers    int
}

func newSeat(s broker.Subscriber) *seat { return &seat{turn: make(chan struct{}, 1), subscriber: s} }

// hire subscribes workers until there are spec.Workers.
func (g *consumer) hire(ctx context.Context, spec ConsumerSpec) error {
	g.mu.Lock()
	from := len(g.workers)
	var shared *seat
	if spec.Type == broker.Exclusive && from > 0 {
		shared = g.workers[0].seat
	}
	g.mu.Unlock()
	if spec.Workers <= from {
		return nil
	}
	seats, err := g.sit(ctx, spec, from, shared)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, seat := range seats {
		g.workers = append(g.workers, g.employ(from+i+1, seat))
	}
	return nil
}

// sit finds a seat for each new worker.
func (g *consumer) sit(ctx context.Context, spec ConsumerSpec, from int, shared *seat) ([]*seat, error) {
	seats := make([]*seat, spec.Workers-from)
	if spec.Type == broker.Exclusive {
		if shared == nil {
			subscriber, err := g.subscribe(ctx, spec, 1)
			if err != nil {
				return nil, err
			}
			shared = newSeat(subscriber)
		}
		for i := range seats {
			seats[i] = shared
		}
		return seats, nil
	}
	opening, creating := errgroup.WithContext(ctx)
	opening.SetLimit(openAtOnce)
	for i := range seats {
		opening.Go(func() error {
			subscriber, err := g.subscribe(creating, spec, from+i+1)
			seats[i] = newSeat(subscriber)
			return err
		})
	}
	err := opening.Wait()
	if err == nil {
		return seats, nil
	}
	for _, s := range seats {
		if s != nil && s.subscriber != nil {
			err = errors.Join(err, s.subscriber.Close(ctx))
		}
	}
	return nil, err
}

func (g *consumer) subscribe(ctx context.Context, spec ConsumerSpec, number int) (broker.Subscriber, error) {
	return g.link.Broker.Subscribe(ctx, broker.SubscriberSpec{
		Topics:       []string{spec.Topic},
		Subscription: spec.Subscription,
		Type:         spec.Type,
		Name:         fmt.Sprintf("pulsh-%s-w%04d-%08x", g.name, number, uint32(randomID())),
		Queue:        spec.Queue,
		Position:     spec.From,
		Ack:          spec.Ack,
	})
}

// recorder is that of the worker with this index. It needs the lock.
func (g *consumer) recorder(index int) *metrics.ReceiveRecorder {
	for len(g.recorders) <= index%recordersMax {
		g.recorders = append(g.recorders, g.shards.Attach())
	}
	return g.recorders[index%recordersMax]
}

// employ starts a worker at its seat.
func (g *consumer) employ(number int, at *seat) *receiver {
	ctx, cancel := context.WithCancel(context.Background())
	w := &receiver{
		number:   number,
		group:    g,
		seat:     at,
		recorder: g.recorder(number - 1),
		ledger:   g.ledger.Reader(),
		cancel:   cancel,
	}
	at.workers++
	w.ended.Go(func() { w.run(ctx) }) // owned by the group: dismiss ends it and waits
	return w
}

// dismiss ends the last workers until n are left, and closes the seats that
// nobody uses any more. What it cannot finish within ctx finishes by itself.
func (g *consumer) dismiss(ctx context.Context, n int) error {
	g.mu.Lock()
	leaving := slices.Clone(g.workers[min(n, len(g.workers)):])
	g.workers = g.workers[:len(g.workers)-len(leaving)]
	g.mu.Unlock()
	for _, w := range leaving {
		w.cancel()
	}
	g.gate.nudge()
	errs := make([]error, len(leaving))
	var all sync.WaitGroup
	for i, w := range leaving {
		all.Go(func() { errs[i] = w.leave(ctx) })
	}
	all.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(errs...)
}

// leave waits for the worker's end and closes its seat if it was the last there.
func (w *receiver) leave(ctx context.Context) error {
	gone := make(chan struct{})
	go func() {
		w.ended.Wait()
		close(gone)
	}()
	select {
	case <-gone:
	case <-ctx.Done(): // an acknowledgement to a dead broker; closing now could hang for ever
		return nil
	}
	w.seat.mu.Lock()
	defer w.seat.mu.Unlock()
	if w.seat.workers--; w.seat.workers > 0 {
		return nil
	}
	return w.seat.subscriber.Close(ctx)
}

// run is the hot path of receiving.
func (w *receiver) run(ctx context.Context) {
	buf := make([]broker.Delivery, deliveriesMax)
	for {
		leave, err := w.group.gate.enter(ctx)
		if err != nil {
			return
		}
		if ctx.Err() != nil {
			w.group.gate.leave()
			return
		}
		at := w.seat.now()
		n := w.receive(at, leave, buf)
		w.acknowledge(at, buf[:n])
		w.group.gate.leave()
		if n == 0 {
			w.renew(ctx, at)
		}
	}
}

// now is the seat's present subscriber.
func (s *seat) now() broker.Subscriber {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.subscriber
}

// receive takes deliveries and enters them in the books. Workers that share a
// seat take turns at it, so that the books see the order of the subscription.
func (w *receiver) receive(from broker.Subscriber, leave <-chan struct{}, buf []broker.Delivery) int {
	w.seat.turn <- struct{}{}
	defer func() { <-w.seat.turn }()
	n := from.Receive(leave, buf)
	w.enter(buf[:n])
	return n
}

// enter puts deliveries in the books.
func (w *receiver) enter(run []broker.Delivery) {
	var bytes int64
	base := w.group.session.base.UnixNano()
	for i := range run {
		d := &run[i]
		bytes += int64(len(d.Body))
		stamp, ok := payload.ReadStamp(d.Body)
		if !ok {
			w.recorder.Unstamped(1)
			continue
		}
		received := base + d.Received
		w.recorder.EndToEnd(stamp.Due, received)
		w.ledger.Take(&payload.Arrival{
			Stamp: stamp, Entry: d.Entry, Redelivery: d.Redelivery, Key: d.Key,
			Transit: received - max(stamp.Due, d.Published),
		})
		if d.Redelivery > 0 {
			w.recorder.Redelivered(1)
		}
	}
	w.recorder.Received(len(run), bytes)
	w.received.Add(int64(len(run)))
}

// acknowledge lets the broker forget deliveries.
func (w *receiver) acknowledge(from broker.Subscriber, run []broker.Delivery) {
	if len(run) == 0 {
		return
	}
	failed, err := from.Ack(run)
	if err != nil {
		w.recorder.AckFailed(failed, broker.Classify(err), err.Error())
	}
	if acked := len(run) - failed; acked > 0 {
		w.recorder.AckedMany(run[0].Received, w.group.session.clock(), acked)
	}
}

// renew subscribes again if the subscriber has ended by itself, until it
// succeeds or the worker is dismissed. The first worker at a seat does it.
func (w *receiver) renew(ctx context.Context, ended broker.Subscriber) {
	done, cause := ended.Ended()
	select {
	case <-done:
	default:
		return
	}
	w.seat.mu.Lock()
	defer w.seat.mu.Unlock()
	if w.seat.subscriber != ended || ctx.Err() != nil {
		return
	}
	g := w.group
	g.session.notes.say("%s: worker %d lost its consumer: %v", g.name, w.number, cause())
	for ctx.Err() == nil {
		fresh, err := g.subscribe(ctx, g.settings(), w.number)
		if err == nil {
			w.seat.subscriber = fresh
			g.session.notes.say("%s: worker %d receives again", g.name, w.number)
			return
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
		}
	}
}
