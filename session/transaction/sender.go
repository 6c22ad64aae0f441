package transaction

import (
	"context"
	"slices"
	"sync"
	"time"

	"pulsh/session/broker"
)

// Begin begins a transaction.
type Begin func(ctx context.Context) (broker.Transaction, error)

// Lane is a producer that can send inside transactions.
type Lane interface {
	broker.Producer
	// SendIn is Send inside a transaction. It calls claim before each part of the run
	// that it sends, and returns early if that is false.
	SendIn(t broker.Transaction, dues []int64, claim func(n int) bool) int
	// Flush waits until all sent messages are answered.
	Flush(ctx context.Context) error
	// Numbers returns the number of the next message, and how many sends have failed.
	Numbers() (next, failed uint64)
}

const (
	// endingMost is how many transactions of one producer may be waiting for the end of
	// their commit or abort. A coordinator that is slower holds the producer up.
	endingMost = 8
	// againAfter is the wait after a transaction could not be begun.
	againAfter = time.Second
)

// Sender is a broker.Producer that sends in transactions, one after another: the next one
// begins when all messages of the one before are answered, while that is committed. A
// batch therefore never holds messages of two transactions.
//
// Its goroutine sends, because the client blocks the sender of a transaction's first
// message until the coordinator answers, where no stop could reach a worker.
type Sender struct {
	Lane
	how   broker.Transactions
	begin Begin

	runs     chan *run
	release  sync.Once
	released chan struct{}
	looped   chan struct{}  // closed when the goroutine has ended
	room     chan struct{}  // holds one element for each transaction that is being ended
	ending   sync.WaitGroup // these transactions
	ledger   ledger

	open   *open // of the goroutine alone; nil while no transaction is open
	expiry *time.Timer
}

// open is the transaction in which a Sender sends now.
type open struct {
	broker.Transaction
	first, failed uint64
	sent          int
}

// NewSender returns a producer that sends through lane.
func NewSender(lane Lane, begin Begin, how broker.Transactions) *Sender {
	s := &Sender{
		Lane: lane, how: how, begin: begin,
		runs: make(chan *run), released: make(chan struct{}), looped: make(chan struct{}),
		room: make(chan struct{}, endingMost), expiry: time.NewTimer(how.Timeout),
	}
	s.expiry.Stop()
	go s.loop() // ends after Release; Close waits for it
	return s
}

// Send sends one message for each due time in transactions.
func (s *Sender) Send(dues []int64) int {
	r := &run{dues: slices.Clone(dues), done: make(chan struct{})}
	select {
	case s.runs <- r:
	case <-s.released:
		return 0
	}
	select {
	case <-r.done:
	case <-s.released:
	}
	return r.takeBack()
}

// Answered returns a number below which all messages have their outcome.
func (s *Sender) Answered() uint64 { return s.ledger.below(s.Lane.Answered()) }

// Release makes every Send return at once.
func (s *Sender) Release() {
	s.release.Do(func() { close(s.released) })
	s.Lane.Release()
}

// Close commits the open transaction and closes the producer. If ctx ends first it goes
// on with that in the background.
func (s *Sender) Close(ctx context.Context) error {
	s.Release()
	ended := make(chan struct{})
	go func() {
		<-s.looped
		s.ending.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return s.Lane.Close(ctx)
	case <-ctx.Done():
		go func() { // a producer must not be closed while somebody is inside it
			<-ended
			late, cancel := context.WithTimeout(context.Background(), s.how.Timeout)
			defer cancel()
			_ = s.Lane.Close(late) // nobody waits for the answer
		}()
		return context.Cause(ctx)
	}
}

// loop sends the runs of the workers, and ends a transaction that stays open for long.
func (s *Sender) loop() {
	defer close(s.looped)
	for {
		select {
		case r := <-s.runs:
			s.sendRun(r)
		case <-s.expiry.C:
			s.finish()
		case <-s.released:
			s.finish()
			return
		}
	}
}

// sendRun sends what the worker leaves of a run.
func (s *Sender) sendRun(r *run) {
	defer close(r.done)
	for dues := r.left(); len(dues) > 0; dues = r.left() {
		if s.open == nil && !s.beginNext() {
			return
		}
		dues = dues[:min(len(dues), s.how.Messages-s.open.sent)]
		n := s.SendIn(s.open.Transaction, dues, r.claim)
		s.open.sent += n
		if s.open.sent == s.how.Messages {
			s.finish()
		}
		if n < len(dues) { // released
			return
		}
	}
}

// beginNext begins a transaction, and tries again until it can or the producer is
// released.
func (s *Sender) beginNext() bool {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-s.released:
			cancel()
		case <-stop:
		}
	}()
	for {
		t, err := s.begin(ctx)
		if err == nil {
			s.how.Recorder.Opened()
			first, failed := s.Numbers()
			s.open = &open{Transaction: t, first: first, failed: failed}
			s.ledger.open(first)
			s.expiry.Reset(s.how.Timeout / 2) // what is in it by then can be committed in time
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		s.how.Recorder.Refused(err)
		select {
		case <-time.After(againAfter):
		case <-s.released:
			return false
		}
	}
}

// finish waits for the answers of the open transaction, and lets it end while the next
// one may begin.
func (s *Sender) finish() {
	o := s.open
	if o == nil {
		return
	}
	s.open = nil
	s.expiry.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), s.how.Timeout)
	defer cancel()
	err := s.Flush(ctx)
	end, failed := s.Numbers()
	switch {
	case err != nil:
		err = &broker.Error{Category: broker.Timeout, Message: "its messages were not acked in time", Cause: err}
	case failed > o.failed:
		err = &broker.Error{Message: "a message of it was not stored"}
	}
	s.room <- struct{}{}
	s.ending.Go(func() {
		defer func() { <-s.room }()
		outcome := conclude(o, s.how, err)
		if s.how.Settled != nil && end > o.first {
			s.how.Settled(o.first, end, outcome)
		}
		s.ledger.settle(o.first)
	})
}

// conclude ends a transaction as it should, and counts it. broken is why it cannot be
// committed, or nil.
func conclude(t broker.Transaction, how broker.Transactions, broken error) broker.TransactionOutcome {
	ctx, cancel := context.WithTimeout(context.Background(), how.Timeout)
	defer cancel()
	outcome, end := broker.Committed, t.Commit
	switch {
	case broken != nil:
		outcome, end = broker.TransactionFailed, t.Abort
	case how.Abort != nil && how.Abort():
		outcome, end = broker.Aborted, t.Abort
	}
	begin := time.Now()
	err := end(ctx)
	if broken != nil {
		err = broken // the reason of what follows from it
	}
	if err != nil {
		outcome = broker.TransactionFailed
	}
	how.Recorder.Ended(outcome, time.Since(begin), err)
	return outcome
}
