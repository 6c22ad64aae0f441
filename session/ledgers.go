package session

import (
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/delivery"
)

// A producer group tells the consumer groups of its session what they may
// expect. Without that the loss of a stream's first or last messages could not
// be seen, and a send that timed out would be called lost.

// publishLedgers lists the groups that receive, by topic.
func (s *Session) publishLedgers(groups []group) {
	receiving := map[string][]*delivery.Audit{}
	for _, g := range groups {
		if c, ok := g.(*consumer); ok && c.state().Active() {
			for _, name := range c.covers() {
				topic := broker.FullTopic(name)
				receiving[topic] = append(receiving[topic], c.ledger)
			}
		}
	}
	s.receiving.Store(&receiving)
}

// ledgers are those of the groups that receive a topic. The list is published
// by the sampler, so that a failing send waits for nobody.
func (s *Session) ledgers(topic string) []*delivery.Audit {
	if receiving := s.receiving.Load(); receiving != nil {
		return (*receiving)[broker.FullTopic(topic)]
	}
	return nil
}

// Ledger is what a consumer group's ledger knows at one instant.
type Ledger struct {
	Present delivery.Totals // of the epoch that goes on, since its begin or the last reset
	Earlier delivery.Totals // of the epochs before, since the last reset
	Lanes   []LaneAccount   // of the present epoch, resets or not; the worst first
}

// LaneAccount is the ledger's account of one lane.
type LaneAccount struct {
	// Lane is the group and the lane's number where it is one that sends now,
	// else the end of its producer's name.
	Lane string
	delivery.ProducerAccount
}

// Ledger reads the ledger of a consumer group, with as many lanes as limit says.
func (s *Session) Ledger(name string, limit int) (Ledger, error) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return Ledger{}, err
	}
	names := s.sending()
	books, accounts := g.books().since(g.figures.ledger.Load()), g.ledger.Accounts(limit)
	l := Ledger{Present: books.present, Earlier: books.earlier}
	for _, a := range accounts {
		lane, ok := names[a.ID]
		if !ok {
			lane = fmt.Sprintf("…%08x", uint32(a.ID))
		}
		l.Lanes = append(l.Lanes, LaneAccount{lane, a})
	}
	return l, nil
}

// sending names the lanes that send now, by their stream.
func (s *Session) sending() map[uint64]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lanes := map[uint64]string{}
	for _, g := range s.groups {
		p, ok := g.(*producer)
		if !ok {
			continue
		}
		if now := p.current.now.Load(); now != nil {
			for i, l := range now.lanes {
				lanes[l.stream] = fmt.Sprintf("%s %d", p.name, i+1)
			}
		}
	}
	return lanes
}
