package session

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/spec"
)

// hire subscribes workers until there are spec.Workers.
func (g *consumer) hire(ctx context.Context, spec spec.Consumer) error {
	g.ledger.Compacted(spec.Compacted)
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
func (g *consumer) sit(ctx context.Context, spec spec.Consumer, from int, shared *seat) ([]*seat, error) {
	seats := make([]*seat, spec.Workers-from)
	if spec.Type == broker.Exclusive {
		if shared == nil {
			name, subscriber, err := g.subscribe(ctx, spec, 1)
			if err != nil {
				return nil, err
			}
			shared = g.newSeat(name, subscriber, 1)
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
			name, subscriber, err := g.subscribe(creating, spec, from+i+1)
			if err == nil {
				seats[i] = g.newSeat(name, subscriber, from+i+1)
			}
			return err
		})
	}
	err := opening.Wait()
	if err == nil {
		return seats, nil
	}
	for _, s := range seats {
		if s != nil {
			err = errors.Join(err, s.now().subscriber.Close(ctx))
		}
	}
	return nil, err
}

// subscribe makes a consumer, under a name of its own.
func (g *consumer) subscribe(ctx context.Context, spec spec.Consumer, number int) (name string, made broker.Consumer, err error) {
	name = g.consumerName(spec, number)
	made, err = g.link.Broker.Subscribe(ctx, broker.ConsumerSpec{
		Topics:       g.covers(),
		Subscription: spec.Subscription,
		Type:         spec.Type,
		Name:         name,
		Queue:        spec.Queue,
		Position:     spec.From,
		Grouping:     spec.Ack.Grouping(),
		Respond:      spec.Response,
		BatchIndex:   spec.BatchIndex,
		NackDelay:    spec.NackDelay,
		NonDurable:   !spec.Durable,
		Priority:     spec.Priority,
		Compacted:    spec.Compacted,
		Spread:       spec.Topics().Pattern(),
		Ranges:       spec.Ranges(number),
	})
	return name, made, g.advise(err)
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
		random:   newRandom(),
		timer:    stoppedTimer(),
		cancel:   cancel,
	}
	at.workers.Add(1)
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
	if len(leaving) > 0 {
		g.parted.Store(true)
	}
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
	return w.seat.vacate(ctx)
}

// stoppedTimer is a timer that has not been started.
func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}
