package rest

import (
	"errors"
	"net/http"

	"pulsh/session/broker/memory"
)

func deleteTopic(r *request) (any, error) {
	if r.count() > 0 {
		return nil, fail(http.StatusConflict, "%s is a partitioned topic, instead of calling delete topic, please call delete-partitioned-topic.", r.name.Full)
	}
	return r.delete()
}

func deletePartitioned(r *request) (any, error) {
	if _, ok := r.broker.Parts(r.name.Full); !ok {
		return nil, fail(http.StatusNotFound, "Topic %s not found.", r.name.Full)
	}
	return r.delete()
}

// delete deletes the topic with all its partitions.
func (r *request) delete() (any, error) {
	err := r.broker.Delete(r.name.Full, r.flag("force"))
	if r.name.Domain == "non-persistent" && errors.Is(err, memory.ErrMissing) {
		return nil, nil // as in Pulsar, which does not know whether there was one
	}
	if errors.Is(err, memory.ErrBusy) {
		if n := r.clients(); n > 0 {
			return nil, fail(http.StatusPreconditionFailed, "Topic has %d connected producers/consumers", n)
		}
	}
	return nil, r.refused(err)
}

// clients is the number of the topic's producers and consumers.
func (r *request) clients() (n int) {
	parts, _ := r.parts()
	for _, t := range parts {
		s := t.Stats()
		n += len(s.Publishers)
		for _, sub := range s.Subscriptions {
			n += len(sub.Consumers)
		}
	}
	return n
}
