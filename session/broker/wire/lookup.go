package wire

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
)

// redirectsMost is how often a lookup may be sent on, as with Pulsar's clients.
const redirectsMost = 20

// service returns a connection to the service URL: to its first host that
// answers.
func (e *Engine) service(ctx context.Context, p *pool) (*link, place, error) {
	var errs []error
	for _, host := range e.address.hosts {
		to := place{dial: host}
		l, err := p.link(ctx, to)
		if err == nil {
			return l, to, nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, place{}, errors.Join(errs...)
}

// partitions asks how many partitions a topic has, 0 if it is not partitioned.
func (e *Engine) partitions(ctx context.Context, p *pool, topic string) (n int, err error) {
	err = e.persist(ctx, func(ctx context.Context) error {
		l, _, err := e.service(ctx, p)
		if err != nil {
			return err
		}
		body, err := l.ask(ctx, &protocol.PartitionedMetadata{Topic: topic})
		if err != nil {
			return err
		}
		a, ok := body.(*protocol.PartitionedMetadataAnswer)
		if !ok {
			return unexpected(body)
		}
		if a.Failed != 0 {
			return &conn.Refusal{Code: a.Error, Message: a.Message}
		}
		n = int(a.Partitions)
		return nil
	})
	return n, err
}

// persist asks again while an answer may still change: brokers that start say
// that they are not ready.
func (e *Engine) persist(ctx context.Context, attempt func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, operationTimeout, errOverdue)
	defer cancel()
	return retry(ctx, attempt, func(err error) bool {
		var refusal *conn.Refusal
		var gone lostError
		switch {
		case errors.As(err, &gone):
			return ctx.Err() != nil
		case errors.As(err, &refusal):
			return refusal.Code != protocol.ServiceNotReady && refusal.Code != protocol.TooManyRequests
		}
		return true
	})
}

func unexpected(body protocol.Body) error {
	return fmt.Errorf("%w: a %v is no answer to that", protocol.ErrMalformed, body.Type())
}

// lookup asks which broker serves a topic or a partition. The question makes the
// broker load the topic, so it comes before each producer and each consumer.
func (e *Engine) lookup(ctx context.Context, p *pool, topic string) (at place, err error) {
	err = e.persist(ctx, func(ctx context.Context) error {
		at, err = e.follow(ctx, p, topic)
		return err
	})
	return at, err
}

func (e *Engine) follow(ctx context.Context, p *pool, topic string) (place, error) {
	l, via, err := e.service(ctx, p)
	if err != nil {
		return place{}, err
	}
	home := via
	authoritative := false
	for range redirectsMost {
		body, err := l.ask(ctx, &protocol.Lookup{Topic: topic, Authoritative: authoritative, Listener: e.options.Listener})
		if err != nil {
			return place{}, err
		}
		a, ok := body.(*protocol.LookupAnswer)
		switch {
		case !ok:
			return place{}, unexpected(body)
		case a.Response == protocol.LookupFailed:
			return place{}, &conn.Refusal{Code: a.Error, Message: a.Message}
		}
		next, err := e.placeOf(a.URL, a.TLSURL, home, a.Proxied)
		if err != nil || a.Response == protocol.LookupConnect {
			return next, err
		}
		authoritative = a.Authoritative
		if l, err = p.link(ctx, next); err != nil {
			return place{}, err
		}
	}
	return place{}, fmt.Errorf("the lookup of the topic was sent on %d times without an end", redirectsMost)
}

// placeOf is the way to a broker that a lookup or a close has named.
func (e *Engine) placeOf(plain, secure string, home place, proxied bool) (place, error) {
	url := plain
	if e.address.secure {
		url = secure
	}
	_, host, found := strings.Cut(url, "://")
	if !found || host == "" {
		return place{}, fmt.Errorf("the broker names no address of its own for this kind of connection")
	}
	host = strings.TrimSuffix(host, "/")
	if proxied {
		return place{dial: home.dial, broker: host}, nil
	}
	return place{dial: host}, nil
}
