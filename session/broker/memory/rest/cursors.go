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

func expire(r *request) (any, error) {
	seconds, err := r.number(0)
	if err != nil {
		return nil, err
	}
	before := time.Now().Add(-time.Duration(seconds) * time.Second).UnixMilli()
	expired := int64(0)
	if _, err := r.each(func(s *memory.Subscription) error { expired += s.Expire(before); return nil }); err != nil || expired > 0 {
		return nil, err
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
