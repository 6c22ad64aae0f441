package commands

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/commands/report"
	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/memory/fault"
	"pulsh/session/snapshot"
)

// home is a local Pulsar that is always well.
type home struct{}

func (home) Start(_ context.Context, _ bool, tell func(lang.Step)) (broker.Target, error) {
	tell(lang.Step{Text: "starting Pulsar 4.0.8"})
	return broker.Target{URL: "pulsar://127.0.0.1:6650", AdminURL: "http://127.0.0.1:8080"}, nil
}
func (home) Stop(context.Context) error                     { return nil }
func (home) Kill(context.Context) error                     { return nil }
func (home) Restart(context.Context, func(lang.Step)) error { return nil }
func (home) Crash(context.Context) error                    { return nil }
func (home) Suspend(context.Context, time.Duration) error   { return nil }
func (home) Report(int) (host.LocalReport, error) {
	return host.LocalReport{Condition: "running", URL: "pulsar://localhost:6650", Version: "4.0.8", PID: 7, Users: 1, Resident: 512 << 20, Log: []string{"ready"}}, nil
}

// inside is a broker in this process that runs already.
type inside struct{ faults *fault.Set }

func (inside) Start() (broker.Target, error) {
	return broker.Target{URL: "pulsar://localhost:6650", AdminURL: "http://localhost:8080"}, nil
}
func (i inside) Faults() *fault.Set { return i.faults }
func (inside) Disconnect() int      { return 2 }

// TestEveryExampleRuns types every example of the table, each after what it
// needs: a connection, a running group of each kind, and one that is stopped.
func TestEveryExampleRuns(t *testing.T) {
	before := []string{
		"connect pulsar://localhost:6650 admin=http://localhost:8080",
		"consume start sub1 topic=fast workers=4", "produce start fast rate=1500", "produce start slow topic=fast rate=10", "wait 2s",
	}
	// What makes its own group, or changes the cluster, needs it gone.
	undo := map[string][]string{
		"read stop": {"read start r1 topic=fast"}, "produce start": {"remove fast", "remove slow"}, "consume start": {"remove sub1"},
		"connect": {"stop all"}, "local start": {"stop all"}, "resume": {"pause all"}, "profile delete": {"save mine"},
		"stream stop": {"stream run.jsonl"}, "metrics stop": {"metrics serve"}, "compare": {"export a.json; export b.json"},
		"diff":             {`mark "before the fix"; wait 2s`, `mark "after the fix"; wait 2s`},
		"record stop":      {"record mine.pulsh force"},
		"topic partitions": {"topic create orders partitions=8"}, "topic delete": {"topic create orders"},
		"sub delete": {"sub create fast audit"}, "sub skip": {"sub create fast audit from=earliest"}, "sub clear": {"sub create fast audit"},
		"sub expire": {"sub create fast audit; wait 2s"}, "skip": {"pause sub1; wait 2s"}, "wait done": {"set fast for=2s"}, "unguard": {"guard fast.p99<1s"},
		"cluster remove": {"cluster add eu pulsar://eu:6650"}, "schema show": {"schema upload orders string"}, "schema delete": {"schema upload orders string"},
	}
	quiet := map[string][]string{ // lines for single examples
		"wait until sub1 idle 1s timeout=30s": {"stop fast; stop slow"}, "wait until sub1 empty": {"stop fast; stop slow"},
	}
	root := examplesRoot(t)
	for _, cmd := range table() {
		for _, example := range cmd.Examples {
			t.Run(example, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := world(t, pretend(t), func(e *host.Env) { e.Local, e.Embedded, e.Yes = home{}, inside{fault.New(time.Now)}, true })
					t.Chdir(t.TempDir()) // for what writes files
					var out strings.Builder
					for _, line := range slices.Concat(before, undo[cmd.Name], quiet[example]) {
						require.NoError(t, c.Execute(t.Context(), line, &out), line)
					}
					example := strings.ReplaceAll(example, "examples/", root)
					if cmd.Name == "run" {
						require.NoError(t, c.Execute(t.Context(), "remove fast; remove sub1", &out))
					}
					err := c.Execute(t.Context(), example, &out)
					if errors.Is(err, lang.ErrQuit) {
						err = nil
					}
					require.NoError(t, err, out.String())
				})
			})
		}
	}
}

// TestTheReadmesBlocksRun types the blocks of the README whose lines begin with "> ",
// each on a cluster of its own. A rate of max would keep virtual time from passing.
func TestTheReadmesBlocksRun(t *testing.T) {
	data, err := os.ReadFile(readme)
	require.NoError(t, err)
	var blocks [][]string
	for block := range strings.SplitSeq(string(data), "\n\n") {
		var typed []string
		for line := range strings.SplitSeq(block, "\n") {
			if one, found := strings.CutPrefix(line, "    > "); found {
				typed = append(typed, one)
			}
		}
		if len(typed) > 0 {
			blocks = append(blocks, typed)
		}
	}
	require.GreaterOrEqual(t, len(blocks), 4)
	for _, typed := range blocks {
		t.Run(typed[0], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := world(t, pretend(t))
				var out strings.Builder
				for _, line := range append([]string{"connect pulsar://localhost:6650 admin=http://localhost:8080"}, typed...) {
					require.NoError(t, c.Execute(t.Context(), strings.ReplaceAll(line, "rate=max", "rate=2k"), &out), line)
				}
			})
		})
	}
}

// examplesRoot is the directory of the example scripts.
func examplesRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../examples")
	require.NoError(t, err)
	return root + "/"
}

// TestExamplesOfTheRepositoryRun runs the files that the README shows.
func TestExamplesOfTheRepositoryRun(t *testing.T) {
	files, err := filepath.Glob("../examples/*.pulsh")
	require.NoError(t, err)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := world(t, pretend(t))
				var out strings.Builder
				require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650 admin=http://localhost:8080", &out))
				c.Env.Local = home{}
				s, err := ReadScript(file, lang.Variable{Name: "for", Value: "3s", Origin: "--set", Fixed: true})
				require.NoError(t, err)
				result, err := c.RunScript(t.Context(), s, &out, lang.Options{})
				require.LessOrEqual(t, result.Elapsed, 30*time.Second, "examples are short")
				if filepath.Base(file) == "fails.pulsh" {
					require.Equal(t, lang.ExitFailed, lang.ExitCode(err))
					require.Equal(t, 1, result.Failed)
					require.Regexp(t, `FAIL  fails.pulsh:5  slow.rate > 1k within 2s  +reached 1\d\d/s
      try: show slow\n$`, out.String())
					require.Empty(t, Paint(err, 0), "the result has told it")
					require.Regexp(t, `^.*fails.pulsh:5: expect: slow.rate reached 1\d\d/s, wanted > 1k, within 2s$`, err.Error())
					require.Regexp(t, `^0 passed, 1 failed · .* sent, .* acked, 0 received, 0 lost, 0 duplicated · 2\.\d s$`,
						answers.Summary(result, c.Env.Session.Snapshot()))
					return
				}
				if filepath.Base(file) == "failover.pulsh" {
					require.ErrorContains(t, err, "failover.pulsh:14: expect: fast.rate reached", "the broker in memory is not killed with the local one")
					return
				}
				require.NoError(t, err, out.String())
				require.Positive(t, result.Passed)
				require.Zero(t, result.Failed)
			})
		})
	}
}

func TestScriptsGoOnWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		s, err := ParseScript("dir/x.pulsh", "load low\nremove nobody\nscale perf 9\npause perf\nexpect perf.workers=9\nquit\nload low\n")
		require.NoError(t, err)
		var out, told strings.Builder
		result, err := c.RunScript(t.Context(), s, &out, lang.Options{KeepGoing: true, Report: func(err error) { told.WriteString(Paint(err, 2) + "\n") }})
		require.NoError(t, err, "quit ends a script in order")
		require.Equal(t, 1, result.Passed)
		require.Equal(t, "x.pulsh:5", result.Checks[0].Place)
		require.Equal(t, `dir/x.pulsh:2:8: no group "nobody" (groups: perf, perf-sub)
  remove nobody
         ^^^^^^
  try: remove perf
dir/x.pulsh:4:7: perf is ready
  pause perf
        ^^^^
  try: produce start perf
`, told.String())
		_, err = c.RunScript(t.Context(), s, &out, lang.Options{})
		require.Equal(t, "dir/x.pulsh:1:6: there is a group perf already (ready)\n  load low\n       ^^^\n  try: remove perf", Paint(err, 2))
		require.Equal(t, lang.ExitFailed, lang.ExitCode(err))
	})
}

func TestRunFileErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		dir := t.TempDir()
		wrong := filepath.Join(dir, "wrong.pulsh")
		require.NoError(t, os.WriteFile(wrong, []byte("list\nsek sub1 -5m\n"), 0o600))
		var out strings.Builder
		err := c.Execute(t.Context(), "run "+wrong, &out)
		require.Equal(t, wrong+":2:1: no command \"sek\"\n  sek sub1 -5m\n  ^^^\n  try: seek sub1 -5m", Paint(err, 2))
		require.ErrorContains(t, c.Execute(t.Context(), "run "+dir, &out), "is not a file")
	})
}

// Scripts are read from pipes as from files, and never without a bound.
func TestScriptsAreReadFromPipesAndBounded(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	wrote := make(chan error, 1)
	go func() { wrote <- os.WriteFile(pipe, []byte("\xef\xbb\xbflist\r\n"), 0) }()
	script, err := ReadScript(pipe)
	require.NoError(t, err)
	require.NotNil(t, script)
	require.NoError(t, <-wrote)
	_, err = ReadScript("/dev/zero")
	require.ErrorContains(t, err, "it is larger than 1 MiB")
}

func TestAJournalHoldsNoSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		const secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "let mine="+secret+"; let password=hunter2", &out))
		err := c.Execute(t.Context(), "connect pulsar://:hunter2@host:1", &out)
		require.Error(t, err)
		require.NotContains(t, Paint(err, 2), "hunter2")
		text := fmt.Sprint(c.Journal().Lines, c.Journal().Replay("1", c.Variables()), report.ReportNow(c).Script, report.ReportNow(c).Lines)
		require.NotContains(t, text, secret)
		require.NotContains(t, text, "hunter2")
		require.Contains(t, text, "(hidden)")
	})
}

// Everything that waits gives up when the context ends, and reports it as an
// interruption.
func TestWaitingEndsWithTheContext(t *testing.T) {
	for _, line := range []string{"wait 1h", "wait until fast.rate>1M", "expect fast.rate>1k for=1h", "expect fast.rate>1M within=1h", "list; wait 1h; list"} {
		synctest.Test(t, func(t *testing.T) {
			c := world(t, pretend(t))
			var out strings.Builder
			require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650; produce start fast rate=2k; wait 2s", &out))
			ctx, cancel := context.WithCancel(t.Context())
			stop := time.AfterFunc(5*time.Second, cancel)
			defer stop.Stop()
			begin := time.Now()
			err := c.Execute(ctx, line, &out)
			require.Equal(t, lang.ExitInterrupted, lang.ExitCode(err), line)
			require.Equal(t, "  interrupted", Paint(err, 2))
			require.Less(t, time.Since(begin), 6*time.Second)
		})
	}
}

func TestViewFollowsTheGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		var out strings.Builder
		require.Empty(t, c.View().Shown(c.Env.Session.Snapshot()))
		require.NoError(t, c.Execute(t.Context(), "load low; wait 1s", &out))
		require.Empty(t, c.View().Group(c.Env.Session.Snapshot()), "a ready group shows nothing yet")
		require.NoError(t, c.Execute(t.Context(), "graph perf | perf-sub e2e window=5m", &out))
		v := c.View()
		panels := v.Shown(c.Env.Session.Snapshot())
		require.Len(t, panels, 2)
		require.Equal(t, []snapshot.Metric{{Group: "perf", Figure: "rate"}}, panels[0].Metrics)
		require.Equal(t, snapshot.Metric{Group: "perf", Figure: "target"}, panels[0].Target)
		require.Equal(t, []snapshot.Metric{{Group: "perf-sub", Figure: "e2e.p50"}, {Group: "perf-sub", Figure: "e2e.p99"}}, panels[1].Metrics)
		require.Equal(t, 5*time.Minute, v.Window)
		require.Equal(t, "perf", v.Group(c.Env.Session.Snapshot()))
		require.NoError(t, c.Execute(t.Context(), "graph off", &out))
		require.Empty(t, c.View().Shown(c.Env.Session.Snapshot()))
		require.Len(t, v.Panels, 2, "a view is never changed")
	})
}

func BenchmarkComplete(b *testing.B) {
	c := New(host.Env{Session: session.New(nil)})
	defer c.Env.Session.Close(context.Background())
	b.ReportAllocs()
	for b.Loop() {
		c.Complete("produce start fast ra", 21)
	}
}
