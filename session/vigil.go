package session

import (
	"context"
	"sync"
)

// vigil is the goroutine that keeps a group alive, beside the commands.
type vigil struct {
	run  func(ctx context.Context)
	wake chan struct{} // of capacity one

	mu     sync.Mutex         // guards cancel; held for moments only
	cancel context.CancelFunc // nil while it does not run
	ended  sync.WaitGroup
}

func newVigil(run func(ctx context.Context)) vigil {
	return vigil{run: run, wake: make(chan struct{}, 1)}
}

// start lets what keeps watch run, if it does not.
func (v *vigil) start() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	v.cancel = cancel
	v.ended.Go(func() { v.run(ctx) }) // owned by the group: stop ends it and waits
}

// interrupt makes what keeps watch end soon: what it does has a context.
func (v *vigil) interrupt() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.cancel != nil {
		v.cancel()
	}
}

// stop ends what keeps watch and waits for it.
func (v *vigil) stop() {
	v.interrupt()
	v.ended.Wait()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.cancel = nil
}

// nudge makes what keeps watch look at once. Anybody may call it.
func (v *vigil) nudge() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// sayings are the troubles that were told since all was well.
type sayings map[string]bool

// news notes a trouble, and says whether it was not told yet.
func (s *sayings) news(trouble error) bool {
	if (*s)[trouble.Error()] {
		return false
	}
	if *s == nil {
		*s = sayings{}
	}
	(*s)[trouble.Error()] = true
	return true
}
