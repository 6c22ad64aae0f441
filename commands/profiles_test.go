package commands

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"pulsh/commands/host"
	"pulsh/session/broker"
	"pulsh/session/profile"
)

func TestNothingSavedIsLostUnasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, asked := false, ""
		c := world(t, refused, func(e *host.Env) {
			e.Confirm = func(_ context.Context, question string) bool { asked = question; return answer }
		})
		var out strings.Builder
		do := func(line string) string {
			out.Reset()
			asked = ""
			if err := c.Execute(t.Context(), line, &out); err != nil {
				require.False(t, answer, line)
				require.EqualError(t, err, "cancelled", line)
			}
			return out.String()
		}
		do("load low; save mine")
		require.Empty(t, asked, "there was nothing to replace")
		file, ok := c.Env.Library.File("mine")
		require.True(t, ok)
		before, err := os.ReadFile(file)
		require.NoError(t, err)

		require.NotContains(t, do("rate perf 7; save mine"), "saved")
		require.Equal(t, file+" already exists; replace it?", asked)
		require.NotContains(t, do("profile delete mine"), "deleted")
		after, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(before), string(after))

		require.Contains(t, do("save mine force"), "saved 2 groups")
		require.Empty(t, asked)
		answer = true
		require.Contains(t, do("rate perf 8; save mine"), "saved 2 groups")
		after, err = os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, string(after), `rate = "8"`)
		require.Contains(t, do("profile delete mine"), "deleted")
		_, ok = c.Env.Library.File("mine")
		require.False(t, ok)
	})
}

func TestATokenInMemoryStaysThere(t *testing.T) {
	const secret = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0"
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t))
		target := broker.Target{URL: "pulsar://a:6650", Token: broker.NewSecret(secret)}
		require.NoError(t, c.Env.Session.Connect(t.Context(), target))
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "load low; save mine; profile show mine; show session; status", &out))
		require.Contains(t, out.String(), "the token is not saved")
		file, _ := c.Env.Library.File("mine")
		saved, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, string(saved), `url = "pulsar://a:6650"`)
		for _, text := range []string{out.String(), string(saved), fmt.Sprintf("%v %+v %#v %s", target, target, target, target), fmt.Sprintf("%#v", target.Token)} {
			require.NotContains(t, text, secret)
		}
		require.Equal(t, secret, target.Token.Reveal())
	})
}

// TestAProfilesClusterIsNotThatOfAFlag: what was said at the start about the
// cluster has been weighed, and the profile of the start does not undo it.
func TestAProfilesClusterIsNotThatOfAFlag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t))
		low, err := c.Env.Library.Load("low")
		require.NoError(t, err)
		low.Name, low.Connection.URL = "mine", "pulsar://p:6650"
		_, err = c.Env.Library.Save(low)
		require.NoError(t, err)
		var out strings.Builder
		c.Env.Profile = "mine"
		require.NoError(t, c.Execute(t.Context(), "load mine", &out))
		_, connected := c.Env.Session.Target()
		require.False(t, connected)
		c.Env.Profile = ""
		require.NoError(t, c.Execute(t.Context(), "remove perf; remove perf-sub; load mine; show session", &out))
		require.Contains(t, out.String(), "connected to pulsar://p:6650")
		require.Regexp(t, `(?m)^  url +pulsar://p:6650 +profile mine$`, out.String())
	})
}

func TestAProfileWhoseClusterIsAwayHasItsGroupsReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		low, err := c.Env.Library.Load("low")
		require.NoError(t, err)
		low.Name, low.Connection.URL = "mine", "pulsar://p:6650"
		_, err = c.Env.Library.Save(low)
		require.NoError(t, err)
		var out strings.Builder
		require.ErrorContains(t, c.Execute(t.Context(), "load mine", &out), "nothing listens at pulsar://p:6650")
		_, there := c.Env.Session.Producer("perf")
		require.True(t, there)
	})
}

func TestAProfileCannotTypeLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		p := profile.Profile{Name: "evil", Graph: profile.Graph{Shown: "off; remove perf", Window: "1m"}}
		_, err := c.Env.Library.Save(p)
		require.NoError(t, err)
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "load low", &out))
		require.ErrorContains(t, c.Execute(t.Context(), "load evil", &out), `no group "off;"`)
		_, there := c.Env.Session.Producer("perf")
		require.True(t, there)
	})
}

// A profile whose group is for a cluster that is nowhere makes no group at all.
func TestAProfileNeedsTheClustersOfItsGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		p, err := c.Env.Library.Load("low")
		require.NoError(t, err)
		p.Name, p.Groups[len(p.Groups)-1].Consumer.Cluster = "mine", "eu"
		_, err = c.Env.Library.Save(p)
		require.NoError(t, err)
		var out strings.Builder
		require.ErrorContains(t, c.Execute(t.Context(), "load mine", &out), "perf-sub is for cluster eu, which neither the profile nor the session has")
		_, there := c.Env.Session.Producer("perf")
		require.False(t, there)
	})
}
