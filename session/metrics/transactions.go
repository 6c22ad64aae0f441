package metrics

import (
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
)

// Transactions counts the transactions of a group. Any goroutine may call its methods.
type Transactions struct {
	Commit, Abort *Distribution // how long commits and aborts took

	commit, abort                      Histogram
	opened, committed, aborted, failed atomic.Int64
	failures                           *Failures

	lots  atomic.Int64 // transactions for which ToAbort was asked
	share atomic.Int64 // in millionths, see SetAbort

	mu   sync.Mutex // guards base; held for moments only
	base TransactionCounts
	rate *Throughput
}

// TransactionCounts are the transactions of a group since its start or the last reset.
type TransactionCounts struct {
	Open, Committed, Aborted, Failed int64
	Rate                             float64 // of ended ones, per second
}

// NewTransactions returns an account without transactions. Failures are counted there.
func NewTransactions(failures *Failures) *Transactions {
	return &Transactions{Commit: NewDistribution(), Abort: NewDistribution(), failures: failures, rate: NewThroughput(ThroughputWindow)}
}

// million is the number of parts of a share.
const million = 1e6

// SetAbort sets the share of the transactions that are aborted on purpose, from 0 to 1.
func (t *Transactions) SetAbort(share float64) { t.share.Store(int64(share * million)) }

// ToAbort reports whether the next transaction is to be aborted on purpose. They are
// spread evenly: of a hundred at 1 % it is exactly one.
func (t *Transactions) ToAbort() bool {
	n, share := t.lots.Add(1), t.share.Load()
	return n*share/million > (n-1)*share/million
}

// Opened counts a transaction that has begun.
func (t *Transactions) Opened() { t.opened.Add(1) }

// Ended counts the end of an open transaction.
func (t *Transactions) Ended(outcome broker.TransactionOutcome, took time.Duration, err error) {
	switch outcome {
	case broker.Committed:
		t.commit.Record(int64(took))
		t.committed.Add(1)
	case broker.Aborted:
		t.abort.Record(int64(took))
		t.aborted.Add(1)
	default:
		t.failed.Add(1)
	}
	if err != nil {
		t.failures.Add(1, broker.Classify(err), "transaction: "+err.Error())
	}
}

// Refused counts a transaction that could not be begun among the failures.
func (t *Transactions) Refused(err error) {
	t.failures.Add(1, broker.Classify(err), "transaction: "+err.Error())
}

// Collect reads the counts. Call it once every SampleEvery, from one goroutine.
func (t *Transactions) Collect(at time.Time) TransactionCounts {
	t.Commit.Collect(&t.commit)
	t.Abort.Collect(&t.abort)
	t.Commit.Log(at)
	t.Abort.Log(at)
	all := t.all()
	t.rate.Add(at, all.Committed+all.Aborted+all.Failed)
	t.mu.Lock()
	defer t.mu.Unlock()
	return TransactionCounts{
		Open: all.Open, Rate: t.rate.Rate(),
		Committed: all.Committed - t.base.Committed, Aborted: all.Aborted - t.base.Aborted, Failed: all.Failed - t.base.Failed,
	}
}

// all reads the counters. Those of the ends come first, so none is ahead of the opened.
func (t *Transactions) all() TransactionCounts {
	c := TransactionCounts{Committed: t.committed.Load(), Aborted: t.aborted.Load(), Failed: t.failed.Load()}
	c.Open = t.opened.Load() - c.Committed - c.Aborted - c.Failed
	return c
}

// Reset sets the counts and the distributions to zero. Open transactions stay.
func (t *Transactions) Reset() {
	t.Commit.Reset()
	t.Abort.Reset()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.base = t.all()
}
