package admin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"pulsh/session/broker"
)

var (
	_ broker.Admin = (*Admin)(nil)
)

// internalStats are the fields of Pulsar's internal statistics that are used.
type internalStats struct {
	EntriesAddedCounter  int64
	CurrentLedgerEntries int64
	Ledgers              []struct {
		LedgerID int64 `json:"ledgerId"`
		Entries  int64
	}
	Cursors map[string]struct{ MarkDeletePosition string }
}

// internals asks for what a topic stores, by partition; -1 is a topic without.
func (a *Admin) internals(ctx context.Context, name broker.TopicName, partitioned bool) (map[int]internalStats, error) {
	doing := "read the entries of " + name.Short()
	if !partitioned {
		var one internalStats
		err := a.get(ctx, topicPath(name, "internalStats"), nil, &one, doing)
		return map[int]internalStats{name.Partition: one}, err
	}
	var all struct{ Partitions map[string]internalStats }
	if err := a.get(ctx, topicPath(name, "partitioned-internalStats"), nil, &all, doing); err != nil {
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

// sampledParts is how many partitions sampled looks into, and sampledEntries at
// how many entries in each: what the mean gains by more is not worth the requests.
const (
	sampledParts   = 4
	sampledEntries = 6
)

// sampled is how many messages some of the entries hold that wait, for the time
// in which no counter tells: those of the broker begin when it loads a topic.
// It is 0 if no entry could be looked at.
func (a *Admin) sampled(ctx context.Context, name broker.TopicName, stored map[int]internalStats, subscriptions map[string]broker.SubscriptionStats) float64 {
	furthest, most := "", int64(0)
	for subscription, s := range subscriptions {
		if s.BacklogEntries > most {
			furthest, most = subscription, s.BacklogEntries
		}
	}
	var parts, entries, messages int
	for index, part := range stored {
		s, ok := part.standing(index, furthest)
		if !ok || s.Ahead() == 0 {
			continue
		}
		if parts++; parts > sampledParts {
			break
		}
		n := min(sampledEntries, s.Ahead())
		for i := range n {
			at, _ := s.Step((2*i + 1) * s.Ahead() / (2 * n)) // not the first and the last: they may be of a few
			if e, err := a.Entry(ctx, name.String(), at); err == nil {
				entries, messages = entries+1, messages+e.Messages
			}
		}
	}
	return float64(messages) / float64(max(entries, 1))
}

// Survey tells where a subscription stands in each partition of a topic.
func (a *Admin) CursorPositions(ctx context.Context, topic, subscription string) ([]broker.CursorPosition, error) {
	name, err := on(topic, subscription)
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
		s, ok := part.standing(index, subscription)
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
		return nil, missing("%s has no subscription %s", name.Short(), subscription)
	}
	slices.SortFunc(all, func(x, y broker.CursorPosition) int { return x.Partition - y.Partition })
	return all, nil
}

// missing is an answer that the server gives in another form.
func missing(format string, args ...any) error {
	reason := fmt.Sprintf(format, args...)
	return &broker.Error{Category: broker.Other, Message: reason, Cause: &broker.Refusal{Status: http.StatusNotFound, Reason: reason}}
}

// standing is where a subscription stands in one partition. The server names
// cursors as they stand in a URL.
func (i internalStats) standing(partition int, subscription string) (broker.CursorPosition, bool) {
	cursor, ok := i.Cursors[subscription]
	if !ok {
		cursor, ok = i.Cursors[url.QueryEscape(subscription)]
	}
	at := broker.MessageID{Partition: partition}
	// The entry is -1 where nothing of the ledger is acked yet.
	if _, err := fmt.Sscanf(cursor.MarkDeletePosition, "%d:%d", &at.Ledger, &at.Entry); !ok || err != nil {
		return broker.CursorPosition{}, false
	}
	s := broker.CursorPosition{Partition: partition, Acked: at}
	for n, l := range i.Ledgers {
		entries := l.Entries
		if n == len(i.Ledgers)-1 { // the open one is listed as empty
			entries = max(entries, i.CurrentLedgerEntries)
		}
		s.Ledgers = append(s.Ledgers, broker.Ledger{ID: l.LedgerID, Entries: entries})
	}
	return s, true
}

// The headers in which Pulsar describes a message that it hands out.
const (
	batchHeader     = "X-Pulsar-Num-Batch-Message"
	publishedHeader = "X-Pulsar-Publish-Time"
)

// Entry looks at a stored entry. Its body is read and thrown away: Pulsar has
// no request for the description alone.
func (a *Admin) Entry(ctx context.Context, topic string, at broker.MessageID) (broker.Entry, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return broker.Entry{}, err
	}
	if at.Partition >= 0 {
		name = name.Of(at.Partition)
	}
	_, header, err := a.ask(ctx, call{method: http.MethodGet, doing: fmt.Sprintf("look at the entry %s of %s", at, name.Short()),
		path: topicPath(name, "ledger", strconv.FormatInt(at.Ledger, 10), "entry", strconv.FormatInt(at.Entry, 10))})
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

// Compact starts to compact a topic. It is no error if that goes on already.
func (a *Admin) Compact(ctx context.Context, topic string) error {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return err
	}
	// Asked for the whole, Pulsar begins with some partitions and then answers
	// that others are being compacted already.
	return a.eachPart(ctx, name, func(part broker.TopicName) error {
		err := a.change(ctx, call{method: http.MethodPut, path: topicPath(part, "compaction"), doing: "compact " + part.Short()})
		if broker.IsThere(err) {
			return nil
		}
		return err
	})
}

// Compaction tells how far compacting is in each partition of a topic.
func (a *Admin) Compaction(ctx context.Context, topic string) ([]broker.Compaction, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return nil, err
	}
	var all []broker.Compaction
	err = a.eachPart(ctx, name, func(part broker.TopicName) error {
		var said struct {
			Status    broker.CompactionState
			LastError string
		}
		if err := a.get(ctx, topicPath(part, "compaction"), nil, &said, "ask how far compacting "+part.Short()+" is"); err != nil {
			return err
		}
		all = append(all, broker.Compaction{State: said.Status, Detail: oneLine(said.LastError)})
		return nil
	})
	return all, err
}
