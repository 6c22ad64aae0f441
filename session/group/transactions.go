package group

import (
	"time"

	"pulsh/session/broker"
	"pulsh/session/delivery"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Transactions is the account of a group's transactions.
type Transactions struct{ *metrics.Transactions }

// NewTransactions returns an account whose failures are counted there.
func NewTransactions(failures *metrics.Failures) Transactions {
	return Transactions{metrics.NewTransactions(failures)}
}

// Distributions adds the distributions of the account to those of a group.
func (t Transactions) Distributions(more map[string]*metrics.Distribution) map[string]*metrics.Distribution {
	more["commit"], more["abort"] = t.Commit, t.Abort
	return more
}

// Of returns what an engine needs for the settings, nil for a group without transactions.
func (t Transactions) Of(settings spec.Transactions) *broker.Transactions {
	t.SetAbort(float64(settings.Abort) / 100)
	if settings.Messages == 0 {
		return nil
	}
	return &broker.Transactions{Messages: settings.Messages, Timeout: settings.Timeout, Abort: t.ToAbort, Recorder: t.Transactions}
}

// OfConsumer is Of for a consumer of this name, with the topic of the copies.
func (t Transactions) OfConsumer(settings spec.Consumer, name string) *broker.Transactions {
	of := t.Of(settings.Transactions)
	if of != nil && settings.To != "" {
		of.Output, of.OutputName = settings.To, name+"-to"
	}
	return of
}

// ShareClock tells the audits of the topic of the copies that their senders have this
// session's clock: what comes from there was committed late, not sent early.
func (t Transactions) ShareClock(audits *delivery.Registry, settings spec.Consumer) {
	if settings.To == "" {
		return
	}
	for _, a := range audits.Of(delivery.Place{Cluster: spec.ClusterName(settings.Cluster), Topic: broker.FullTopic(settings.To)}) {
		a.ShareClock()
	}
}

// Sample reads the account, nil for a group without transactions. zero sets it to zero
// before.
func (t Transactions) Sample(at time.Time, settings spec.Transactions, zero bool) *snapshot.Transactions {
	if zero {
		t.Reset()
	}
	counts := t.Collect(at)
	if settings.Messages == 0 && counts.Committed+counts.Aborted+counts.Failed+counts.Open == 0 {
		return nil
	}
	return &snapshot.Transactions{TransactionCounts: counts, Commit: Latencies(t.Commit), Abort: Latencies(t.Abort)}
}
