package gate

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAGateIsClosedWhenAllWorkersHaveLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := Gate{Interrupt: NewInterrupt()}
		leave := g.Interrupt.Done()
		require.NoError(t, g.Enter(t.Context()))
		require.True(t, g.TryEnter())
		closed := make(chan error, 1)
		go func() { closed <- g.Close(t.Context()) }()
		<-leave // both are interrupted
		require.False(t, g.TryEnter(), "it lets nobody in while it waits")
		g.Leave()
		synctest.Wait()
		require.Empty(t, closed)
		g.Leave()
		require.NoError(t, <-closed)

		entered := make(chan error, 1)
		go func() { entered <- g.Enter(t.Context()) }()
		synctest.Wait()
		require.Empty(t, entered)
		g.Open()
		g.Open()
		require.NoError(t, <-entered)
		require.NoError(t, g.Wait(t.Context()))
	})
}

func TestAGateThatCannotBeEmptiedStaysClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := Gate{Interrupt: NewInterrupt()}
		require.True(t, g.TryEnter())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, g.Close(ctx), context.DeadlineExceeded)
		require.False(t, g.TryEnter())
		require.ErrorIs(t, g.Enter(ctx), context.DeadlineExceeded)
		require.ErrorIs(t, g.Wait(ctx), context.DeadlineExceeded)
		g.Leave()
		require.NoError(t, g.Close(t.Context()), "another attempt")
	})
}

// Workers that take the interrupt before they enter, as worker.run does, are never
// inside a gate that is closed, and never miss the interrupt.
func TestNoWorkerMissesTheClosingOfAGate(t *testing.T) {
	g := Gate{Interrupt: NewInterrupt()}
	ctx, cancel := context.WithCancel(t.Context())
	var workers sync.WaitGroup
	var inside atomic.Int32
	for range 8 {
		workers.Go(func() {
			for ctx.Err() == nil {
				leave := g.Interrupt.Done()
				if g.Enter(ctx) != nil {
					return
				}
				inside.Add(1)
				select {
				case <-leave:
				case <-ctx.Done():
				}
				inside.Add(-1)
				g.Leave()
			}
		})
	}
	for range 2000 {
		require.NoError(t, g.Close(ctx))
		require.Zero(t, inside.Load())
		g.Open()
	}
	cancel()
	workers.Wait()
}

func TestALockCanBeGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLock()
		require.NoError(t, l.Lock(t.Context()))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, l.Lock(ctx), context.DeadlineExceeded)
		l.Unlock()
		require.NoError(t, l.Lock(t.Context()))
	})
}

// A gate that two commands hold opens when both have released it, and not if its owner
// has shut it meanwhile.
func TestAHeldGateOpensWhenAllHaveReleasedIt(t *testing.T) {
	g := Gate{Interrupt: NewInterrupt()}
	require.NoError(t, g.Hold(t.Context()))
	require.NoError(t, g.Hold(t.Context()))
	g.Open()
	require.False(t, g.TryEnter(), "its owner does not open what others hold")
	g.Release()
	require.False(t, g.TryEnter())
	g.Release()
	require.True(t, g.TryEnter())
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, g.Hold(ended), "a worker is inside")
	g.Shut()
	g.Release()
	g.Leave()
	require.False(t, g.TryEnter(), "it is shut")
	g.Open()
	require.True(t, g.TryEnter())
}
