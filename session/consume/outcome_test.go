package consume

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/spec"
)

func TestTheMessagesOfAnEntryHaveOneOutcome(t *testing.T) {
	p := &policy{Behaviour: spec.Behaviour{Nack: 30, Drop: 20}}
	c := newOutcomePicker()
	const entries, each = 4000, 50
	counts := map[outcome]int{}
	var outcomes [each]outcome
	for e := range entries {
		run := make([]broker.Delivery, each)
		for i := range run {
			run[i] = broker.Delivery{Entry: uint32(e % 7), Index: int32(i)} // it comes again and again
		}
		c.pick(p, run[:20], outcomes[:20])
		c.pick(p, run[20:], outcomes[20:])
		for _, f := range outcomes[1:] {
			require.Equal(t, outcomes[0], f)
		}
		counts[outcomes[0]]++
	}
	require.InDelta(t, 0.3*entries, counts[nack], 150)
	require.InDelta(t, 0.2*entries, counts[drop], 150)
}

func TestWhatCameTooOftenIsADeadLetter(t *testing.T) {
	all := &policy{Behaviour: spec.Behaviour{Nack: 100, MaxRedeliver: 2}, dead: noForwarder{}}
	var outcomes [4]outcome
	run := []broker.Delivery{{Entry: 1}, {Entry: 2, Redelivery: 1}, {Entry: 3, Redelivery: 2}, {Entry: 4, Redelivery: 3}}
	newOutcomePicker().pick(all, run, outcomes[:])
	require.Equal(t, [4]outcome{nack, nack, deadLetter, deadLetter}, outcomes)
	none := &policy{Behaviour: spec.Behaviour{MaxRedeliver: 2}, dead: noForwarder{}}
	newOutcomePicker().pick(none, run, outcomes[:])
	require.Equal(t, [4]outcome{ack, ack, ack, deadLetter}, outcomes, "what is processed well is not given up for its past")
	through := &policy{Behaviour: spec.Behaviour{Nack: 100, MaxRedeliver: 2}, dead: noForwarder{}, retry: noForwarder{}}
	run = []broker.Delivery{{Entry: 1}, {Entry: 2, Retries: 1}, {Entry: 3, Retries: 2}}
	newOutcomePicker().pick(through, run, outcomes[:3])
	require.Equal(t, [4]outcome{retry, retry, deadLetter, deadLetter}, outcomes)
}

type noForwarder struct{ broker.Forwarder }

func TestARunIsAcknowledgedWhenAllBeforeItAreProcessed(t *testing.T) {
	o := newAckOrder()
	runs := []*ticket{o.add(make([]broker.Delivery, 3)), o.add(make([]broker.Delivery, 4)), o.add(make([]broker.Delivery, 5))}
	require.Empty(t, o.processed(runs[1]))
	require.Equal(t, 4, o.waiting())
	require.Equal(t, runs[:2], o.processed(runs[0]))
	require.Equal(t, runs[2:], o.processed(runs[2]))
	require.Zero(t, o.waiting())
}

func TestPendingAcksAreTakenOldestFirst(t *testing.T) {
	p := newPendingAcks()
	for i := range int64(1000) {
		p.items = append(p.items, pendingAck{i, i})
	}
	run, next := p.take(256, 99)
	require.Len(t, run, 100)
	require.EqualValues(t, 100, next)
	run, _ = p.take(256, 5000)
	require.Equal(t, pendingAck{int64(100), 100}, run[0])
	require.Len(t, run, 256)
	require.Equal(t, 644, p.count())
	require.Equal(t, []int64{356, 357}, p.first(2))
	require.LessOrEqual(t, len(p.items), 1000)
}
