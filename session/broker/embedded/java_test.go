package embedded_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/embedded"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/broker/memory"
)

// TestPulsarsOwnTools lets the tools of Pulsar's distribution work on the broker.
func TestPulsarsOwnTools(t *testing.T) {
	r := newRig(t, embedded.Config{}, "wire")
	conf := filepath.Join(t.TempDir(), "client.conf")
	require.NoError(t, os.WriteFile(conf, nil, 0o600))
	tool := func(class string, args ...string) string {
		t.Helper()
		c := localtest.Java(t, class, append([]string{conf}, args...)...)
		var problems strings.Builder
		c.Stderr = &problems
		out, err := c.Output()
		require.NoError(t, err, "%s\n%s", out, problems.String())
		return string(out)
	}
	admin := func(args ...string) string {
		t.Helper()
		return tool("org.apache.pulsar.admin.cli.PulsarAdminTool", append([]string{"--admin-url", r.AdminURL()}, args...)...)
	}
	p := r.producer("t", nil)
	r.send(p, 40)
	require.NoError(t, p.Close(r.within()))
	admin("topics", "create-subscription", "-s", "audit", "-m", "earliest", "persistent://public/default/t")
	require.Contains(t, admin("topics", "subscriptions", "persistent://public/default/t"), "audit")
	stats := admin("topics", "stats", "persistent://public/default/t")
	require.Contains(t, stats, `"msgInCounter" : 40`)
	require.Contains(t, stats, `"msgBacklog" : 4`)
	admin("topics", "skip", "-s", "audit", "-n", "3", "persistent://public/default/t")
	admin("topics", "reset-cursor", "-s", "audit", "-t", "10m", "persistent://public/default/t")
	require.EqualValues(t, 4, r.Topic("persistent://public/default/t").Stats().Subscriptions["audit"].Backlog)

	const perf = "org.apache.pulsar.testclient.PulsarPerfTestTool"
	const topic = "persistent://public/default/perf"
	until := func(done func() bool, args ...string) { // the tool goes on to print statistics
		t.Helper()
		c := localtest.Java(t, perf, append([]string{conf}, args...)...)
		require.NoError(t, c.Start())
		require.Eventually(t, done, 3*soon, 20*time.Millisecond, "%v", args)
		require.NoError(t, c.Process.Kill())
		_ = c.Wait() // the error is that it was killed
	}
	until(func() bool {
		made := r.Topic(topic)
		return made != nil && made.Stats().MessagesIn >= 2000
	}, "produce", "-u", r.URL(), "-r", "20000", "-m", "2000", topic)
	require.NoError(t, r.Topic(topic).CreateSubscription("sub", memory.Earliest))
	until(func() bool { return r.Topic(topic).Stats().Subscriptions["sub"].Backlog == 0 }, "consume", "-u", r.URL(), "-sp", "Earliest", topic)
	until(func() bool {
		for name, sub := range r.Topic(topic).Stats().Subscriptions {
			if name != "sub" && sub.MessagesOut >= 2000 {
				return true
			}
		}
		return false
	}, "read", "-u", r.URL(), "-m", fmt.Sprintf("%d:-1", r.Topic(topic).Internal().Ledgers[0].ID), topic) // it does not take its own earliest
	said := tool("org.apache.pulsar.client.cli.PulsarClientTool", "--url", r.URL(), "consume", "-n", "40", "-p", "Earliest", "-s", "java", "-t", "Key_Shared", "persistent://public/default/t")
	require.Equal(t, 40, strings.Count(said, "got message"))
}
