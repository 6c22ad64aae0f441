package lang

import (
	"context"
	"errors"
	"sync"
)

// aborts is how the running line or script can be ended from outside.
type aborts struct {
	mu     sync.Mutex // guards the fields below; held for moments only
	cancel context.CancelCauseFunc
	why    *Error // of the abort, if nobody is there to go on after it
}

// Abort ends the running line or script with an error. Without a prompt nothing runs
// after it.
func (c *Runner) Abort(why *Error) {
	c.aborts.mu.Lock()
	defer c.aborts.mu.Unlock()
	if c.Config.Confirm == nil {
		c.aborts.why = why
	}
	if c.aborts.cancel != nil {
		c.aborts.cancel(why)
	}
}

// abortable returns a context that Abort ends, and what the caller does with its result
// at the end.
func (c *Runner) abortable(ctx context.Context) (context.Context, func(error) error) {
	ctx, cancel := context.WithCancelCause(ctx)
	c.aborts.mu.Lock()
	outer := c.aborts.cancel
	if outer == nil {
		c.aborts.cancel = cancel
	}
	if c.aborts.why != nil {
		cancel(c.aborts.why)
	}
	c.aborts.mu.Unlock()
	return ctx, func(err error) error {
		c.aborts.mu.Lock()
		defer c.aborts.mu.Unlock()
		if outer == nil {
			c.aborts.cancel = nil
		}
		var why *Error
		if errors.As(context.Cause(ctx), &why) && (err == nil || errors.Is(err, context.Canceled)) {
			err = why
		}
		cancel(nil)
		return err
	}
}
