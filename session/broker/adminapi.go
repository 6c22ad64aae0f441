package broker

import (
	"context"
	"time"
)

// TopicAdmin is the part of the admin API that creates, changes and deletes
// topics. A partitioned topic is handled as one.
type TopicAdmin interface {
	// Partitions returns how many partitions a topic has, 0 for a topic without
	// partitions. Unlike a client's lookup it creates nothing.
	Partitions(ctx context.Context, topic string) (int, error)
	// CreateTopic creates a topic with the given number of partitions; 0
	// creates a topic without partitions. It fails if the topic exists.
	CreateTopic(ctx context.Context, topic string, partitions int) error
	// GrowTopic raises the number of partitions of a partitioned topic. It
	// cannot lower it.
	GrowTopic(ctx context.Context, topic string, partitions int) error
	// DeleteTopic deletes a topic with its data. Without force the broker
	// refuses while the topic has producers or subscriptions.
	DeleteTopic(ctx context.Context, topic string, force bool) error
	// Terminate ends publishing to a topic permanently. Stored messages stay.
	Terminate(ctx context.Context, topic string) error
	// Terminated reports whether a topic is terminated. Brokers leave the sends of a
	// producer unanswered that they had accepted when that happened.
	Terminated(ctx context.Context, topic string) (bool, error)
	// Unload unloads a topic from its broker. Clients look it up again.
	Unload(ctx context.Context, topic string) error
	// Compact starts the compaction of a topic. It is no error if one is
	// running.
	Compact(ctx context.Context, topic string) error
	// Compaction returns the state of the compaction of each partition, in
	// order, or of a topic without partitions.
	Compaction(ctx context.Context, topic string) ([]Compaction, error)
}

// Compaction is the state of the compaction of one partition.
type Compaction struct {
	State  CompactionState
	Detail string // why it failed, or ""
}

// CompactionState is a state of a compaction, in Pulsar's words.
type CompactionState string

// The states of a compaction, as in Pulsar's LongRunningProcessStatus.
const (
	CompactionNever   CompactionState = "NOT_RUN"
	CompactionRunning CompactionState = "RUNNING"
	CompactionDone    CompactionState = "SUCCESS"
	CompactionFailed  CompactionState = "ERROR"
)

// SubscriptionAdmin is the part of the admin API that creates and deletes
// subscriptions and removes messages from their backlogs. A partitioned topic
// is handled as one unless one of its partitions is named.
type SubscriptionAdmin interface {
	CreateSubscription(ctx context.Context, topic, subscription string, from Position) error
	// DeleteSubscription deletes a subscription with its backlog. Without force
	// the broker refuses while it has consumers.
	DeleteSubscription(ctx context.Context, topic, subscription string, force bool) error
	// SkipEntries removes the next n entries (batches, not messages) from the
	// backlog of each partition, or all entries if there are fewer.
	SkipEntries(ctx context.Context, topic, subscription string, n int) error
	// ClearBacklog removes everything from the backlog.
	ClearBacklog(ctx context.Context, topic, subscription string) error
	// Expire removes what is older than age from the backlog. Age is in whole
	// seconds, at least one. The broker does it in the background.
	Expire(ctx context.Context, topic, subscription string, age time.Duration) error
	// CursorPositions returns the position of a subscription in each partition,
	// in order, or in a topic without partitions.
	CursorPositions(ctx context.Context, topic, subscription string) ([]CursorPosition, error)
	// Entry returns a stored entry.
	Entry(ctx context.Context, topic string, at MessageID) (Entry, error)
}

// Entry is a stored entry: one message, or a batch of them.
type Entry struct {
	Messages  int
	Published time.Time // of its first message, by the sender's clock in whole ms
}

// Ledger is a BookKeeper ledger of a topic: a run of stored entries, numbered
// from 0.
type Ledger struct {
	ID      int64
	Entries int64
}

// CursorPosition is the position of a subscription in one partition.
type CursorPosition struct {
	Partition        int        // -1 if the topic is not partitioned
	Ledgers          []Ledger   // oldest first; the last one still grows
	Acked            MessageID  // the last entry below which all are acknowledged
	Holes            bool       // entries after it are acknowledged as well
	Gaps             []EntryRun // which, as far as they are known
	MessagesPerEntry float64    // estimate: messages in ÷ entries added since the topic was loaded; 0 if unknown
}

// EntryRun is stored entries behind a position, the last one included.
type EntryRun struct{ Behind, Last MessageID }

// Acknowledged reports whether an entry of the partition is acknowledged.
func (s CursorPosition) Acknowledged(id MessageID) bool {
	if !s.Acked.Before(id) {
		return true
	}
	for _, run := range s.Gaps {
		if run.Behind.Before(id) && !run.Last.Before(id) {
			return true
		}
	}
	return false
}

// Unacknowledged returns how many stored entries are not acknowledged, as far as that
// is known.
func (s CursorPosition) Unacknowledged() int64 {
	n := s.Ahead()
	for _, run := range s.Gaps {
		n -= s.offset(run.Last.Ledger, run.Last.Entry+1) - s.offset(run.Behind.Ledger, run.Behind.Entry+1)
	}
	return max(n, 0)
}

// offset returns how many stored entries precede a position. An entry that is
// not stored counts as the nearest one that is.
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

// Behind returns how many stored entries precede the first one that is not
// acknowledged.
func (s CursorPosition) Behind() int64 { return s.offset(s.Acked.Ledger, s.Acked.Entry+1) }

// Ahead returns how many stored entries follow the last one below which all are
// acknowledged. Entries among them that were acknowledged one by one count as
// well.
func (s CursorPosition) Ahead() int64 {
	var all int64
	for _, l := range s.Ledgers {
		all += l.Entries
	}
	return all - s.Behind()
}

// Step returns the entry that would be next if the subscription moved by the
// given number of entries, back if it is negative. It reports false if no such
// entry is stored.
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

// Moved returns how many entries lie between this position and a later position
// of the same subscription, negative if it moved back.
func (s CursorPosition) Moved(later CursorPosition) int64 {
	return later.offset(later.Acked.Ledger, later.Acked.Entry+1) - later.offset(s.Acked.Ledger, s.Acked.Entry+1)
}
