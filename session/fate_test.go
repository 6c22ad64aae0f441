package session

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/spec"
)

func TestTheMessagesOfAnEntryHaveOneFate(t *testing.T) {
	w := &Ways{Behaviour: spec.Behaviour{Nack: 30, Drop: 20}}
	c := NewChooser()
	const entries, each = 4000, 50
	counts := map[Fate]int{}
	var fates [each]Fate
	for e := range entries {
		run := make([]broker.Delivery, each)
		for i := range run {
			run[i] = broker.Delivery{Entry: uint32(e % 7), Index: int32(i)} // it comes again and again
		}
		c.Choose(w, run[:20], fates[:20])
		c.Choose(w, run[20:], fates[20:])
		for _, f := range fates[1:] {
			require.Equal(t, fates[0], f)
		}
		counts[fates[0]]++
	}
	require.InDelta(t, 0.3*entries, counts[Nacked], 150)
	require.InDelta(t, 0.2*entries, counts[Dropped], 150)
}

func TestWhatCameTooOftenIsADeadLetter(t *testing.T) {
	all := &Ways{Behaviour: spec.Behaviour{Nack: 100, MaxRedeliver: 2}, Dead: vacantForwarder{}}
	var fates [4]Fate
	run := []broker.Delivery{{Entry: 1}, {Entry: 2, Redelivery: 1}, {Entry: 3, Redelivery: 2}, {Entry: 4, Redelivery: 3}}
	NewChooser().Choose(all, run, fates[:])
	require.Equal(t, [4]Fate{Nacked, Nacked, DeadLettered, DeadLettered}, fates)
	none := &Ways{Behaviour: spec.Behaviour{MaxRedeliver: 2}, Dead: vacantForwarder{}}
	NewChooser().Choose(none, run, fates[:])
	require.Equal(t, [4]Fate{Acked, Acked, Acked, DeadLettered}, fates, "what is processed well is not given up for its past")
	through := &Ways{Behaviour: spec.Behaviour{Nack: 100, MaxRedeliver: 2}, Dead: vacantForwarder{}, Retry: vacantForwarder{}}
	run = []broker.Delivery{{Entry: 1}, {Entry: 2, Retries: 1}, {Entry: 3, Retries: 2}}
	NewChooser().Choose(through, run, fates[:3])
	require.Equal(t, [4]Fate{Retried, Retried, DeadLettered, DeadLettered}, fates)
}

type vacantForwarder struct{ broker.Forwarder }

func TestCausesAreForgottenInOrder(t *testing.T) {
	var r Returns
	for e := range uint32(ReturnsMax/2 + 10) { // each is a message and its entry
		r.Note([]broker.Delivery{{Entry: e}}, metrics.AgainNack)
	}
	require.Len(t, r.Causes, ReturnsMax)
	cause := func(entry uint32, index int32) any {
		c, known := r.Cause(&broker.Delivery{Entry: entry, Index: index})
		if !known {
			return nil
		}
		return c
	}
	require.Nil(t, cause(9, 0), "forgotten")
	require.Equal(t, metrics.AgainNack, cause(10, 0))
	r.Note([]broker.Delivery{{Entry: 20, Index: 3}}, metrics.AgainDrop)
	require.Equal(t, metrics.AgainNack, cause(20, 0), "each message has its own")
	require.Equal(t, metrics.AgainDrop, cause(20, 3))
	require.Equal(t, metrics.AgainDrop, cause(20, 4), "another comes because of the last that was let go")
	r.Forget()
	require.Nil(t, cause(20, 3))
}

func TestARunIsAcknowledgedWhenAllBeforeItAreProcessed(t *testing.T) {
	l := NewLine()
	runs := []*Taking{l.Join(make([]broker.Delivery, 3)), l.Join(make([]broker.Delivery, 4)), l.Join(make([]broker.Delivery, 5))}
	require.Empty(t, l.Leave(runs[1]))
	require.Equal(t, 4, l.Unfinished())
	require.Equal(t, runs[:2], l.Leave(runs[0]))
	require.Equal(t, runs[2:], l.Leave(runs[2]))
	require.Zero(t, l.Unfinished())
}

func TestAShelfIsTakenFromItsOldEnd(t *testing.T) {
	h := NewShelf()
	for i := range int64(1000) {
		h.Items = append(h.Items, Kept{i, i})
	}
	run, next := h.Take(256, 99)
	require.Len(t, run, 100)
	require.EqualValues(t, 100, next)
	run, _ = h.Take(256, 5000)
	require.Equal(t, Kept{int64(100), 100}, run[0])
	require.Len(t, run, 256)
	require.Equal(t, 644, h.Count())
	require.Equal(t, []int64{356, 357}, h.First(2))
	require.LessOrEqual(t, len(h.Items), 1000)
}
