package memory

import (
	"regexp"
	"slices"
	"strings"

	"pulsh/session/broker/protocol"
)

// patternMax is the longest pattern in bytes that is evaluated here, as in Pulsar.
const patternMax = 50

// Watcher is told which topics of a namespace come and go.
type Watcher struct {
	ID        uint64
	broker    *Broker
	peer      Peer
	namespace string
	pattern   *regexp.Regexp
}

// Watch begins to tell a peer about the persistent topics that match a pattern, and
// returns those that are there.
func (b *Broker) Watch(peer Peer, m *protocol.WatchTopicList) (*Watcher, []string, error) {
	pattern, err := compile(m.Pattern)
	if err != nil {
		return nil, nil, err
	}
	w := &Watcher{ID: m.Watcher, broker: b, peer: peer, namespace: m.Namespace, pattern: pattern}
	b.mu.Lock()
	b.watchers[w] = true
	b.mu.Unlock()
	return w, w.matching(b.Topics(m.Namespace, 0)), nil
}

// compile reads a pattern of topic names without the domain.
func compile(text string) (*regexp.Regexp, error) {
	if len(text) > patternMax {
		return nil, refuse(protocol.NotAllowedError, "Unable to create topic list watcher: topic pattern is too long")
	}
	if _, rest, found := strings.Cut(text, "://"); found {
		text = rest
	}
	pattern, err := regexp.Compile("^(?:" + text + ")$")
	if err != nil {
		return nil, refuse(protocol.NotAllowedError, "The topics pattern cannot be read: %s", err)
	}
	return pattern, nil
}

// Matching returns those of the topics whose names fit to a pattern.
func Matching(names []string, text string) ([]string, error) {
	pattern, err := compile(text)
	if err != nil {
		return nil, err
	}
	return (&Watcher{pattern: pattern}).matching(names), nil
}

func (w *Watcher) matching(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(full string) bool {
		base, _ := protocol.SplitPartition(full)
		_, rest, _ := strings.Cut(base, "://")
		return !w.pattern.MatchString(rest)
	})
}

// Close ends the watch.
func (w *Watcher) Close() {
	w.broker.mu.Lock()
	defer w.broker.mu.Unlock()
	delete(w.broker.watchers, w)
}

// changed tells the watchers. The lock is held.
func (b *Broker) changed(created, deleted []string) {
	for w := range b.watchers {
		in := func(names []string) []string {
			return w.matching(slices.DeleteFunc(slices.Clone(names), func(full string) bool {
				return !strings.HasPrefix(full, "persistent://"+w.namespace+"/")
			}))
		}
		come, gone := in(created), in(deleted)
		if len(come)+len(gone) == 0 {
			continue
		}
		var all []string
		for full, t := range b.topics {
			if t.name.Namespace == w.namespace && t.stored {
				all = append(all, full)
			}
		}
		slices.Sort(all)
		w.peer.Tell(&protocol.WatchTopicUpdate{Watcher: w.ID, Created: come, Deleted: gone, Hash: protocol.TopicsHash(w.matching(all))})
	}
}
