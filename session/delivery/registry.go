package delivery

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Registry knows which consumer groups of a session receive what. Groups of one
// subscription share an audit: each of them gets a part of the messages.
//
// It also lists the audits by topic, so that producer groups of the same session can
// report to them what to expect. Readers of that list take no lock: a failed send
// waits for nobody.
type Registry struct {
	receiving atomic.Pointer[map[Place][]Expecting]

	mu       sync.Mutex // guards the fields below; held for moments only
	members  []Member
	routes   map[route]bool
	settleAt time.Time // when Settle looks next
}

// Member is a consumer group that receives.
type Member struct {
	Group        any // identifies it
	Cluster      string
	Subscription string
	Topics       []string               // full names
	Audit        *Audit                 // of the subscription
	Named        func(name string) bool // reports whether a consumer's name is one of the group's
}

// shares reports whether two members receive from one subscription.
func (m Member) shares(other Member) bool {
	return m.Cluster == other.Cluster && m.Subscription == other.Subscription &&
		slices.ContainsFunc(m.Topics, func(topic string) bool { return slices.Contains(other.Topics, topic) })
}

// Join adds a member, in place of the one with the same Group. It returns the audit
// that the group must use: that of a member that receives from the same subscription,
// or else the member's own.
func (r *Registry) Join(m Member) *Audit {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remove(m.Group)
	for _, other := range r.members {
		if m.shares(other) {
			m.Audit = other.Audit
			break
		}
	}
	r.members = append(r.members, m)
	return m.Audit
}

// Leave removes a member.
func (r *Registry) Leave(group any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remove(group)
}

// remove needs the mutex.
func (r *Registry) remove(group any) {
	r.members = slices.DeleteFunc(r.members, func(m Member) bool { return m.Group == group })
}

// Sharing lists the groups other than this one that use the audit.
func (r *Registry) Sharing(a *Audit, group any) (groups []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		if m.Audit == a && m.Group != group {
			groups = append(groups, m.Group)
		}
	}
	return groups
}

// Shared reports whether a group other than this one uses the audit.
func (r *Registry) Shared(a *Audit, group any) bool { return len(r.Sharing(a, group)) > 0 }

// Others returns the names of consumers that belong to no group with this audit. It
// leaves the answer as it was where the last group has left: statistics that were asked
// for before still name its consumers.
func (r *Registry) Others(a *Audit, names []string) (others []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.ContainsFunc(r.members, func(m Member) bool { return m.Audit == a }) {
		return a.Others()
	}
	for _, name := range names {
		if !slices.ContainsFunc(r.members, func(m Member) bool { return m.Audit == a && m.Named(name) }) {
			others = append(others, name)
		}
	}
	return others
}
