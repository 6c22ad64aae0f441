package consume

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/gate"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// workers is the set of workers of a group, with the slots they receive through.
type workers struct {
	group *Group

	mu        sync.Mutex // guards the fields below; held for moments only
	list      []*worker
	recorders group.Recorders[metrics.ReceiveRecorder]
}

// slots returns the slots in use, each once: a slot has the number of its first worker.
func (s *workers) slots() (all []*slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.list {
		if w.slot.number == w.number {
			all = append(all, w.slot)
		}
	}
	return all
}

// attachments returns the consumers in use, each once.
func (s *workers) attachments() (all []*attachment) {
	for _, one := range s.slots() {
		all = append(all, one.attachment())
	}
	return all
}

// sample reads the counts of all workers.
func (s *workers) sample(f *group.Sampling, at group.Instant) []snapshot.Worker {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]snapshot.Worker, len(s.list))
	for i, w := range s.list {
		all[i] = f.Worker(at.Time, snapshot.Worker{
			Worker: w.number, Done: w.received.Load(), Acked: w.acked.Load(), Nacked: w.nacked.Load(), Dropped: w.dropped.Load(),
		})
	}
	return all
}

// subscribeFunc makes a consumer for the worker with a number.
type subscribeFunc func(ctx context.Context, settings spec.Consumer, number int) (name string, consumer broker.Consumer, err error)

// add subscribes and starts workers until there are settings.Workers, or none.
func (s *workers) add(ctx context.Context, settings spec.Consumer) error {
	return s.addBy(ctx, settings, s.group.subscription.subscribe)
}

// addFailed starts workers as add does, without consumers. The supervisor
// subscribes for them.
func (s *workers) addFailed(settings spec.Consumer, why error) {
	_ = s.addBy(context.Background(), settings, func(context.Context, spec.Consumer, int) (string, broker.Consumer, error) {
		return "", broker.NewFailedConsumer(why), nil
	})
}

func (s *workers) addBy(ctx context.Context, settings spec.Consumer, subscribe subscribeFunc) error {
	for _, one := range s.group.accounts.all() {
		one.audit().SetCompacted(settings.Compacted)
	}
	s.mu.Lock()
	from := len(s.list)
	s.mu.Unlock()
	if settings.Workers <= from {
		return nil
	}
	slots, err := s.openSlots(ctx, settings, from, subscribe)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, one := range slots {
		s.list = append(s.list, s.start(from+i+1, one))
	}
	return nil
}

// openSlots returns a slot for each worker from an index on. The workers of an exclusive
// subscription share the slot of its first.
func (s *workers) openSlots(ctx context.Context, settings spec.Consumer, from int, subscribe subscribeFunc) (slots []*slot, err error) {
	slots = make([]*slot, settings.Workers-from)
	subscriptions, own := len(settings.SubscriptionNames()), len(slots)
	if settings.Type == broker.Exclusive {
		own = max(0, min(own, subscriptions-from))
	}
	if err = s.openEach(ctx, settings, from, slots[:own], subscribe); err != nil {
		return nil, err
	}
	shared := s.slots()
	for i := own; i < len(slots); i++ {
		n := (from + i) % subscriptions
		if n < from {
			slots[i] = shared[n]
		} else {
			slots[i] = slots[n-from]
		}
	}
	return slots, nil
}

// openEach opens slots for workers from an index on, or none.
func (s *workers) openEach(ctx context.Context, settings spec.Consumer, from int, slots []*slot, subscribe subscribeFunc) (err error) {
	opening, creating := errgroup.WithContext(ctx)
	opening.SetLimit(group.OpenAtOnce)
	for i := range slots {
		opening.Go(func() (err error) {
			slots[i], err = s.openSlot(creating, settings, from+i+1, subscribe)
			return err
		})
	}
	if err = opening.Wait(); err == nil {
		return nil
	}
	for _, one := range slots {
		if one != nil {
			err = errors.Join(err, one.attachment().consumer.Close(ctx))
		}
	}
	return err
}

// openSlot subscribes a consumer for the worker with this number.
func (s *workers) openSlot(ctx context.Context, settings spec.Consumer, number int, subscribe subscribeFunc) (*slot, error) {
	name, consumer, err := subscribe(ctx, settings, number)
	if err != nil {
		return nil, err
	}
	return s.newSlot(name, consumer, number), nil
}

func (s *workers) newSlot(name string, consumer broker.Consumer, number int) *slot {
	one := &slot{number: number, account: s.group.accounts.of(number), gate: gate.Gate{Interrupt: s.group.interrupt}, receiveLock: gate.NewLock(), keys: newSeenKeys()}
	one.current.Store(s.newAttachment(name, consumer, number))
	return one
}

func (s *workers) newAttachment(name string, consumer broker.Consumer, number int) *attachment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &attachment{
		group:    s.group,
		account:  s.group.accounts.of(number),
		name:     name,
		consumer: consumer,
		recorder: s.recorders.Of(number - 1),
		pending:  newPendingAcks(),
		order:    newAckOrder(),
		picker:   newOutcomePicker(),
	}
}

// start starts a worker. It needs the mutex.
func (s *workers) start(number int, at *slot) *worker {
	ctx, cancel := context.WithCancel(context.Background())
	w := &worker{
		number:   number,
		group:    s.group,
		slot:     at,
		stamped:  &stampedRun{},
		recorder: s.recorders.Of(number - 1),
		audit:    at.account.audit().Reader(),
		random:   newRandom(),
		timer:    stoppedTimer(),
		cancel:   cancel,
	}
	at.workers.Add(1)
	w.running.Go(func() { w.run(ctx) }) // owned by the group: remove or replace ends it and waits
	return w
}

// stoppedTimer returns a timer that was not started.
func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// remove ends the last workers until n are left, and closes the slots that no
// worker uses any more. The end of ctx, which is no error, leaves the rest to
// happen in the background.
func (s *workers) remove(ctx context.Context, n int) error {
	s.mu.Lock()
	last := slices.Clone(s.list[min(n, len(s.list)):])
	s.list = s.list[:len(s.list)-len(last)]
	s.mu.Unlock()
	errs := s.endAll(ctx, last)
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(errs...)
}

// endAll ends workers side by side.
func (s *workers) endAll(ctx context.Context, ending []*worker) []error {
	if len(ending) > 0 {
		s.group.accounts.consumersClosed()
	}
	for _, w := range ending {
		w.cancel()
	}
	s.group.interrupt.Fire()
	errs := make([]error, len(ending))
	var all sync.WaitGroup
	for i, w := range ending {
		all.Go(func() { errs[i] = w.wait(ctx) })
	}
	all.Wait()
	return errs
}

// wait waits for the worker's end, and closes its slot if no other worker uses it.
func (w *worker) wait(ctx context.Context) error {
	ended := make(chan struct{})
	go func() { // ends with the worker
		w.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return w.slot.closeIfUnused(ctx)
	case <-ctx.Done(): // the worker acknowledges to a dead broker; closing now could block for ever
	}
	go func() { // ends with the worker: an open consumer would keep messages from the others
		<-ended
		closing, cancel := context.WithTimeout(context.Background(), churnTime)
		defer cancel()
		_ = w.slot.closeIfUnused(closing)
	}()
	return nil
}

// replace ends the workers of a slot and starts others with another consumer. If
// none can be subscribed the supervisor tries again, as after any loss.
func (s *workers) replace(ctx context.Context, old *slot) (errs []error) {
	s.mu.Lock()
	var ending []*worker
	for _, w := range s.list {
		if w.slot == old {
			ending = append(ending, w)
		}
	}
	s.mu.Unlock()
	errs = s.endAll(ctx, ending)
	name, consumer, err := s.group.subscription.subscribe(ctx, s.group.Settings(), old.number)
	if err != nil {
		consumer = broker.NewFailedConsumer(err)
	}
	fresh := s.newSlot(name, consumer, old.number)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, w := range s.list {
		if w.slot == old {
			s.list[i] = s.start(w.number, fresh)
		}
	}
	return errs
}
