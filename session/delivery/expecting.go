package delivery

import "slices"

// Place is a topic on one of the clusters of a session.
type Place struct {
	Cluster string
	Topic   string // full name
}

// Receiver is a group that receives from topics, with the audits of its messages.
type Receiver struct {
	Cluster string
	Topics  []string // full names
	Audits  []*Audit
}

// Sender is a group that sends to a topic, with the streams of its producers in use.
type Sender struct {
	Place
	Streams []uint64
}

// Expecting is an audit to which a producer group reports what to expect.
type Expecting struct {
	*Audit
	Replicated bool // the audit is on another cluster, which gets copies of the messages
}

// route is a topic whose messages on one cluster have arrived on another.
type route struct{ from, to, topic string }

// Publish replaces the list of audits by topic.
//
// A topic of the same name on another cluster need not be a copy. So an audit there
// hears of a producer only when a message of one of the sender's producers has arrived:
// the topic is replicated then, also for the producers to come.
func (r *Registry) Publish(receivers []Receiver, senders []Sender) {
	list := map[Place][]Expecting{}
	add := func(at Place, all []*Audit, replicated bool) {
		for _, a := range all {
			if !slices.ContainsFunc(list[at], func(e Expecting) bool { return e.Audit == a }) {
				list[at] = append(list[at], Expecting{a, replicated})
			}
		}
	}
	for _, one := range receivers {
		for _, topic := range one.Topics {
			add(Place{one.Cluster, topic}, one.Audits, false)
		}
	}
	for _, s := range senders {
		for _, one := range receivers {
			if one.Cluster != s.Cluster && slices.Contains(one.Topics, s.Topic) && r.replicates(s, one) {
				add(s.Place, one.Audits, true)
			}
		}
	}
	r.receiving.Store(&list)
}

// replicates reports whether messages of a sender's topic arrive at a receiver on
// another cluster.
func (r *Registry) replicates(s Sender, to Receiver) bool {
	way := route{s.Cluster, to.Cluster, s.Topic}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.routes[way] {
		return true
	}
	arrived := slices.ContainsFunc(to.Audits, func(a *Audit) bool { return slices.ContainsFunc(s.Streams, a.knows) })
	if arrived && r.routes == nil {
		r.routes = map[route]bool{}
	}
	if arrived {
		r.routes[way] = true
	}
	return arrived
}

// Forget forgets what was replicated from and to a cluster that is left.
func (r *Registry) Forget(cluster string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for way := range r.routes {
		if way.from == cluster || way.to == cluster {
			delete(r.routes, way)
		}
	}
}

// Of lists the audits of the groups that receive the messages of a topic.
func (r *Registry) Of(at Place) []Expecting {
	if receiving := r.receiving.Load(); receiving != nil {
		return (*receiving)[at]
	}
	return nil
}

// knows reports whether a message of a producer has arrived in this period.
func (a *Audit) knows(id uint64) bool {
	a.mu.RLock()
	s := a.sequences[id]
	a.mu.RUnlock()
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.received > 0
}

// SetReplicated notes that a producer sends on another cluster: its messages are
// outstanding until the replication brings them, whatever the backlog is here.
func (a *Audit) SetReplicated(id uint64) { a.update(id, func(s *sequence) { s.replicated = true }) }
