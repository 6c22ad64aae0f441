package client

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func freeSlots(n int) *sendSlots {
	free := make([]int32, n)
	for i := range free {
		free[i] = int32(i)
	}
	return newSendSlots(free)
}

// TestSlotsAreTakenOnceAtATime lets senders and receipts work at once: every
// slot has one holder, and nobody waits for ever, however few there are.
func TestSlotsAreTakenOnceAtATime(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, runMax, 5*runMax + 1, 4096} {
		p := freeSlots(n)
		held := make([]sync.Mutex, n)
		receipts := make(chan []int32, n)
		var senders sync.WaitGroup
		const rounds = 2000
		for range 3 {
			senders.Go(func() {
				for range rounds {
					var run [runMax]int32
					got := p.take(run[:])
					for _, slot := range run[:got] {
						if !held[slot].TryLock() {
							t.Errorf("slot %d of %d has two holders", slot, n)
						}
					}
					receipts <- append([]int32(nil), run[:got]...)
				}
			})
		}
		var giver sync.WaitGroup
		giver.Go(func() {
			for run := range receipts {
				for _, slot := range run {
					held[slot].Unlock()
				}
				p.give(run)
			}
		})
		senders.Wait()
		close(receipts)
		giver.Wait()
		require.Len(t, p.free, n)
	}
}

func TestASenderIsWokenForARunAndNotForAMessage(t *testing.T) {
	p := freeSlots(1024)
	require.Equal(t, 256, p.enough)
	require.Equal(t, 1, freeSlots(1).enough)
	require.Equal(t, 1, freeSlots(3).enough)
	require.Equal(t, 25, freeSlots(100).enough)
}

func TestClosedSlotsLetEverybodyGo(t *testing.T) {
	p := freeSlots(1)
	var run [runMax]int32
	require.Equal(t, 1, p.take(run[:]))
	done := make(chan int)
	go func() { done <- p.take(run[:]) }()
	p.close()
	require.Zero(t, <-done)
}
