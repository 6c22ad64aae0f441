package produce

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/spec"
)

// sink is a producer that takes so many messages, and then none.
type sink struct {
	room int
	took []int64
}

func (s *sink) Send(dues []int64) int {
	n := min(s.room, len(dues))
	s.room -= n
	s.took = append(s.took, dues[:n]...)
	return n
}
func (*sink) InFlight() int               { return 0 }
func (*sink) Answered() uint64            { return 0 }
func (*sink) Release()                    {}
func (*sink) Close(context.Context) error { return nil }

// spreadOver returns a set with a producer for each room, on the topics that the text
// describes.
func spreadOver(t *testing.T, text string, rooms ...int) (*producerSet, []*sink) {
	t.Helper()
	settings := spec.DefaultProducer("fast")
	var err error
	settings.Spread, err = spec.ParseSpread(text)
	require.NoError(t, err)
	set, sinks := &producerSet{spread: newSpread(settings)}, []*sink{}
	for _, room := range rooms {
		sinks = append(sinks, &sink{room: room})
		set.producers = append(set.producers, &producerHandle{Producer: sinks[len(sinks)-1]})
	}
	return set, sinks
}

func numbers(n int) []int64 {
	dues := make([]int64, n)
	for i := range dues {
		dues[i] = int64(i)
	}
	return dues
}

// Topics take exact turns, whatever the runs are.
func TestTopicsTakeTurns(t *testing.T) {
	set, sinks := spreadOver(t, "3", 1000, 1000, 1000)
	for _, n := range []int{1, 64, 2, 5, 63, 15} {
		require.Equal(t, n, set.sendSpread(7, numbers(n)))
	}
	for _, one := range sinks {
		require.Len(t, one.took, 50)
	}
	require.Equal(t, []int64{0, 2, 5}, sinks[0].took[:3])
}

// A topic with several producers gets a worker's messages through one of them.
func TestWorkersKeepToAProducerOfEachTopic(t *testing.T) {
	set, sinks := spreadOver(t, "2", 100, 100, 100, 100)
	require.Equal(t, 10, set.sendSpread(0, numbers(10)))
	require.Equal(t, 10, set.sendSpread(1, numbers(10)))
	for _, one := range sinks {
		require.Len(t, one.took, 5)
	}
	require.Equal(t, []int64{0, 2, 4, 6, 8}, sinks[0].took)
	require.Equal(t, []int64{0, 2, 4, 6, 8}, sinks[2].took)
}

// What a released producer has not sent stays at the end of the run.
func TestUnsentMessagesStay(t *testing.T) {
	set, sinks := spreadOver(t, "3", 100, 2, 0)
	dues := numbers(12)
	require.Equal(t, 6, set.sendSpread(0, dues))
	require.Equal(t, []int64{7, 10, 2, 5, 8, 11}, dues[6:])
	sent := append(slices.Clone(sinks[0].took), sinks[1].took...)
	slices.Sort(sent)
	require.Equal(t, []int64{0, 1, 3, 4, 6, 9}, sent)
}

func TestSpreadByZipf(t *testing.T) {
	set, sinks := spreadOver(t, "3,zipf=1", 1e6, 1e6, 1e6)
	for range 1000 {
		require.Equal(t, 60, set.sendSpread(0, numbers(60)))
	}
	for i, share := range []float64{6. / 11, 3. / 11, 2. / 11} {
		require.InDelta(t, 60_000*share, len(sinks[i].took), 700)
	}
	require.Nil(t, newSpread(spec.DefaultProducer("fast")))
}
