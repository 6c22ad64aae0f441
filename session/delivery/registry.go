package delivery

import "sync/atomic"

// Registry lists the audits of the consumer groups that receive a topic now, so
// that producer groups of the same session can report to them what to expect.
// Readers take no lock: a failed send waits for nobody.
type Registry struct {
	receiving atomic.Pointer[map[string][]*Audit]
}

// Publish replaces the list. Its keys are full topic names.
func (r *Registry) Publish(receiving map[string][]*Audit) { r.receiving.Store(&receiving) }

// Of lists the audits of the groups that receive a topic, given by its full
// name.
func (r *Registry) Of(topic string) []*Audit {
	if receiving := r.receiving.Load(); receiving != nil {
		return (*receiving)[topic]
	}
	return nil
}
