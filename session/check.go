package session

import (
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/payload"
)

// check refuses what no group can be made from; single values have been
// checked where they were read.
func (spec ProducerSpec) check() error {
	if _, err := broker.ParseTopic(spec.Topic); err != nil {
		return err
	}
	if err := checkWorkers(spec.Workers); err != nil {
		return err
	}
	return nil
}

// check is the same for a consumer group.
func (spec ConsumerSpec) check(name string) error {
	if err := spec.checkCoverage(name); err != nil {
		return err
	}
	if spec.Subscription == "" {
		return fmt.Errorf("a consumer group needs a subscription")
	}
	if err := spec.checkBehaviour(); err != nil {
		return err
	}
	return checkWorkers(spec.Workers)
}

func checkWorkers(n int) error {
	if n > WorkersMax {
		return fmt.Errorf("%d workers are more than %d", n, WorkersMax)
	}
	if n < 1 {
		return fmt.Errorf("a group needs at least 1 worker")
	}
	return nil
}

// needsLanes says whether the client takes the difference only at creation.
func (spec ProducerSpec) needsLanes(old ProducerSpec) bool {
	spec.Rate, spec.Workers = old.Rate, old.Workers
	return !spec.equal(old)
}

func (spec ProducerSpec) equal(o ProducerSpec) bool {
	return spec.Topic == o.Topic && spec.Partitions == o.Partitions && spec.Lanes == o.Lanes &&
		spec.Size == o.Size && spec.Body == o.Body && spec.Keys == o.Keys &&
		spec.Batch == o.Batch && spec.BatchBy == o.BatchBy && spec.BatchBytes == o.BatchBytes && spec.Delay == o.Delay &&
		spec.Compression == o.Compression && spec.Pending == o.Pending && spec.Timeout == o.Timeout
}

func (spec ProducerSpec) bodies() payload.Spec {
	return payload.Spec{Size: spec.Size, Kind: spec.Body}
}

// sameConsumers says whether consumers made for one serve the other as well.
func (spec ConsumerSpec) sameConsumers(o ConsumerSpec) bool {
	return spec.Topic == o.Topic && spec.Subscription == o.Subscription && spec.Type == o.Type &&
		spec.Queue == o.Queue && spec.From == o.From && spec.sameCoverage(o) && spec.Behaviour.sameConsumers(o.Behaviour)
}
