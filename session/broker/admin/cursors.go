package admin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"pulsh/session/broker"
)

// internalStats has the fields of Pulsar's internal statistics that pulsh uses.
type internalStats struct {
	State                string // of the managed ledger, such as LedgerOpened
	EntriesAddedCounter  int64
	CurrentLedgerEntries int64
	Ledgers              []struct {
		LedgerID int64 `json:"ledgerId"`
		Entries  int64
	}
	Cursors map[string]cursorStats
}

type cursorStats struct {
	MarkDeletePosition          string
	IndividuallyDeletedMessages string // "[]" for none
}

// internals returns the internal statistics of a topic by partition, or under -1
// if it is not partitioned.
func (a *Admin) internals(ctx context.Context, name broker.TopicName, partitioned bool) (map[int]internalStats, error) {
	doing := "read the entries of " + name.Short()
	if !partitioned {
		var one internalStats
		err := a.get(ctx, call{at: topicPath(name, "internalStats"), doing: doing, max: longAnswer}, &one)
		return map[int]internalStats{name.Partition: one}, err
	}
	var all struct{ Partitions map[string]internalStats }
	if err := a.get(ctx, call{at: topicPath(name, "partitioned-internalStats"), doing: doing, max: longAnswer}, &all); err != nil {
		return nil, err
	}
	parts := map[int]internalStats{}
	for full, one := range all.Partitions {
		if part, err := broker.ParseTopic(full); err == nil && part.Partition >= 0 {
			parts[part.Partition] = one
		}
	}
	return parts, nil
}

// Terminated reports whether a topic, or one of its partitions, is terminated.
func (a *Admin) Terminated(ctx context.Context, topic string) (bool, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return false, err
	}
	parts, err := a.internals(ctx, name, a.recall(name).partitioned)
	for _, part := range parts {
		if part.State == "Terminated" {
			return true, err
		}
	}
	return false, err
}

// sampledParts is the number of partitions from which sampled reads entries, and
// sampledEntries that of the entries in each. More requests would hardly improve
// the mean.
const (
	sampledParts   = 4
	sampledEntries = 6
)

// sampled returns the mean number of messages in some entries of the largest
// backlog, or 0 if no entry could be read. It serves while no counter tells: the
// broker's counters start at 0 when it loads a topic.
func (a *Admin) sampled(ctx context.Context, name broker.TopicName, stored map[int]internalStats, subscriptions map[string]broker.SubscriptionStats) float64 {
	furthest, most := "", int64(0)
	for subscription, s := range subscriptions {
		if s.BacklogEntries > most {
			furthest, most = subscription, s.BacklogEntries
		}
	}
	var parts, entries, messages int
	for index, part := range stored {
		s, ok := part.position(index, furthest)
		if !ok || s.Ahead() == 0 {
			continue
		}
		if parts++; parts > sampledParts {
			break
		}
		n := min(sampledEntries, s.Ahead())
		for i := range n {
			at, _ := s.Step((2*i + 1) * s.Ahead() / (2 * n)) // not the first and the last, which are often smaller
			if e, err := a.Entry(ctx, name.String(), at); err == nil {
				entries, messages = entries+1, messages+e.Messages
			}
		}
	}
	return float64(messages) / float64(max(entries, 1))
}

// CursorPositions returns the position of a subscription's cursor in each partition
// of a topic, in order, or in a topic without partitions.
func (a *Admin) CursorPositions(ctx context.Context, topic, subscription string) ([]broker.CursorPosition, error) {
	name, err := stored(topic, subscription)
	if err != nil {
		return nil, err
	}
	raw, partitioned, err := a.rawStats(ctx, name)
	if err != nil {
		return nil, err
	}
	parts, err := a.internals(ctx, name, partitioned)
	if err != nil {
		return nil, err
	}
	var all []broker.CursorPosition
	for index, part := range parts {
		s, ok := part.position(index, subscription)
		if !ok {
			continue
		}
		in := raw.MsgInCounter
		if partitioned {
			in = raw.Partitions[name.Of(index).String()].MsgInCounter
		}
		if in > 0 && part.EntriesAddedCounter > 0 {
			s.MessagesPerEntry = float64(in) / float64(part.EntriesAddedCounter)
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return nil, notThere("%s has no subscription %s", name.Short(), subscription)
	}
	slices.SortFunc(all, func(x, y broker.CursorPosition) int { return x.Partition - y.Partition })
	return all, nil
}

// notThere returns the error for a subscription that the internal statistics do
// not list.
func notThere(format string, args ...any) error {
	reason := fmt.Sprintf(format, args...)
	return &broker.Error{Category: broker.Gone, Message: reason, Cause: &broker.Refusal{Status: http.StatusNotFound, Reason: reason}}
}

// position returns the position of a subscription's cursor in one partition. The
// cursor of a subscription that is not durable is listed under the plain name. It
// is taken only where that cannot be the escaped name of another subscription, as
// x%2By is that of x+y.
func (i internalStats) position(partition int, subscription string) (broker.CursorPosition, bool) {
	cursor, ok := i.Cursors[cursorName(subscription)]
	if other, err := url.QueryUnescape(subscription); !ok && (err != nil || cursorName(other) != subscription) {
		cursor, ok = i.Cursors[subscription]
	}
	at := broker.MessageID{Partition: partition}
	// The entry is -1 if no entry of the ledger is acked.
	if _, err := fmt.Sscanf(cursor.MarkDeletePosition, "%d:%d", &at.Ledger, &at.Entry); !ok || err != nil {
		return broker.CursorPosition{}, false
	}
	s := broker.CursorPosition{Partition: partition, Acked: at, Holes: len(cursor.IndividuallyDeletedMessages) > len("[]"), Gaps: cursor.gaps()}
	for n, l := range i.Ledgers {
		entries := l.Entries
		if n == len(i.Ledgers)-1 { // the open ledger is listed as empty
			entries = max(entries, i.CurrentLedgerEntries)
		}
		s.Ledgers = append(s.Ledgers, broker.Ledger{ID: l.LedgerID, Entries: entries})
	}
	return s, true
}

// gaps returns the runs of acknowledged entries behind the cursor, which Pulsar writes
// as [(3:4..3:6],(3:8..4:0]].
func (c cursorStats) gaps() (runs []broker.EntryRun) {
	for text := range strings.SplitSeq(strings.Trim(c.IndividuallyDeletedMessages, "[]"), "],") {
		var run broker.EntryRun
		if n, _ := fmt.Sscanf(text, "(%d:%d..%d:%d", &run.Behind.Ledger, &run.Behind.Entry, &run.Last.Ledger, &run.Last.Entry); n == 4 {
			runs = append(runs, run)
		}
	}
	return runs
}

// The headers that describe a message in an answer.
const (
	batchHeader     = "X-Pulsar-Num-Batch-Message"
	publishedHeader = "X-Pulsar-Publish-Time"
)

// Entry returns the number of messages of a stored entry and its time. Pulsar has
// no request without the body, which is not read.
func (a *Admin) Entry(ctx context.Context, topic string, at broker.MessageID) (broker.Entry, error) {
	name, err := storedTopic(topic)
	if err != nil {
		return broker.Entry{}, err
	}
	if at.Partition >= 0 {
		name = name.Of(at.Partition)
	}
	_, header, err := a.ask(ctx, call{method: http.MethodGet, doing: fmt.Sprintf("look at the entry %s of %s", at, name.Short()),
		at: topicPath(name, "ledger", strconv.FormatInt(at.Ledger, 10), "entry", strconv.FormatInt(at.Entry, 10)), unread: true})
	if err != nil {
		return broker.Entry{}, err
	}
	e := broker.Entry{Messages: 1}
	if n, err := strconv.Atoi(header.Get(batchHeader)); err == nil && n > 0 {
		e.Messages = n
	}
	e.Published, err = time.Parse(time.RFC3339, header.Get(publishedHeader))
	if err != nil {
		return broker.Entry{}, a.notPulsar(err)
	}
	return e, nil
}

// Compact starts the compaction of a topic. A compaction that is running is not
// an error.
func (a *Admin) Compact(ctx context.Context, topic string) error {
	name, err := storedTopic(topic)
	if err != nil {
		return err
	}
	// A request for the whole topic starts some partitions and then fails if
	// others are being compacted.
	return a.eachPart(ctx, name, func(part broker.TopicName) error {
		err := a.change(ctx, call{method: http.MethodPut, at: topicPath(part, "compaction"), doing: "compact " + part.Short()})
		if broker.IsThere(err) {
			return nil
		}
		return err
	})
}

// Compaction returns the state of the compaction of each partition of a topic, in
// order, or of a topic without partitions.
func (a *Admin) Compaction(ctx context.Context, topic string) ([]broker.Compaction, error) {
	name, err := storedTopic(topic)
	if err != nil {
		return nil, err
	}
	var all []broker.Compaction
	err = a.eachPart(ctx, name, func(part broker.TopicName) error {
		var said struct {
			Status    broker.CompactionState
			LastError string
		}
		if err := a.get(ctx, call{at: topicPath(part, "compaction"), doing: "ask about the compaction of " + part.Short()}, &said); err != nil {
			return err
		}
		all = append(all, broker.Compaction{State: said.Status, Detail: brief(oneLine(said.LastError))})
		return nil
	})
	return all, err
}
