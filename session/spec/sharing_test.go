package spec

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

func TestConnectionsAreSharedOrOnesOwn(t *testing.T) {
	p, c := DefaultProducer("fast"), DefaultConsumer("sub1")
	require.Equal(t, broker.Sharing{Group: "fast", Connections: 1}, p.Sharing.Of("fast"))
	set := func(name, text string) error {
		one, ok := FindSetting(ProducerSettings(), name)
		require.True(t, ok)
		require.False(t, one.Live, "a change makes new producers")
		other, ok := FindSetting(ConsumerSettings(), name)
		require.True(t, ok)
		require.Equal(t, one.Set(&p, text) == nil, other.Set(&c, text) == nil)
		return one.Set(&p, text)
	}
	for _, wrong := range [][2]string{{"connections", "0"}, {"connections", "101"}, {"connections", "many"}, {"isolated", "maybe"}} {
		require.Error(t, set(wrong[0], wrong[1]), wrong)
	}
	before := p
	require.NoError(t, set("connections", "8"))
	require.True(t, p.NeedsProducers(before))
	require.False(t, c.SameConsumers(DefaultConsumer("sub1")))
	require.NoError(t, p.Check("fast"))
	require.NoError(t, set("isolated", "on"))
	for _, err := range []error{p.Check("fast"), c.Check("fast")} {
		var said *broker.Error
		require.ErrorAs(t, err, &said)
		require.Equal(t, "isolated=on gives each its own connection, so connections=8 would have no effect", said.Message)
		require.Equal(t, "set fast connections=1 isolated=on", said.Try)
	}
	require.NoError(t, set("connections", "1"))
	require.NoError(t, p.Check("fast"))
	require.NoError(t, c.Check("sub1"))
}
