package start

import (
	"context"
	"sync"
	"time"

	"pulsh/session"
)

// topicsEvery is the interval at which the topics for completion are listed, and
// topicsTime bounds a listing.
const (
	topicsEvery = 10 * time.Second
	topicsTime  = 3 * time.Second
)

// topicNames caches the names of the topics of each cluster, so that completion never
// waits.
type topicNames struct {
	session *session.Session
	names   sync.Map      // []string by the name of the cluster
	wanted  chan struct{} // of a cluster whose topics were not listed yet
	cancel  context.CancelFunc
	running sync.WaitGroup
}

func newTopicNames(s *session.Session) *topicNames {
	ctx, cancel := context.WithCancel(context.Background())
	t := &topicNames{session: s, wanted: make(chan struct{}, 1), cancel: cancel}
	t.running.Go(func() { t.watch(ctx) }) // owned by the program: stop ends it and waits
	return t
}

func (t *topicNames) stop() {
	t.cancel()
	t.running.Wait()
}

func (t *topicNames) watch(ctx context.Context) {
	tick := time.NewTicker(topicsEvery)
	defer tick.Stop()
	for {
		var asking sync.WaitGroup
		for _, cluster := range t.session.Clusters.Names() {
			asking.Go(func() { t.ask(ctx, cluster) })
		}
		asking.Wait()
		select {
		case <-tick.C:
		case <-t.wanted:
		case <-ctx.Done():
			return
		}
	}
}

// ask lists the topics of a cluster. After an error the names stay.
func (t *topicNames) ask(ctx context.Context, cluster string) {
	on, err := t.session.Clusters.Of(cluster)
	if err != nil || on.Admin == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, topicsTime)
	defer cancel()
	topics, err := on.Admin.Topics(ctx, "public/default")
	if err != nil {
		return
	}
	names := make([]string, len(topics))
	for i, topic := range topics {
		names[i] = topic.Name
	}
	t.names.Store(cluster, names)
}

// list returns the names that are known. Those of a cluster that was just added are
// asked for, for the next time.
func (t *topicNames) list(cluster string) []string {
	names, known := t.names.Load(cluster)
	if !known {
		select {
		case t.wanted <- struct{}{}:
		default: // asked for already
		}
		return nil
	}
	return names.([]string)
}

// noteLines passes the notes of the session to the shell as text.
type noteLines struct {
	lines   chan string
	cancel  context.CancelFunc
	running sync.WaitGroup
}

func (p *program) forwardNotes() *noteLines {
	ctx, cancel := context.WithCancel(context.Background())
	n := &noteLines{lines: make(chan string), cancel: cancel}
	n.running.Go(func() { // owned by the program: stop ends it and waits
		for {
			var line string
			select {
			case note := <-p.session.Notes():
				line = note.At.Format("15:04:05 ") + note.Text
			case line = <-p.notices:
			case <-ctx.Done():
				return
			}
			select {
			case n.lines <- p.locale.text(line):
			case <-ctx.Done():
				return
			}
		}
	})
	return n
}

func (n *noteLines) stop() {
	n.cancel()
	n.running.Wait()
}
