package clusters

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/snapshot"
)

func TestTheAdminAPIIsNoLongerSilentOnceAClusterIsBack(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		require.NoError(t, w.Connect(t.Context(), broker.Target{URL: "pulsar://a"}))
		w.hide("pulsar://a", true)
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, snapshot.Reconnecting, w.Own().state())
		p := &poller{cluster: w.Own(), silence: silence{answered: time.Now()}}
		failed := map[string]error{"fast": errors.New("connection refused")}
		for range brokerstats.StaleAfter + silenceSlack + 1 {
			p.listen(false, failed)
		}
		require.False(t, w.Own().Now().AdminSince.IsZero())
		require.False(t, p.silence.told, "that the cluster is away was told")
		w.hide("pulsar://a", false)
		time.Sleep(time.Minute)
		p.listen(true, nil)
		require.Zero(t, w.Own().Now().AdminSince)
		require.Empty(t, w.Own().Now().AdminWhy)
	})
}
