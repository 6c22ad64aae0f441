package fake

import (
	"context"
	"slices"
	"time"

	"pulsh/session/broker"
)

// begin moves a new reader to where it begins.
func (u *consumer) begin(s *subscription) {
	start := u.spec.Start
	if !u.spec.Reader {
		return
	}
	u.places = map[*cursor]int64{}
	for _, k := range s.cursors {
		place, resumes := start.AfterIn(k.partition.name().String())
		switch {
		case resumes:
			k.reset(k.partition.behind(place))
		case start.ID != nil:
			k.reset(k.partition.from(*start.ID))
		case !start.Time.IsZero():
			k.reset(k.partition.since(start.Time))
		}
	}
}

// behind returns the index of the first message behind a place.
func (p *partition) behind(place broker.Place) int64 {
	index := p.from(place.ID)
	for index < p.end() && p.ledger == place.ID.Ledger && p.at(index).entry == place.ID.Entry && p.at(index).index <= max(place.Index, 0) {
		index++
	}
	return index
}

// took notes how far a reader has read. It needs the lock.
func (u *consumer) took(run []item) {
	for _, it := range run {
		if u.places != nil {
			u.places[it.cursor] = it.index
		}
	}
}

// Places returns how far a reader has read.
func (u *consumer) Places() (all []broker.Place) {
	u.cluster.mu.Lock()
	defer u.cluster.mu.Unlock()
	for k, index := range u.places {
		p := k.partition
		if index < p.first {
			continue
		}
		m := p.at(index)
		all = append(all, broker.Place{Topic: p.name().String(), Index: m.index, ID: broker.MessageID{Ledger: p.ledger, Entry: m.entry, Partition: p.index}})
	}
	return all
}

// Describe returns the message of a delivery.
func (u *consumer) Describe(d *broker.Delivery) broker.Message {
	u.cluster.mu.Lock()
	defer u.cluster.mu.Unlock()
	it := d.Whole.(item)
	p := it.cursor.partition
	m := p.at(it.index)
	var described broker.Message
	if m.own != nil {
		described = *m.own
	}
	described.ID = broker.MessageID{Ledger: p.ledger, Entry: m.entry, Partition: p.index}
	described.Index, described.Topic, described.Body, described.Key = m.index, p.name().String(), d.Body, m.key
	described.Redelivery, described.Published = int(it.count), m.published
	return described
}

// SendEach stores messages.
func (n *connection) SendEach(ctx context.Context, topic string, all []broker.Message) (ids []broker.MessageID, err error) {
	c := n.cluster
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	t, err := c.find(topic, true)
	if err != nil {
		return nil, err
	}
	if t.terminated {
		return nil, terminated(t)
	}
	for i, m := range all {
		p := t.choose(m.Key, i)
		p.append(&message{head: slices.Clone(m.Body), size: len(m.Body), key: m.Key, opens: true, own: &m, published: time.Now().Truncate(time.Millisecond).UnixNano()})
		c.deliver(p)
		ids = append(ids, broker.MessageID{Ledger: p.ledger, Entry: p.entries - 1, Partition: p.index})
	}
	return ids, nil
}

// gaps lists the entries behind the mark that are acknowledged as a whole.
func (k *cursor) gaps(mark broker.MessageID) (runs []broker.EntryRun) {
	p := k.partition
	left := map[int64]bool{} // entries with messages that are not acknowledged
	for index := max(k.done, p.first); index < p.end(); index++ {
		if !k.acked[index] {
			left[p.at(index).entry] = true
		}
	}
	for entry := mark.Entry + 1; entry < p.entries; entry++ {
		if !left[entry] {
			runs = append(runs, broker.EntryRun{Behind: broker.MessageID{Ledger: p.ledger, Entry: entry - 1}, Last: broker.MessageID{Ledger: p.ledger, Entry: entry}})
		}
	}
	return runs
}
