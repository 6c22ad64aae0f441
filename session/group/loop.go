package group

import (
	"context"
	"sync"
)

// Loop is the goroutine that keeps a group alive, beside the commands.
type Loop struct {
	run  func(ctx context.Context)
	Wake chan struct{} // of capacity one

	mu     sync.Mutex         // guards cancel; held for moments only
	cancel context.CancelFunc // nil while it does not run
	ended  sync.WaitGroup
}

// NewLoop returns a loop that calls run once it is started.
func NewLoop(run func(ctx context.Context)) Loop {
	return Loop{run: run, Wake: make(chan struct{}, 1)}
}

// Start lets what keeps watch run, if it does not.
func (v *Loop) Start() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	v.cancel = cancel
	v.ended.Go(func() { v.run(ctx) }) // owned by the group: stop ends it and waits
}

// Interrupt makes what keeps watch end soon: what it does has a context.
func (v *Loop) Interrupt() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.cancel != nil {
		v.cancel()
	}
}

// Stop ends what keeps watch and waits for it.
func (v *Loop) Stop() {
	v.Interrupt()
	v.ended.Wait()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.cancel = nil
}

// Nudge makes what keeps watch look at once. Anybody may call it.
func (v *Loop) Nudge() {
	select {
	case v.Wake <- struct{}{}:
	default:
	}
}

// ReportOnce are the troubles that were told since all was well.
type ReportOnce map[string]bool

// IsNew notes a trouble, and says whether it was not told yet.
func (s *ReportOnce) IsNew(trouble error) bool {
	if (*s)[trouble.Error()] {
		return false
	}
	if *s == nil {
		*s = ReportOnce{}
	}
	(*s)[trouble.Error()] = true
	return true
}
