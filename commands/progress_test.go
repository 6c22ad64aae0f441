package commands

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/lang"
	"pulsh/session/broker/embedded/virtual"
)

func TestProgressAsALine(t *testing.T) {
	now := time.Unix(1000, 0)
	for want, p := range map[string]*lang.Progress{
		"": nil,
		"████████░░░░░░░░ 50 %  50 MiB of 100 MiB  7s  fetching Pulsar": lang.Step{Text: "fetching Pulsar", Done: 50 << 20, Total: 100 << 20}.Progress(),
		"3 MiB  7s  fetching": lang.Step{Text: "fetching", Done: 3 << 20, Total: 0}.Progress(),
		"7s  starting Java":   lang.Step{Text: "starting Java"}.Progress(),
		"████░░░░░░░░░░░░ 25 %  5s of 20s":       {Begin: now.Add(-5 * time.Second), Span: 20 * time.Second},
		"████████████████ 100 %  20s of 20s  up": {Begin: now.Add(-time.Hour), Span: 20 * time.Second, Now: func() string { return "up" }},
	} {
		require.Equal(t, want, p.Line(now, 7*time.Second))
	}
}

// Whoever waits sees how far it is, and the end of a command ends its progress.
func TestCommandsShowTheirProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t))
		require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650; produce start fast rate=1000; wait 2s", &strings.Builder{}))
		require.Nil(t, c.Progress())
		for line, want := range map[string]string{
			"wait 10s":                           `^█+.*░+ 40 %  4s of 10s$`,
			"wait until fast.rate>1M timeout=8s": `^█+.*░+ 50 %  4s of 8s  fast.rate is .*k/s$`,
			"expect fast.rate>1 for=16s":         `^█+.*░+ 25 %  4s of 16s  fast.rate is .*k/s$`,
		} {
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = c.Execute(t.Context(), line, &strings.Builder{}) // that of wait until fails
			}()
			time.Sleep(4*time.Second + time.Millisecond)
			require.Regexp(t, want, c.Progress().Line(time.Now(), 0), line)
			<-done
			require.Nil(t, c.Progress(), line)
		}
		script, err := ParseScript("x", "wait 1s\nset session refresh=1s\nwait 1s")
		require.NoError(t, err)
		_, err = c.RunScript(t.Context(), script, &strings.Builder{}, lang.Options{})
		require.NoError(t, err)
		require.Nil(t, c.Progress())
	})
}

func TestAStopShowsWhatItWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cluster := virtual.New()
		t.Cleanup(cluster.Close)
		c := world(t, dialled(cluster))
		require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650; produce start fast rate=1000; wait 2s", &strings.Builder{}))
		cluster.Stall(5 * time.Second)
		time.Sleep(time.Second)
		done := make(chan error)
		go func() { done <- c.Execute(t.Context(), "produce stop fast", &strings.Builder{}) }()
		time.Sleep(time.Second)
		require.Regexp(t, `^2s  waiting for \d,\d+ receipts$`, c.Progress().Line(time.Now(), 2*time.Second))
		require.NoError(t, <-done)
		require.Nil(t, c.Progress())
	})
}
