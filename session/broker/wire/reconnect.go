package wire

import (
	"context"
	"time"

	"pulsh/session/broker/wire/connect"
)

// attempts calls open until it succeeds, ctx ends or an error is final, and returns
// the final error, nil otherwise. It passes to, which may be nil, to the first
// attempt alone. It waits for pause before each attempt, before the first one only
// if wait is set.
func attempts(ctx context.Context, to *connect.Endpoint, wait bool, pause func() time.Duration, open func(context.Context, *connect.Endpoint) error) error {
	for {
		if wait && !connect.Sleep(ctx, pause()) {
			return nil
		}
		attempt, cancel := context.WithTimeoutCause(ctx, connect.OperationTimeout, connect.ErrOverdue)
		err := open(attempt, to)
		cancel()
		if err == nil || ctx.Err() != nil {
			return nil
		}
		if connect.Final(err) {
			return err
		}
		to, wait = nil, true
	}
}

// endpointNamed returns the endpoint that a close from the broker names, nil if it
// names none that can be used.
func endpointNamed(e *Engine, plain, secure string) *connect.Endpoint {
	at, err := e.EndpointOf(plain, secure, connect.Endpoint{}, false)
	if err != nil {
		return nil
	}
	return &at
}
