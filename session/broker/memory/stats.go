package memory

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"

	"pulsh/session/broker/memory/figures"
	"pulsh/session/broker/memory/log"
	"pulsh/session/broker/protocol"
)

// typeNames are the types of subscriptions as the admin API writes them.
var typeNames = [...]string{"Exclusive", "Shared", "Failover", "Key_Shared"}

// Stats returns the topic's statistics.
func (t *Topic) Stats() *figures.Topic {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.broker.cfg.Now()
	s := &figures.Topic{
		BytesIn: t.bytesIn, MessagesIn: t.messagesIn, Storage: t.log.Bytes(), Throttled: t.throttled, Waiting: len(t.waiting),
		BacklogSize: t.backlogSize(), QuotaSize: -1, QuotaTime: -1, Publishers: []figures.Publisher{},
		Subscriptions: map[string]figures.Subscription{}, Replication: map[string]any{}, Dedup: "Disabled", ConnectedSince: figures.Stamp(t.created),
	}
	if t.policy.dedup {
		s.Dedup = "Enabled"
	}
	if t.policy.quotaSize > 0 {
		s.QuotaSize = t.policy.quotaSize
	}
	if t.policy.quotaTime > 0 {
		s.QuotaTime = int64(t.policy.quotaTime / time.Second)
	}
	if t.epoch >= 0 {
		s.Epoch = &t.epoch
	}
	s.RateIn = t.rateIn.Of(now, t.created, t.messagesIn)
	s.AverageSize = figures.Mean(t.bytesIn, t.messagesIn)
	s.ThroughputIn = s.RateIn * s.AverageSize
	for p := range t.producers {
		s.Publishers = append(s.Publishers, p.stats(now))
	}
	for name, sub := range t.subs {
		one := sub.stats(now)
		s.Subscriptions[name] = one
		s.RateOut += one.RateOut
		s.ThroughputOut += one.ThroughputOut
		s.BytesOut += one.BytesOut
		s.MessagesOut += one.MessagesOut
		s.NonContiguous += int64(one.Ranges)
	}
	return s
}

func (p *Producer) stats(now time.Time) figures.Publisher {
	address, client := p.peer.Address()
	s := figures.Publisher{ID: p.ID, Name: p.Name, Address: address, Since: figures.Stamp(p.since), Client: client, Metadata: map[string]string{},
		AccessMode:  [...]string{"Shared", "Exclusive", "WaitForExclusive", "ExclusiveWithFencing"}[p.mode],
		AverageSize: figures.Mean(p.bytes, p.messages), RateIn: p.rate.Of(now, p.since, p.messages)}
	s.ThroughputIn = s.RateIn * s.AverageSize
	return s
}

func (s *Subscription) stats(now time.Time) figures.Subscription {
	out := figures.Subscription{
		BytesOut: s.bytesOut, MessagesOut: s.messagesOut, Backlog: s.backlog(), Blocked: s.held, Delayed: len(s.delayed.due),
		Unacked: s.unacked, Type: "None", IsDurable: s.durable, JoinPositions: map[string]string{}, Expired: s.expired, Dropped: s.dropped, Replay: s.replay.Len(), Draining: len(s.draining),
		Consumers: []figures.Consumer{}, Durable: s.durable, OutOfOrder: s.loose, Properties: map[string]string{},
	}
	out.ThrottledByTopic, out.ThrottledBySelf = s.throttledByTopic, s.throttledBySelf
	maps.Copy(out.Properties, s.properties)
	out.NoDelayed = out.Backlog - int64(out.Delayed)
	if s.topic.stored {
		out.BacklogSize = s.topic.log.Size(s.cursor.Mark())
	}
	if s.served {
		out.Type = typeNames[s.kind]
	}
	if s.active != nil {
		out.Active = s.active.Name
	}
	if s.selector != nil && len(s.consumers) > 0 {
		out.Mode = "AUTO_SPLIT"
		if s.selector.Sticky {
			out.Mode = "STICKY"
		}
	}
	if s.cursor.Beyond() > 0 {
		out.Ranges = strings.Count(s.cursor.Ranges(&s.topic.log), "(")
	}
	out.RateOut = s.rateOut.Of(now, s.topic.created, s.messagesOut)
	out.ThroughputOut = out.RateOut * figures.Mean(s.bytesOut, s.messagesOut)
	out.RateRedeliver = s.rateRedeliver.Of(now, s.topic.created, s.resent)
	out.RateExpired = s.rateExpired.Of(now, s.topic.created, s.expired)
	for _, c := range s.consumers {
		out.Consumers = append(out.Consumers, c.stats(now))
	}
	return out
}

func (c *Consumer) stats(now time.Time) figures.Consumer {
	address, client := c.peer.Address()
	s := figures.Consumer{
		BytesOut: c.bytesOut, MessagesOut: c.messagesOut, Name: c.Name, Permits: c.permits, Unacked: c.unacked, Blocked: c.blocked,
		Address: address, Since: figures.Stamp(c.since), Client: client, LastAcked: c.lastAcked, LastConsumed: c.lastSent, Metadata: map[string]string{},
	}
	if c.entriesOut > 0 {
		s.PerEntry = (c.messagesOut + c.entriesOut/2) / c.entriesOut
	}
	s.RateOut = c.rateOut.Of(now, c.since, c.messagesOut)
	s.ThroughputOut = s.RateOut * figures.Mean(c.bytesOut, c.messagesOut)
	s.RateRedeliver = c.rateRedeliver.Of(now, c.since, c.resent)
	if c.sub.kind == protocol.KeyShared && c.sub.selector != nil {
		for _, r := range c.sub.selector.Ranges(c.id) {
			s.Hashes = append(s.Hashes, [2]int32{r.Start, r.End})
		}
		if !c.sub.selector.Sticky {
			s.DrainingHashes = &[]string{} // only their number is known here
		}
	}
	return s
}

// Statistics answers CONSUMER_STATS.
func (c *Consumer) Statistics() protocol.ConsumerStatsAnswer {
	c.sub.topic.mu.Lock()
	defer c.sub.topic.mu.Unlock()
	s := c.stats(c.sub.topic.broker.cfg.Now())
	return protocol.ConsumerStatsAnswer{
		Error: protocol.NoError, RateOut: s.RateOut, ThroughputOut: s.ThroughputOut, RateRedeliver: s.RateRedeliver, Name: s.Name,
		Permits: uint64(max(0, s.Permits)), Unacked: uint64(s.Unacked), Blocked: s.Blocked, Address: s.Address, Since: s.Since,
		SubscriptionType: typeNames[c.sub.kind], Backlog: uint64(c.sub.backlog()),
	}
}

// Internal returns the topic's internal statistics.
func (t *Topic) Internal() *figures.Internal {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &figures.Internal{
		Added: t.added, Size: t.log.Bytes(), Entries: t.log.Next() - t.log.First(), State: "LedgerOpened", SchemaLedgers: []any{},
		LastCreated: figures.Stamp(t.created), LastConfirmed: place(t.log.Position(t.log.Next() - 1)), Ledgers: []figures.Ledger{}, Cursors: map[string]figures.Cursor{},
		CompactedLedger: &figures.Compacted{ID: -1, Entries: -1, Size: -1},
	}
	if t.terminated {
		s.State = "Terminated"
	}
	ledgers := t.log.Ledgers()
	for i, l := range ledgers {
		one := figures.Ledger{ID: l.ID, Entries: int64(l.Entries()), Size: l.Bytes()}
		if i == len(ledgers)-1 { // the open one is listed as empty
			s.OpenEntries, s.OpenSize = one.Entries, one.Size
			one.Entries, one.Size = 0, 0
		}
		s.Ledgers = append(s.Ledgers, one)
	}
	if t.compacted.status != "" {
		s.CompactedLedger = &figures.Compacted{Entries: int64(len(t.compacted.numbers)), Size: t.compacted.memory}
	}
	for name, sub := range t.subs {
		read := max(sub.read, sub.cursor.Mark())
		next := t.log.Before(read)
		next.Entry++                                              // the place behind the entry before, be it the last of its ledger
		reading := len(sub.consumers) > 0 && read >= t.log.Next() // for what is published next
		if reading {
			s.WaitingCursors++
		}
		s.Cursors[cursorName(name)] = figures.Cursor{
			MarkDelete: place(t.log.Before(sub.cursor.Mark())), Read: place(next), State: "Open",
			Consumed: t.added - sub.backlog(), Individual: sub.cursor.Ranges(&t.log), Backlog: read - sub.cursor.Mark() + 1,
			Waiting: reading, Reading: reading, Properties: map[string]int64{}, Active: len(sub.consumers) > 0, Ledger: -1, LastEntry: -1, Ranges: strings.Count(sub.cursor.Ranges(&t.log), "("),
		}
	}
	return s
}

func place(p log.Position) string { return fmt.Sprintf("%d:%d", p.Ledger, p.Entry) }

// cursorName escapes a subscription's name as Pulsar does for its cursor.
func cursorName(subscription string) string {
	return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(subscription))
}

// LastPosition is where the last entry of the topic is.
func (t *Topic) LastPosition() log.Position {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.Position(t.log.Next() - 1)
}
