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
