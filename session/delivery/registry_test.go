package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheConsumersOfAGroupThatHasLeftAreNoOthers hears statistics that were asked for
// before the last group left.
func TestTheConsumersOfAGroupThatHasLeftAreNoOthers(t *testing.T) {
	var r Registry
	audit := r.Join(Member{Group: "r1", Subscription: "s", Topics: []string{"x"}, Audit: NewAudit(DefaultWindow), Named: func(name string) bool { return name == "own" }})
	require.Empty(t, r.Others(audit, []string{"own"}))
	require.Equal(t, []string{"stranger"}, r.Others(audit, []string{"own", "stranger"}))
	r.Leave("r1")
	require.Empty(t, r.Others(audit, []string{"own", "stranger"}))
	audit.SetOthers([]string{"stranger"})
	require.Equal(t, []string{"stranger"}, r.Others(audit, []string{"own"}), "what was found is not forgotten")
}

// TestAnotherClusterIsToldWhenAMessageHasArrivedThere publishes a sender and receivers of
// topics of one name.
func TestAnotherClusterIsToldWhenAMessageHasArrivedThere(t *testing.T) {
	var r Registry
	here, there, other := NewAudit(0), NewAudit(0), NewAudit(0)
	at := Place{"default", "x"}
	receivers := []Receiver{{"default", []string{"x"}, []*Audit{here}}, {"eu", []string{"x"}, []*Audit{there}}, {"us", []string{"y"}, []*Audit{other}}}
	senders := []Sender{{at, []uint64{1}}}
	r.Publish(receivers, senders)
	require.Equal(t, []Expecting{{here, false}}, r.Of(at))
	require.Equal(t, []Expecting{{there, false}}, r.Of(Place{"eu", "x"}), "what is sent there is expected there")

	see(there, 0)
	r.Publish(receivers, senders)
	require.Equal(t, []Expecting{{here, false}, {there, true}}, r.Of(at))
	require.Equal(t, []Expecting{{there, false}}, r.Of(Place{"eu", "x"}), "the way back is another one")

	there.SetReplicated(1)
	there.Expect(1, 5)
	require.EqualValues(t, 4, there.Totals().NotYetReceived)
	require.EqualValues(t, 4, there.Totals().Replicating)
	there.NewPeriod()
	see(there, 2)
	require.EqualValues(t, 2, there.Totals().Replicating, "a seek does not change where it was sent")

	senders[0].Streams = []uint64{8}
	r.Publish(receivers, senders)
	require.Len(t, r.Of(at), 2, "the next producer sends to the same topic")
	r.Forget("eu")
	r.Publish(receivers, senders)
	require.Len(t, r.Of(at), 1)
}

// TestSubscriptionsOfOneNameOnTwoClustersAreTwo joins both.
func TestSubscriptionsOfOneNameOnTwoClustersAreTwo(t *testing.T) {
	var r Registry
	join := func(group, cluster string) *Audit {
		return r.Join(Member{Group: group, Cluster: cluster, Subscription: "s", Topics: []string{"x"}, Audit: NewAudit(0)})
	}
	a, b, c := join("a", "default"), join("b", "eu"), join("c", "eu")
	require.NotSame(t, a, b)
	require.Same(t, b, c)
}
