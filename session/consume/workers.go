package consume

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/spec"
)

// addWorkers subscribes workers until there are spec.Workers.
func (g *Group) addWorkers(ctx context.Context, spec spec.Consumer) error {
	g.audit.SetCompacted(spec.Compacted)
	g.mu.Lock()
	from := len(g.workers)
	var shared *slot
	if spec.Type == broker.Exclusive && from > 0 {
		shared = g.workers[0].slot
	}
	g.mu.Unlock()
	if spec.Workers <= from {
		return nil
	}
	seats, err := g.subscribeSlots(ctx, spec, from, shared)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, seat := range seats {
		g.workers = append(g.workers, g.startWorker(from+i+1, seat))
	}
	return nil
}

// subscribeSlots finds a seat for each new worker.
func (g *Group) subscribeSlots(ctx context.Context, spec spec.Consumer, from int, shared *slot) ([]*slot, error) {
	seats := make([]*slot, spec.Workers-from)
	if spec.Type == broker.Exclusive {
		if shared == nil {
			name, subscriber, err := g.subscribe(ctx, spec, 1)
			if err != nil {
				return nil, err
			}
			shared = g.newSlot(name, subscriber, 1)
		}
		for i := range seats {
			seats[i] = shared
		}
		return seats, nil
	}
	opening, creating := errgroup.WithContext(ctx)
	opening.SetLimit(group.OpenAtOnce)
	for i := range seats {
		opening.Go(func() error {
			name, subscriber, err := g.subscribe(creating, spec, from+i+1)
			if err == nil {
				seats[i] = g.newSlot(name, subscriber, from+i+1)
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
func (g *Group) subscribe(ctx context.Context, spec spec.Consumer, number int) (name string, made broker.Consumer, err error) {
	name = g.consumerName(spec, number)
	made, err = g.cluster.Broker.Subscribe(ctx, broker.ConsumerSpec{
		Topics:       g.Subscribed(),
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
		TopicsChange: spec.Topics().Pattern(),
		Ranges:       spec.Ranges(number),
	})
	return name, made, g.addAdvice(err)
}

// recorder is that of the worker with this index. It needs the lock.
func (g *Group) recorder(index int) *metrics.ReceiveRecorder {
	for len(g.recorders) <= index%group.RecordersMax {
		g.recorders = append(g.recorders, g.shards.Attach())
	}
	return g.recorders[index%group.RecordersMax]
}

// startWorker starts a worker at its seat.
func (g *Group) startWorker(number int, at *slot) *receiver {
	ctx, cancel := context.WithCancel(context.Background())
	w := &receiver{
		number:   number,
		group:    g,
		slot:     at,
		recorder: g.recorder(number - 1),
		audit:    g.audit.Reader(),
		random:   newRandom(),
		timer:    stoppedTimer(),
		cancel:   cancel,
	}
	at.workers.Add(1)
	w.ended.Go(func() { w.run(ctx) }) // owned by the group: dismiss ends it and waits
	return w
}

// removeWorkers ends the last workers until n are left, and closes the seats that
// nobody uses any more. What it cannot finish within ctx finishes by itself.
func (g *Group) removeWorkers(ctx context.Context, n int) error {
	g.mu.Lock()
	leaving := slices.Clone(g.workers[min(n, len(g.workers)):])
	g.workers = g.workers[:len(g.workers)-len(leaving)]
	g.mu.Unlock()
	if len(leaving) > 0 {
		g.consumersClosed.Store(true)
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
	return w.slot.closeIfUnused(ctx)
}

// stoppedTimer is a timer that has not been started.
func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}
