package spec

import (
	"fmt"

	"pulsh/session/payload"
)

// Check refuses settings from which no producer group can be made. Single
// values were checked when they were read. name is the group's name, for the advice in
// the error.
func (spec Producer) Check(name string) error {
	if err := spec.checkTopics(name); err != nil {
		return err
	}
	if err := CheckWorkers(spec.Workers); err != nil {
		return err
	}
	if err := spec.checkEncoding(name); err != nil {
		return err
	}
	if err := spec.checkTransactions(name); err != nil {
		return err
	}
	if err := spec.Sharing.check(name); err != nil {
		return err
	}
	return spec.checkMessages(name)
}

// Check refuses settings from which no consumer group can be made. name is the
// group's name, for the advice in the error.
func (spec Consumer) Check(name string) error {
	if err := spec.checkReader(name); err != nil {
		return err
	}
	if err := spec.checkCoverage(name); err != nil {
		return err
	}
	if spec.Subscription == "" {
		return fmt.Errorf("a consumer group needs a subscription")
	}
	if err := spec.Sharing.check(name); err != nil {
		return err
	}
	if err := spec.checkSubscriptions(name); err != nil {
		return err
	}
	if err := spec.checkBehaviour(); err != nil {
		return err
	}
	if err := spec.checkTransactions(name); err != nil {
		return err
	}
	return CheckWorkers(spec.Workers)
}

// CheckWorkers refuses a number of workers that a group cannot have. It may
// have 1 to WorkersMax.
func CheckWorkers(n int) error {
	if n > WorkersMax {
		return fmt.Errorf("%d workers exceed the limit of %d", n, WorkersMax)
	}
	if n < 1 {
		return fmt.Errorf("at least 1 worker is needed")
	}
	return nil
}

// NeedsProducers reports whether the change from old needs new Pulsar
// producers, because the client takes it only when it creates one.
func (spec Producer) NeedsProducers(old Producer) bool {
	spec.Rate, spec.Workers = old.Rate, old.Workers
	return !spec.equal(old)
}

func (spec Producer) equal(o Producer) bool {
	return spec.Topic == o.Topic && spec.Engine == o.Engine && spec.Partitions == o.Partitions && spec.Producers == o.Producers &&
		spec.Size == o.Size && spec.Body == o.Body && spec.Keys == o.Keys &&
		spec.Batch == o.Batch && spec.BatchBy == o.BatchBy && spec.BatchBytes == o.BatchBytes && spec.Delay == o.Delay &&
		spec.Compression == o.Compression && spec.Pending == o.Pending && spec.Timeout == o.Timeout &&
		spec.Prefix == o.Prefix && spec.Pattern == o.Pattern && spec.Ratio == o.Ratio && spec.Messages.same(o.Messages) && spec.Encoding == o.Encoding &&
		spec.Spread == o.Spread && spec.Routing == o.Routing && spec.Access == o.Access && spec.Sharing == o.Sharing &&
		spec.Transactions == o.Transactions
}

// Bodies returns the specification of the message bodies.
func (spec Producer) Bodies() payload.Spec {
	return payload.Spec{Size: spec.Size, Kind: spec.Body, Pattern: spec.Pattern, Ratio: spec.Ratio}
}

// SameConsumers reports whether consumers made for spec serve o as well.
func (spec Consumer) SameConsumers(o Consumer) bool {
	return spec.Topic == o.Topic && spec.Engine == o.Engine && spec.Subscription == o.Subscription && spec.Subscriptions == o.Subscriptions && spec.Type == o.Type &&
		spec.Queue == o.Queue && spec.Sharing == o.Sharing && spec.From == o.From && spec.Reader == o.Reader && spec.sameCoverage(o) && spec.Decoding == o.Decoding && spec.Behaviour.sameConsumers(o.Behaviour) &&
		spec.Transactions == o.Transactions && spec.To == o.To
}
