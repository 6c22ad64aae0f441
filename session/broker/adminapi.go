package broker

import (
	"context"
	"time"
)

// TopicAdmin is the part of the admin API that makes topics and ends them. A
// partitioned topic is handled as one.
type TopicAdmin interface {
	// Partitions asks how many partitions a topic has, 0 if it is not
	// partitioned. Unlike a client's look-up it creates nothing.
	Partitions(ctx context.Context, topic string) (int, error)
	// CreateTopic creates a topic with so many partitions; 0 makes it
	// unpartitioned. A topic that is there already is an error.
	CreateTopic(ctx context.Context, topic string, partitions int) error
	// GrowTopic gives a partitioned topic more partitions. None can be taken away.
	GrowTopic(ctx context.Context, topic string, partitions int) error
	// DeleteTopic deletes a topic with its data. Unless it is forced, the broker
	// refuses while anybody is connected or subscribed.
	DeleteTopic(ctx context.Context, topic string, force bool) error
	// Terminate ends publishing to a topic for good; what it stores stays.
	Terminate(ctx context.Context, topic string) error
	// Unload makes the broker give a topic up; clients look it up again.
	Unload(ctx context.Context, topic string) error
	// Compact starts to compact a topic. It is no error if that goes on already.
	Compact(ctx context.Context, topic string) error
	// Compaction tells how far compacting is, for each partition in order, or
	// one for a topic without partitions.
	Compaction(ctx context.Context, topic string) ([]Compaction, error)
}

// Compaction is how one partition's compaction stands.
type Compaction struct {
	State  CompactionState
	Detail string // why it failed, or ""
}

// CompactionState is the broker's word for it.
type CompactionState string

// The states of a compaction, as Pulsar's LongRunningProcessStatus has them.
const (
	CompactionNever   CompactionState = "NOT_RUN"
	CompactionRunning CompactionState = "RUNNING"
	CompactionDone    CompactionState = "SUCCESS"
	CompactionFailed  CompactionState = "ERROR"
)

// SubscriptionAdmin is the part of the admin API that makes subscriptions, ends
// them, and takes what waits off them. A partitioned topic is handled as one
// unless one of its partitions is named.
type SubscriptionAdmin interface {
	CreateSubscription(ctx context.Context, topic, subscription string, from Position) error
	// DeleteSubscription deletes a subscription with its backlog. Unless it is
	// forced, the broker refuses while it has consumers.
	DeleteSubscription(ctx context.Context, topic, subscription string, force bool) error
	// SkipEntries takes the next n entries (batches, not messages) off a
	// backlog, on each partition that the topic has; more than wait are all.
	SkipEntries(ctx context.Context, topic, subscription string, n int) error
	// ClearBacklog takes everything off a backlog.
	ClearBacklog(ctx context.Context, topic, subscription string) error
	// Expire takes what is older than age off a backlog. Age is in whole
	// seconds, at least one. The broker does it in its own time.
	Expire(ctx context.Context, topic, subscription string, age time.Duration) error
	// Survey tells where a subscription stands in each partition, in order, or
	// in a topic without partitions.
	CursorPositions(ctx context.Context, topic, subscription string) ([]CursorPosition, error)
	// Entry looks at a stored entry.
	Entry(ctx context.Context, topic string, at MessageID) (Entry, error)
}

// Entry is a stored entry: one message, or a batch of them.
type Entry struct {
	Messages  int
	Published time.Time // of its first message, in whole ms by its sender's clock
}

// Ledger is a run of stored entries, numbered from 0.
type Ledger struct {
	ID      int64
	Entries int64
}

// CursorPosition is where a subscription stands in one partition.
type CursorPosition struct {
	Partition        int       // -1 if the topic is not partitioned
	Ledgers          []Ledger  // oldest first; the last one still grows
	Acked            MessageID // the last entry of those that are acked without a gap
	MessagesPerEntry float64   // estimate: messages in ÷ entries added since the topic was loaded; 0 if nothing is known
}

// offset is how many stored entries come before a place; an entry that is not
// stored any more, or not yet, counts as the nearest that is.
func (s CursorPosition) offset(ledger, entry int64) int64 {
	var before int64
	for _, l := range s.Ledgers {
		if l.ID == ledger {
			return before + min(max(entry, 0), l.Entries)
		}
		if l.ID > ledger {
			break
		}
		before += l.Entries
	}
	return before
}

// Behind is how many stored entries come before the first that is not acked.
func (s CursorPosition) Behind() int64 { return s.offset(s.Acked.Ledger, s.Acked.Entry+1) }

// Ahead is how many stored entries come after the last of those that are acked
// without a gap. Those beyond it that are acked one by one count as well.
func (s CursorPosition) Ahead() int64 {
	var all int64
	for _, l := range s.Ledgers {
		all += l.Entries
	}
	return all - s.Behind()
}

// Step is the entry that would be next if the subscription moved by so many
// entries, back if they are negative; ok is false if no such entry is stored.
func (s CursorPosition) Step(entries int64) (at MessageID, ok bool) {
	left := s.Behind() + entries
	if left < 0 {
		return MessageID{}, false
	}
	for _, l := range s.Ledgers {
		if left < l.Entries {
			return MessageID{Ledger: l.ID, Entry: left, Partition: s.Partition}, true
		}
		left -= l.Entries
	}
	return MessageID{}, false
}

// Moved is how many entries lie between this standing and a later look at the
// same subscription, negative if it has moved back.
func (s CursorPosition) Moved(later CursorPosition) int64 {
	return later.offset(later.Acked.Ledger, later.Acked.Entry+1) - later.offset(s.Acked.Ledger, s.Acked.Entry+1)
}
