package connect

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
func (e *Cluster) service(ctx context.Context, p *pool) (*Connection, Endpoint, error) {
	var errs []error
	for _, host := range e.address.Hosts {
		to := Endpoint{Address: host}
		c, err := p.Connect(ctx, to)
		if err == nil {
			return c, to, nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, Endpoint{}, errors.Join(errs...)
}

// PartitionsOf asks how many partitions a topic has, 0 if it is not partitioned.
func (e *Cluster) PartitionsOf(ctx context.Context, p *pool, topic string) (n int, err error) {
	err = e.persist(ctx, func(ctx context.Context) error {
		c, _, err := e.service(ctx, p)
		if err != nil {
			return err
		}
		body, err := c.Ask(ctx, &protocol.PartitionedMetadata{Topic: topic})
		if err != nil {
			return err
		}
		a, ok := body.(*protocol.PartitionedMetadataAnswer)
		if !ok {
			return Unexpected(body)
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
func (e *Cluster) persist(ctx context.Context, attempt func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, e.OperationTimeout(), ErrOverdue)
	defer cancel()
	return Retry(ctx, attempt, func(err error) bool {
		var refusal *conn.Refusal
		var gone LostError
		switch {
		case errors.As(err, &gone):
			return ctx.Err() != nil
		case errors.As(err, &refusal):
			return refusal.Code != protocol.ServiceNotReady && refusal.Code != protocol.TooManyRequests
		}
		return true
	})
}

// Unexpected is the error for an answer of another kind than was asked for.
func Unexpected(body protocol.Body) error {
	return fmt.Errorf("%w: a %v is no answer to that", protocol.ErrMalformed, body.Type())
}

// Lookup asks which broker serves a topic or a partition. The question makes the
// broker load the topic, so it comes before each producer and each consumer.
func (e *Cluster) Lookup(ctx context.Context, p *pool, topic string) (at Endpoint, err error) {
	err = e.persist(ctx, func(ctx context.Context) error {
		at, err = e.follow(ctx, p, topic)
		return err
	})
	return at, err
}

func (e *Cluster) follow(ctx context.Context, p *pool, topic string) (Endpoint, error) {
	c, via, err := e.service(ctx, p)
	if err != nil {
		return Endpoint{}, err
	}
	home := via
	authoritative := false
	for range redirectsMost {
		body, err := c.Ask(ctx, &protocol.Lookup{Topic: topic, Authoritative: authoritative, Listener: e.options.Tuning.Listener})
		if err != nil {
			return Endpoint{}, err
		}
		a, ok := body.(*protocol.LookupAnswer)
		switch {
		case !ok:
			return Endpoint{}, Unexpected(body)
		case a.Response == protocol.LookupFailed:
			return Endpoint{}, &conn.Refusal{Code: a.Error, Message: a.Message}
		}
		next, err := e.EndpointOf(a.URL, a.TLSURL, home, a.Proxied)
		if err != nil || a.Response == protocol.LookupConnect {
			return next, err
		}
		authoritative = a.Authoritative
		if c, err = p.Connect(ctx, next); err != nil {
			return Endpoint{}, err
		}
	}
	return Endpoint{}, fmt.Errorf("the lookup of the topic was sent on %d times without an end", redirectsMost)
}

// EndpointOf returns the endpoint that a lookup or a close has named.
func (e *Cluster) EndpointOf(plain, secure string, home Endpoint, proxied bool) (Endpoint, error) {
	url := plain
	if e.address.Secure {
		url = secure
	}
	_, host, found := strings.Cut(url, "://")
	if !found || host == "" {
		return Endpoint{}, fmt.Errorf("the broker names no address of its own for this kind of connection")
	}
	host = strings.TrimSuffix(host, "/")
	if proxied {
		return Endpoint{Address: home.Address, proxied: host}, nil
	}
	return Endpoint{Address: host}, nil
}
