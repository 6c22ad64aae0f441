package snapshot

import (
	"math"

	"pulsh/session/metrics"
	"pulsh/session/spec"
)

// Transactions holds the figures of a group that works in transactions.
type Transactions struct {
	metrics.TransactionCounts
	Commit, Abort Latencies // how long commits and aborts took
}

// transactionFigures returns the figures about transactions: NaN for a group without.
func transactionFigures() []Figure {
	figure := func(name string, unit spec.Unit, doc string, of func(*Transactions) float64) Figure {
		return Figure{name, unit, doc, func(_ *Snapshot, g Group) float64 {
			if g.Transactions == nil {
				return math.NaN()
			}
			return of(g.Transactions)
		}}
	}
	type T = *Transactions
	none := &Latencies{}
	latencies := func(of func(T) *Latencies) func(Group) *Latencies {
		return func(g Group) *Latencies {
			if g.Transactions == nil {
				return none
			}
			return of(g.Transactions)
		}
	}
	return concat([]Figure{
		figure("txn.open", spec.Count, "transactions that are open", func(t T) float64 { return float64(t.Open) }),
		figure("txn.committed", spec.Count, "transactions committed", func(t T) float64 { return float64(t.Committed) }),
		figure("txn.aborted", spec.Count, "transactions aborted on purpose", func(t T) float64 { return float64(t.Aborted) }),
		figure("txn.failed", spec.Count, "transactions that were to be committed or aborted and could not be", func(t T) float64 { return float64(t.Failed) }),
		figure("txn.rate", spec.Count, "transactions ended per second", func(t T) float64 { return t.Rate }),
	},
		latencyFigures("commit.", "commit to its answer", latencies(func(t T) *Latencies { return &t.Commit })),
		latencyFigures("abort.", "abort to its answer", latencies(func(t T) *Latencies { return &t.Abort })))
}

// abortedFigures returns the figures of the delivery audit about aborted transactions.
func abortedFigures() []Figure {
	type C = *Consumer
	return []Figure{
		ofConsumer("aborted", spec.Count, "messages of aborted transactions that did not arrive, as they must not", func(c C) float64 { return float64(c.Delivery.Aborted) }),
		ofConsumer("aborted.received", spec.Count, "messages of aborted transactions that arrived nonetheless", func(c C) float64 { return float64(c.Delivery.AbortedReceived) }),
	}
}
