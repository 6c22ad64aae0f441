package group

import (
	"context"
	"sync"
)

// Loop is a background goroutine of a group that commands stop and start again.
type Loop struct {
	run  func(ctx context.Context)
	wake chan struct{} // of capacity one

	mu     sync.Mutex         // guards cancel; held for moments only
	cancel context.CancelFunc // nil while the loop is stopped
	ended  sync.WaitGroup
}

func newLoop(run func(ctx context.Context)) Loop {
	return Loop{run: run, wake: make(chan struct{}, 1)}
}

// Start starts the loop unless it runs.
func (l *Loop) Start() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	l.ended.Go(func() { l.run(ctx) }) // owned by the group: Stop ends it and waits
}

// Interrupt cancels what the loop is doing, without waiting for its end.
func (l *Loop) Interrupt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cancel != nil {
		l.cancel()
	}
}

// Stop ends the loop and waits for it.
func (l *Loop) Stop() {
	l.Interrupt()
	l.ended.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cancel = nil
}

// Wake makes the loop check at once. Any goroutine may call it.
func (l *Loop) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
