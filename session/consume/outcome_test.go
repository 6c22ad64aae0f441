package consume

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/spec"
)

func TestTheMessagesOfAnEntryHaveOneFate(t *testing.T) {
	w := &policy{Behaviour: spec.Behaviour{Nack: 30, Drop: 20}}
	c := newOutcomePicker()
	const entries, each = 4000, 50
	counts := map[outcome]int{}
	var fates [each]outcome
	for e := range entries {
		run := make([]broker.Delivery, each)
		for i := range run {
			run[i] = broker.Delivery{Entry: uint32(e % 7), Index: int32(i)} // it comes again and again
		}
		c.choose(w, run[:20], fates[:20])
		c.choose(w, run[20:], fates[20:])
		for _, f := range fates[1:] {
			require.Equal(t, fates[0], f)
		}
		counts[fates[0]]++
	}
	require.InDelta(t, 0.3*entries, counts[Nacked], 150)
	require.InDelta(t, 0.2*entries, counts[Dropped], 150)
}

func TestWhatCameTooOftenIsADeadLetter(t *testing.T) {
	all := &policy{Behaviour: spec.Behaviour{Nack: 100, MaxRedeliver: 2}, Dead: vacantForwarder{}}
	var fates [4]outcome
	run := []broker.Delivery{{Entry: 1}, {Entry: 2, Redelivery: 1}, {Entry: 3, Redelivery: 2}, {Entry: 4, Redelivery: 3}}
	newOutcomePicker().choose(all, run, fates[:])
	require.Equal(t, [4]outcome{Nacked, Nacked, DeadLettered, DeadLettered}, fates)
	none := &policy{Behaviour: spec.Behaviour{MaxRedeliver: 2}, Dead: vacantForwarder{}}
	newOutcomePicker().choose(none, run, fates[:])
	require.Equal(t, [4]outcome{Acked, Acked, Acked, DeadLettered}, fates, "what is processed well is not given up for its past")
	through := &policy{Behaviour: spec.Behaviour{Nack: 100, MaxRedeliver: 2}, Dead: vacantForwarder{}, Retry: vacantForwarder{}}
	run = []broker.Delivery{{Entry: 1}, {Entry: 2, Retries: 1}, {Entry: 3, Retries: 2}}
	newOutcomePicker().choose(through, run, fates[:3])
	require.Equal(t, [4]outcome{Retried, Retried, DeadLettered, DeadLettered}, fates)
}

type vacantForwarder struct{ broker.Forwarder }

func TestCausesAreForgottenInOrder(t *testing.T) {
	var r redeliveries
	for e := range uint32(ReturnsMax/2 + 10) { // each is a message and its entry
		r.note([]broker.Delivery{{Entry: e}}, metrics.RedeliveredNack)
	}
	require.Len(t, r.Causes, ReturnsMax)
	cause := func(entry uint32, index int32) any {
		c, known := r.cause(&broker.Delivery{Entry: entry, Index: index})
		if !known {
			return nil
		}
		return c
	}
	require.Nil(t, cause(9, 0), "forgotten")
	require.Equal(t, metrics.RedeliveredNack, cause(10, 0))
	r.note([]broker.Delivery{{Entry: 20, Index: 3}}, metrics.RedeliveredDrop)
	require.Equal(t, metrics.RedeliveredNack, cause(20, 0), "each message has its own")
	require.Equal(t, metrics.RedeliveredDrop, cause(20, 3))
	require.Equal(t, metrics.RedeliveredDrop, cause(20, 4), "another comes because of the last that was let go")
	r.forget()
	require.Nil(t, cause(20, 3))
}

func TestARunIsAcknowledgedWhenAllBeforeItAreProcessed(t *testing.T) {
	l := newAckOrder()
	runs := []*ticket{l.join(make([]broker.Delivery, 3)), l.join(make([]broker.Delivery, 4)), l.join(make([]broker.Delivery, 5))}
	require.Empty(t, l.leave(runs[1]))
	require.Equal(t, 4, l.unfinished())
	require.Equal(t, runs[:2], l.leave(runs[0]))
	require.Equal(t, runs[2:], l.leave(runs[2]))
	require.Zero(t, l.unfinished())
}

func TestAShelfIsTakenFromItsOldEnd(t *testing.T) {
	h := newPendingAcks()
	for i := range int64(1000) {
		h.Items = append(h.Items, pendingAck{i, i})
	}
	run, next := h.take(256, 99)
	require.Len(t, run, 100)
	require.EqualValues(t, 100, next)
	run, _ = h.take(256, 5000)
	require.Equal(t, pendingAck{int64(100), 100}, run[0])
	require.Len(t, run, 256)
	require.Equal(t, 644, h.count())
	require.Equal(t, []int64{356, 357}, h.first(2))
	require.LessOrEqual(t, len(h.Items), 1000)
}
