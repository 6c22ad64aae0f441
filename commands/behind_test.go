package commands

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"pulsh/commands/host"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

func TestWhenAGroupHasFallenShort(t *testing.T) {
	for _, c := range []struct {
		due, acked, missed int64
		inFlight           int
		behind             bool
	}{
		{1000, 1000, 0, 0, false},
		{1000, 990, 0, 0, false},
		{1000, 989, 0, 0, true},
		{1000, 980, 0, 10, false},
		{1000, 980, 0, 9, true},
		{100_000, 99_900, 100, 0, false},
		{100_000, 99_899, 101, 0, true},
		{100, 0, 0, 0, true},
	} {
		g := snapshot.Group{Name: "fast", Producer: &snapshot.Producer{Shape: pacing.Hold(10), Due: c.due, Acked: c.acked, Missed: c.missed, InFlight: c.inFlight}}
		s, ok := host.ScheduleOf(g)
		require.True(t, ok)
		require.Equal(t, c.behind, s.Behind, "%+v", c)
	}
	for _, g := range []snapshot.Group{
		{Consumer: &snapshot.Consumer{}}, {Producer: &snapshot.Producer{Shape: pacing.Hold(10)}},
		{Producer: &snapshot.Producer{Shape: pacing.Hold(pacing.Max()), Due: 10}},
	} {
		_, ok := host.ScheduleOf(g)
		require.False(t, ok, "no schedule, nothing to fall short of")
	}
	require.Equal(t, "fast acked 41,200 of 50,000 due (82.4 %), 300 skipped", host.Schedule{Group: "fast", Due: 50_000, Acked: 41_200, Missed: 300}.String())
}

// What a group did is not forgotten when it is removed, and goes on when it is started again.
func TestSchedulesOfGroupsThatAreGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t))
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650; produce start a rate=100; produce start b rate=200; wait 1s; remove a; produce stop b; produce start b; wait 500ms; produce stop b", &out))
		all := host.Schedules(c)
		require.Len(t, all, 2, "%v", all)
		for i, want := range []struct {
			group string
			due   int64
		}{{"a", 110}, {"b", 320}} {
			require.Equal(t, want.group, all[i].Group)
			require.InDelta(t, want.due, all[i].Due, 0.2*float64(want.due))
			require.False(t, all[i].Behind, all[i].String())
		}
		require.False(t, host.BehindAllowed(c))
		require.NoError(t, c.Execute(t.Context(), "set session behind=allowed", &out))
		require.True(t, host.BehindAllowed(c))
	})
}
