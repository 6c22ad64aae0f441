package commands

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/embedded/virtual"
)

// An expectation on a figure that nobody knows fails, and says why it is unknown.
func TestAnExpectationOnAnUnknownFigureFailsWithTheReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cluster := virtual.New()
		t.Cleanup(cluster.Close)
		c := world(t, dialled(cluster))
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650; consume start s topic=t; produce start p topic=t rate=1k; wait 4s; expect s.backlog<500 for=1s", &out))
		cluster.HideAdmin(true)
		require.NoError(t, c.Execute(t.Context(), "pause s; wait 8s", &out))
		out.Reset()
		err := c.Execute(t.Context(), "expect s.backlog<500 for=3s within=5s", &out)
		require.ErrorContains(t, err, "s.backlog was unknown (no answer from the admin API for 1")
		require.Contains(t, out.String(), "FAIL")
		cluster.HideAdmin(false)
		require.NoError(t, c.Execute(t.Context(), "wait 2s", &out))
		require.ErrorContains(t, c.Execute(t.Context(), "expect s.backlog<500", &out), "s.backlog was 1")
	})
}
