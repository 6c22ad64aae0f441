package spec

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

func TestSubscriptions(t *testing.T) {
	setting, ok := FindSetting(ConsumerSettings(), "subscriptions")
	require.True(t, ok)
	c := DefaultConsumer("sub1")
	for text, want := range map[string]string{"0": "subscriptions must be at least 1", "101": "subscriptions must be at most 100", "many": `"many" is not a whole number`} {
		require.EqualError(t, setting.Set(&c, text), want)
	}
	require.Equal(t, "1", setting.Get(&c))
	require.Equal(t, []string{"sub1"}, c.SubscriptionNames())
	require.NoError(t, setting.Set(&c, "3"))
	require.Equal(t, "3", setting.Get(&c))
	require.Equal(t, []string{"sub1-0", "sub1-1", "sub1-2"}, c.SubscriptionNames())
	require.Equal(t, "sub1-0..2", c.SubscriptionText())
	require.Equal(t, "sub1-0", c.SubscriptionOf(4))
	require.ErrorContains(t, c.Check("sub1"), "subscriptions=3 needs as many workers, and workers=1 are fewer")
	c.Workers = 3
	require.NoError(t, c.Check("sub1"))
	one := c
	one.Subscriptions = 0
	require.False(t, c.SameConsumers(one))
	require.True(t, c.OtherCursor(one))
	c.Retry = "again"
	require.ErrorContains(t, c.Check("sub1"), "retry=again is for one subscription")
	c.Retry, c.Type, c.Sticky = "", broker.KeyShared, true
	require.NoError(t, c.Check("sub1"))
}

func TestTopicNamesOneByOne(t *testing.T) {
	for _, p := range []Producer{{Topic: "a"}, {Topic: "a,b,c"}, {Topic: "a", Spread: Spread{Count: 12}}, {Topic: "a,b", Spread: Spread{Count: 2}}} {
		names := p.TopicNames()
		require.Equal(t, len(names), p.TopicCount())
		for i, name := range names {
			require.Equal(t, name, p.TopicName(i))
		}
	}
}
