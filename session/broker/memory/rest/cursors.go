package rest

import (
	"net/http"
	"time"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/log"
)

func skip(r *request) (any, error) {
	n, err := r.number(0)
	if err != nil {
		return nil, err
	}
	return r.each(func(s *memory.Subscription) error { s.Skip(n); return nil })
}

// leastToExpire is how many entries must wait for Pulsar to look whether there are old ones,
// while consumers are connected.
const leastToExpire = 1000

func expire(r *request) (any, error) {
	seconds, err := r.number(0)
	if err != nil {
		return nil, err
	}
	before := time.Now().Add(-time.Duration(seconds) * time.Second).UnixMilli()
	issued := false
	if _, err := r.each(func(s *memory.Subscription) error { issued = s.Expire(before) > 0 || issued; return nil }); err != nil || issued {
		return nil, err
	}
	parts, err := r.parts()
	if err != nil {
		return nil, err
	}
	for _, t := range parts { // brokers leave subscriptions alone that have nothing waiting, or consumers and little
		if s, ok := t.Stats().Subscriptions[r.sub]; ok && s.Backlog > 0 && (len(s.Consumers) == 0 || s.Backlog >= leastToExpire) {
			return nil, nil
		}
	}
	return nil, fail(http.StatusConflict, "Expire message by timestamp not issued on topic %s for subscription %s due to ongoing message expiration not finished or subscription almost catch  up. "+
		"If it's performed on a partitioned topic operation might succeeded on other partitions, please check stats of individual partition.", r.name.Full, r.sub)
}

func resetToTime(r *request) (any, error) {
	ms, err := r.number(0)
	if err != nil {
		return nil, err
	}
	return r.each(func(s *memory.Subscription) error { s.SeekTime(ms); return nil })
}

func resetToID(r *request) (any, error) {
	var at messageID
	if err := r.read(&at); err != nil {
		return nil, err
	}
	return r.each(func(s *memory.Subscription) error {
		s.SeekTo(log.Position{Ledger: uint64(max(at.Ledger, 0)), Entry: at.Entry})
		return nil
	})
}
