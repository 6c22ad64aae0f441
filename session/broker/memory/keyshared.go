package memory

import (
	"encoding/base64"
	"strconv"

	"pulsh/session/broker/memory/log"
	"pulsh/session/broker/protocol"
)

// The entries that a key_shared subscription looks ahead while those before wait
// for their consumers.
const (
	aheadPerConsumer = 2000
	aheadMost        = 20_000
)

// slotOf is the hash slot of an entry's key.
func (s *Subscription) slotOf(e *log.Entry) int32 {
	if !e.Hashed {
		var meta protocol.Metadata
		metadataOf(e.Data, &meta) // an entry that cannot be read has an empty key
		e.Hash, e.Hashed = protocol.Murmur3(stickyKey(&meta)), true
	}
	return s.selector.Slot(e.Hash)
}

// stickyKey is the key by which a message finds its consumer.
func stickyKey(meta *protocol.Metadata) []byte {
	switch {
	case len(meta.OrderingKey) > 0:
		return meta.OrderingKey
	case meta.KeySet && meta.KeyEncoded:
		if key, err := base64.StdEncoding.DecodeString(string(meta.PartitionKey)); err == nil {
			return key
		}
		return meta.PartitionKey
	case meta.KeySet:
		return meta.PartitionKey
	}
	return strconv.AppendUint(append(append([]byte(nil), meta.ProducerName...), '-'), meta.Sequence, 10)
}

// ownerOf is the consumer of a slot, nil if it has none.
func (s *Subscription) ownerOf(slot int32) *Consumer {
	id, ok := s.selector.Owner(slot)
	if !ok {
		return nil
	}
	for _, c := range s.consumers {
		if c.id == id {
			return c
		}
	}
	return nil
}

// drain finds the slots that have moved away from a consumer which has still
// messages of them: nobody gets these until it has acknowledged or given back.
func (s *Subscription) drain() {
	if s.loose || s.selector.Sticky {
		return
	}
	s.draining = nil
	for _, c := range s.consumers {
		for slot := range c.slots {
			if s.ownerOf(slot) != c {
				if s.draining == nil {
					s.draining = map[int32]*Consumer{}
				}
				s.draining[slot] = c
			}
		}
	}
}

// pumpKeys gives entries to the owners of their keys. An entry that waits makes
// all later ones of its slot wait.
func (s *Subscription) pumpKeys() {
	waiting := map[int32]bool{}
	if !anyReady(s.consumers) {
		return
	}
	s.replay.Each(func(n int64) bool {
		e := s.topic.log.At(n)
		if e == nil || s.cursor.Acked(n) {
			return true
		}
		return s.giveByKey(n, e, waiting)
	})
	ahead := min(aheadPerConsumer*len(s.consumers), aheadMost)
	for !s.held && s.replay.Len() < ahead && s.mayDispatch() {
		n, e := s.next()
		if e == nil {
			return
		}
		if len(waiting) > 0 && !anyReady(s.consumers) {
			return
		}
		s.read = n + 1
		if s.postponed(n, e) {
			continue
		}
		if !s.giveByKey(n, e, waiting) {
			s.replay.Add(n)
		}
	}
}

func anyReady(consumers []*Consumer) bool {
	for _, c := range consumers {
		if c.ready() {
			return true
		}
	}
	return false
}

// giveByKey hands an entry to the owner of its key, and reports whether that could
// take it.
func (s *Subscription) giveByKey(n int64, e *log.Entry, waiting map[int32]bool) bool {
	slot := s.slotOf(e)
	if waiting[slot] && !s.loose {
		return false
	}
	c := s.ownerOf(slot)
	if c == nil || !c.ready() || !s.mayDispatch() || s.draining[slot] != nil && s.draining[slot] != c {
		waiting[slot] = true
		return false
	}
	s.give(c, n, e, slot)
	return true
}
