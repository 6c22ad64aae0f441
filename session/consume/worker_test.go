package consume

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/gate"
)

// endsAfter is a context that ends once it was asked so many times.
type endsAfter struct {
	context.Context
	asked, times int
}

func (e *endsAfter) Err() error {
	if e.asked++; e.asked > e.times {
		return context.Canceled
	}
	return nil
}

// A worker that was told to end stands inside the gates or outside of them, whenever it is told.
// One that ended inside would keep every later command waiting for it.
func TestAWorkerThatEndsIsOutsideTheGates(t *testing.T) {
	for times := range 4 {
		g := &Group{interrupt: gate.NewInterrupt()}
		g.gate.Interrupt = g.interrupt
		one := &slot{}
		one.gate.Interrupt = g.interrupt
		w := &worker{group: g, slot: one}
		if w.enterGates(&endsAfter{Context: t.Context(), times: times}) == nil {
			w.leaveGates()
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		require.NoError(t, g.gate.Close(ended), "nobody is inside after %d questions", times)
		require.NoError(t, one.gate.Close(ended))
	}
}
